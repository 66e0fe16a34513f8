# SPDX-License-Identifier: BSD-2-Clause
import os
import sys
import tempfile

import tap
from tap import effnet, effnet_fails


def fields(name):
    head, _, origins = effnet("info", tap.model(name)).partition("\nHow this was understood:\n")
    assert origins.strip()
    return {line[:15].strip(): line[15:] for line in head.splitlines()}


def test_lite():
    for name, resolution, params in (("lite0", 224, 4652008), ("lite1", 240, 5416680),
                                     ("lite2", 260, 6092072)):
        found = fields(name)
        assert found["network"] == name, found
        assert found["input"] == f"{resolution} x {resolution} pixels, RGB", found
        assert found["classes"] == "1000" and found["features"] == "1280", found
        assert found["padding"].startswith("same") and found["epsilon"] == "0.001", found
        assert found["interpolation"] == "bicubic", found
        assert str(params) in found["parameters"], found
        assert found["labels"].startswith("1000"), found


def test_no_file():
    effnet_fails("info", "/nonexistent/m.pth", says="/nonexistent/m.pth")


def test_no_argument():
    effnet_fails("info", says="an argument is missing")


def test_not_a_checkpoint():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bad\nname.pth")
        for content in (b"", b"\x80", b"PK\x03\x04", b"hello" * 100, b"\xff" * 64):
            with open(path, "wb") as file:
                file.write(content)
            effnet_fails("info", path, says="bad name.pth")


def test_truncated():
    with open(tap.model(), "rb") as file:
        begin = file.read(1_000_000)
    with tempfile.NamedTemporaryFile(suffix=".pth") as cut:
        cut.write(begin)
        cut.flush()
        effnet_fails("info", cut.name, says=cut.name)


def test_folder():
    effnet_fails("info", "/tmp", says="/tmp")


tap.run(sys.modules[__name__])
