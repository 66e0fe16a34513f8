# SPDX-License-Identifier: BSD-2-Clause
"""What does not depend on the format; formats have tests of their own."""
import json
import os
import pathlib
import re
import subprocess
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


def classes_of(model):
    frame = json.loads(effnet("classify", "--json", "--precision", "fp32", "--model", str(model),
                              tap.sample("chelsea.png")))
    return frame["results"][0]["classes"]


def test_labels_into_a_checkpoint():
    """Another file with the same scores, wherever it is, without the files beside the old one."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([os.environ["EFFNET_WRITE_LITE0"], folder / "flowers.safetensors"],
                       check=True)
        (folder / "labels.txt").write_text("".join(f"flower {i}\n" for i in range(10)))
        before = classes_of(folder / "flowers.safetensors")
        (folder / "out").mkdir()
        out = folder / "out/flowers.safetensors"
        for source in ("flowers.safetensors", "out/flowers.safetensors"):  # the second: in place
            assert "10 classes" in effnet("convert", str(folder / source), "--labels-file",
                                          str(folder / "labels.txt"), "--output", str(out))
            assert classes_of(out) == [{**c, "label": f"flower {c['index']}"} for c in before]
        (folder / "labels.txt").write_text("one\n")
        effnet_fails("convert", str(out), "-l", str(folder / "labels.txt"), "-o", str(out),
                     says="has 1 labels, the model 10 classes")
        assert classes_of(out)[0]["label"].startswith("flower ")


def test_a_model_by_name():
    """A .pth file becomes safetensors, with ImageNet's labels in it."""
    model = tap.model()
    os.environ["GST_EFFICIENTNET_MODEL_PATH"] = os.path.dirname(model)
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/own.safetensors"
        effnet("convert", "lite0", "--output", out)
        assert classes_of(out) == classes_of(model)
        effnet_fails("convert", "lite9", "--output", out, says="there is no model lite9")


tap.run(sys.modules[__name__])
