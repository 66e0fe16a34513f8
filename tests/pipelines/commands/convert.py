# SPDX-License-Identifier: BSD-2-Clause
"""What does not depend on the format; formats have tests of their own."""
import pathlib
import sys
import tempfile

import tap
from tap import effnet_fails


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


tap.run(sys.modules[__name__])
