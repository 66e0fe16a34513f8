# SPDX-License-Identifier: BSD-2-Clause
"""Zip archives of a model and its labels."""
import io
import pathlib
import struct
import sys
import tempfile
import zipfile

import models
import tap
from models import check, refuse


def archive_of(files, method=zipfile.ZIP_DEFLATED):
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return to.getvalue()


def tflite():
    with tempfile.TemporaryDirectory() as folder:
        models.write_tflite(f"{folder}/a.tflite", models.efficientnet())
        return pathlib.Path(folder, "a.tflite").read_bytes()


def write(content):
    return lambda path: pathlib.Path(path).write_bytes(content)


def test_labels():
    """Their indices are removed if all have theirs."""
    model = tflite()
    for text, first in (("".join(f"{i} a b\n" for i in range(7)), "a b"),
                        ("".join(f"{i} a\r\n" for i in range(7)), "a"),
                        ("".join(f"{7 - i} a\n" for i in range(7)), "7 a")):
        found = check(models.efficientnet(), "a.zip", write(archive_of(
            {"labels.txt": text, "model.tflite": model, "__MACOSX/._model.tflite": "x"})))
        assert found["label_names"][0] == first, found
    found = check(models.efficientnet(), "a.zip", write(archive_of({"model.tflite": model})))
    assert "label_names" not in found, found


def test_labels_file():
    """Labels that are given count instead."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "a.zip").write_bytes(archive_of({"model.tflite": tflite(),
                                                              "labels.txt": "one\n"}))
        pathlib.Path(folder, "own.txt").write_text("own\n" * 7)
        tap.effnet_fails("convert", f"{folder}/a.zip", "-o", f"{folder}/b.safetensors",
                         says="a.zip has 1 labels, the model 7 classes")
        tap.effnet("convert", f"{folder}/a.zip", "-o", f"{folder}/b.safetensors", "-l",
                   f"{folder}/own.txt")
        assert models.config_of(f"{folder}/b.safetensors")["label_names"] == ["own"] * 7


def test_refused():
    model = tflite()
    refuse("a.zip", write(archive_of({"labels.txt": "a\n"})), "without a Keras (.h5, .keras), ONNX")
    refuse("a.zip", write(archive_of({"a.tflite": model, "b.h5": b"x"})), "both a.tflite and b.h5")
    refuse("a.zip", write(archive_of({"a.tflite": b"x" * 100})), "is neither a Keras")
    refuse("a.zip", write(archive_of({"a.tflite": model, "labels.txt": b"caf\xe9\n"})),
           "a.zip: labels.txt is not UTF-8")
    refuse("a.zip", write(archive_of({"a.tflite": model}, zipfile.ZIP_BZIP2)),
           "has a.tflite in it damaged")


def test_beside():
    """What lies beside an archive is not of the model in it."""
    net = models.efficientnet()
    with tempfile.TemporaryDirectory() as folder:
        models.write_onnx(f"{folder}/a.onnx", net)
        whole = pathlib.Path(folder, "a.onnx").read_bytes()
        models.write_onnx(f"{folder}/a.onnx", net, external="weights")
        parts = [pathlib.Path(folder, name).read_bytes() for name in ("a.onnx", "weights")]

    def with_weights(path):
        write(archive_of({"a.onnx": parts[0]}))(path)
        pathlib.Path(path).with_name("weights").write_bytes(parts[1])

    def with_modelinfo(path):
        write(archive_of({"a.onnx": whole}))(path)
        pathlib.Path(f"{path}.modelinfo").write_text("[v0]\ndir=input\ntype=float32\n")

    refuse("a.zip", with_weights, "which a model in an archive cannot")
    assert "mean" not in check(net, "a.zip", with_modelinfo)["pretrained_cfg"]


def spoil(content, at, value, form="<I"):
    """VALUE at AT bytes behind the start of the first record in the directory."""
    changed = bytearray(content)
    struct.pack_into(form, changed, changed.index(b"PK\1\2") + at, value)
    return bytes(changed)


def test_sizes_that_lie():
    whole = archive_of({"a.tflite": tflite()})
    for size in (0, 1, len(tflite()) - 1, len(tflite()) + 1, 200 << 20):
        refuse("a.zip", write(spoil(whole, 24, size)), "a.zip")
    refuse("a.zip", write(spoil(whole, 24, (2 << 30) + 5)), "larger than such files are")
    refuse("a.zip", write(spoil(archive_of({"a.tflite": bytes(100)}), 24, 1 << 30)), "damaged")
    refuse("a.zip", write(spoil(whole, 8, 1, "<H")), "encrypted")


def test_damage():
    models.survive("a.zip", write(archive_of({"a.tflite": tflite(), "labels.txt": "a\n" * 7})))


tap.run(sys.modules[__name__])
