# SPDX-License-Identifier: BSD-2-Clause
"""The package effnet says what the program says of the same pictures, to the bit."""
import ast
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy

import effnet
import tap


def same_as_run(folder, path, precision):
    pictures = tap.photographs(5)
    model = effnet.Model(path, precision=precision)
    seen = model.preprocess(pictures)
    for option, found in ((), model.logits(pictures)), (("--embedding",), model.embed(pictures)):
        expected = tap.run_network(folder, path, seen, "--precision", precision, *option)
        assert found.shape == expected.shape
        assert found.tobytes() == expected.tobytes(), abs(found - expected).max()


def test_fp32():
    with tempfile.TemporaryDirectory() as folder:
        same_as_run(folder, tap.model(), "fp32")


def test_bf16():
    if not tap.have_bf16():
        raise tap.Skip("this CPU has no AVX512-BF16")
    with tempfile.TemporaryDirectory() as folder:
        same_as_run(folder, tap.model(), "bf16")


def test_int8():
    with tempfile.TemporaryDirectory() as folder:
        for i, photograph in enumerate(tap.photographs(3)):
            photograph.save(f"{folder}/{i}.png")
        path = f"{folder}/int8.safetensors"
        tap.effnet("quantize", "--model", tap.model(), "--images", folder, "--output", path)
        same_as_run(folder, path, "int8")


def test_classify():
    with tempfile.TemporaryDirectory() as folder:
        photographs = tap.photographs(4)
        for i, photograph in enumerate(photographs):
            photograph.save(f"{folder}/{i}.png")
        lines = tap.effnet("classify", "--json", "--top-k", "3", "--model", tap.model(),
                           *(f"{folder}/{i}.png" for i in range(4)))
        for line, found in zip(lines.splitlines(), effnet.Model(tap.model()).classify(photographs, 3)):
            said = [one for result in json.loads(line)["results"] for one in result["classes"]]
            assert [(one["index"], one["label"]) for one in said] == [
                (one.index, one.label) for one in found]
            assert numpy.allclose([one["score"] for one in said], [one.score for one in found],
                                  rtol=1e-5), (said, found)


def test_page():
    """The example of docs/python.md."""
    page = pathlib.Path(os.environ["EFFNET_SOURCES"], "docs/python.md").read_text()
    code, = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    path, here = tap.model(), os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        for name, photograph in zip(("cat.jpg", "rose.jpg"), tap.photographs(2)):
            photograph.save(f"{folder}/{name}")
        os.chdir(folder)
        try:
            out = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True,
                env={**os.environ, "GST_EFFICIENTNET_MODEL_PATH": os.path.dirname(path)}).stdout
        finally:
            os.chdir(here)
    first, second = map(ast.literal_eval, out.splitlines())
    assert len(first) == len(second) == 3 and "cat" in first[0][0], out


def test_errors():
    """In the same sentence."""
    try:
        effnet.Model("no-such-model")
    except effnet.NotFoundError as error:
        tap.effnet_fails("run", "--model", "no-such-model", "--input", "x", "--output", "y",
                         says=str(error))


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
