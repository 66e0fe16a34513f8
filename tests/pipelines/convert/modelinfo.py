# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import sys
import tempfile

import models
from models import config_of, refuse, write_onnx
import tap

FILE = """[modelinfo]
version=1.0
[out]
dir=output
type=float32
[v0]
dir=input
"""


def write(path, text, name="net.onnx.modelinfo"):
    write_onnx(path, models.efficientnet())
    pathlib.Path(path).with_name(name).write_text(FILE + text)


def convert(text, name="net.onnx.modelinfo"):
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/net.onnx", text, name)
        tap.effnet("convert", f"{folder}/net.onnx", "--output", f"{folder}/out.safetensors")
        return config_of(f"{folder}/out.safetensors")["pretrained_cfg"]


def normalisation(text, name="net.onnx.modelinfo"):
    config = convert(text, name)
    return config.get("mean"), config.get("std")


def check(text, mean, std, name="net.onnx.modelinfo"):
    found = normalisation(text, name)
    assert all(abs(a - b) < 1e-6 for a, b in zip(found[0] + found[1], mean + std)), found


def test_ranges():
    """Pixels of 0 to 1, less the mean, divided by the deviation."""
    check("type=float32\nranges=0.0,1.0\n", [0] * 3, [1] * 3)
    check("type=float32\nranges=-1.0,1.0\n", [0.5] * 3, [0.5] * 3)
    check("type=float32\nranges=0,255\n", [0] * 3, [1 / 255] * 3)
    check("type=float32\n", [0] * 3, [1 / 255] * 3)
    check("type=float32\ncaps=video/x-raw, format=RGB\nranges=0,1\n", [0] * 3, [1] * 3)
    check("type=float32\nranges=-2,2;-1,3 ; 0,1;\n", [0.5, 0.25, 0], [0.25, 0.25, 1])


def test_names():
    """Beside the whole name, or beside the name without its extension."""
    check("type=float32\nranges=-1,1\n", [0.5] * 3, [0.5] * 3, "net.modelinfo")
    assert normalisation("type=float32\nranges=-1,1\n", "nett.modelinfo") == (None, None)


def test_bytes():
    """What they mean is in the model itself."""
    assert normalisation("type=uint8\nranges=0,255\n") == (None, None)


def test_uncropped():
    """Nothing is cut off frames that have the network's size."""
    for kind in "float32", "uint8":
        assert convert(f"type={kind}\n")["crop_pct"] == 1
    assert "crop_pct" not in convert("type=float32\n", "nett.modelinfo")


def test_refused():
    for ranges in ("PLACEHOLDER", "1", "1,0", "0,1;0,1", "0,1x", ",1", "0,nan", "0,1;0,1;0,1;0,1"):
        text = f"type=float32\nranges={ranges}\n"
        refuse("net.onnx", lambda path: write(path, text), "whose ranges are not MIN,MAX of all")
    refuse("net.onnx", lambda path: write(path, "no key\n"), "which cannot be read: ")
    bgr = "type=float32\ncaps=video/x-raw, format=BGR\n"
    refuse("net.onnx", lambda path: write(path, bgr), "in the order BGR, where RGB was expected")

    def folder(path):
        write_onnx(path, models.efficientnet())
        os.mkdir(f"{path}.modelinfo")

    refuse("net.onnx", folder, "a folder, where a file was expected")


tap.run(sys.modules[__name__])
