# SPDX-License-Identifier: BSD-2-Clause
"""What does not depend on the format; formats have tests of their own."""
import json
import pathlib
import re
import sys
import tempfile

import tap
from tap import effnet, effnet_fails


def refuse(content, says):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "file")
        path.write_bytes(content)
        effnet_fails("convert", str(path), "--output", f"{folder}/out.safetensors", says=says)


def test_arguments():
    effnet_fails("convert", says="argument")
    effnet_fails("convert", "a.onnx", says="--output")
    effnet_fails("convert", "a.onnx", "--output", "b.onnx", says=".safetensors")
    effnet_fails("convert", "a.onnx", "b.onnx", "--output", "c.safetensors", says='"b.onnx"')


def test_files_of_no_kind():
    effnet_fails("convert", "/nowhere/a.onnx", "--output", "/tmp/b.safetensors", says="/nowhere/a")
    effnet_fails("convert", "/tmp", "--output", "/tmp/b.safetensors", says="/tmp")
    refuse(b"", "is empty")
    for content in (b"x", b"a text of some length", bytes(100), b"\x80\x02}q\x00."):
        refuse(content, "is neither a Keras")


def test_files_that_are_cut():
    refuse(b"\x08\x07\x12\x05torch", "no graph")
    refuse(b"\x08\x07\x12\x7ftorch", "no graph")
    refuse(b"\x1c\x00\x00\x00TFL3" + bytes(8), "not a whole TFLite file")


def test_labels():
    """The labels are written to the file, and must be as many as it has classes."""
    sys.path.append(str(pathlib.Path(__file__).parents[1] / "convert"))
    try:
        import models
    except ImportError as missing:
        raise tap.Skip(f"{missing.name} is missing (python3-numpy)") from missing
    with tempfile.TemporaryDirectory() as folder:
        source, out = f"{folder}/tulips.onnx", f"{folder}/tulips.safetensors"
        labels = pathlib.Path(folder, "labels.txt")
        models.write_onnx(source, models.efficientnet())
        n = int(re.search(r", (\d+) classes", effnet("convert", source, "--output", out))[1])
        labels.write_text("".join(f'"tulip" \\ {i}\n' for i in range(n)))
        effnet("convert", source, "--labels-file", str(labels), "--output", out)
        assert f"labels: {n}" in effnet("info", out), effnet("info", out)
        frame = json.loads(effnet("classify", "--json", "-k", "1", "--model", out,
                                  tap.sample("chelsea.png")))
        best = frame["results"][0]["classes"][0]
        assert best["label"] == f'"tulip" \\ {best["index"]}', best
        labels.write_text("one\n")
        effnet_fails("convert", source, "-l", str(labels), "--output", f"{folder}/none.safetensors",
                     says=f"labels.txt has 1 labels, the model {n} classes")
        assert not pathlib.Path(folder, "none.safetensors").exists()


tap.run(sys.modules[__name__])
