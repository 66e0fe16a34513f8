# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import shutil
import sys
import tempfile

import models
from models import check, refuse, write_onnx
import tap


def test_external():
    net = models.efficientnet()
    check(net, "a.onnx", lambda path: write_onnx(path, net, external="a.onnx.data"))


def test_elsewhere():
    net = models.resnet()

    def without(path):
        write_onnx(path, net, external="b")
        os.remove(pathlib.Path(path).with_name("b"))

    def short(path):
        write_onnx(path, net, external="b")
        os.truncate(pathlib.Path(path).with_name("b"), 1000)

    def folder(path):
        without(path)
        os.mkdir(pathlib.Path(path).with_name("b"))

    def outside(path):
        write_onnx(path, net, external="./b")

    def nowhere(path):
        write_onnx(path, net, external="b")
        whole = pathlib.Path(path).read_bytes()
        pathlib.Path(path).write_bytes(whole.replace(b"location", b"LOCATION"))

    refuse("a.onnx", without, "keeps its weights in another file: ")
    refuse("a.onnx", short, "of b, which has 1000")
    refuse("a.onnx", folder, "a folder, where a file was expected")
    refuse("a.onnx", outside, "in a file \"./b\", where one beside it was expected")
    refuse("a.onnx", nowhere, "external_data=False")


def test_links():
    """Links must not lead to another folder, unless the model's own leads there, as in the hub's
    cache."""
    net = models.resnet()
    with tempfile.TemporaryDirectory() as other:
        def away(path):
            write_onnx(path, net, external="b")
            data = pathlib.Path(path).with_name("b")
            shutil.move(data, f"{other}/b")
            data.symlink_to(f"{other}/b")

        def cached(path):
            away(path)
            shutil.move(path, f"{other}/a.onnx")
            os.symlink(f"{other}/a.onnx", path)

        def beside(path):
            write_onnx(path, net, external="b")
            data = pathlib.Path(path).with_name("b")
            data.rename(data.with_name("c"))
            data.symlink_to("c")

        refuse("a.onnx", away, "which is a link to another folder")
        check(net, "a.onnx", cached)
        check(net, "a.onnx", beside)


def test_shape():
    stem = b"".join(models.field(1, n) for n in (8, 3, 7, 7))

    def larger(path):
        write_onnx(path, models.resnet())
        whole = pathlib.Path(path).read_bytes()
        assert whole.count(stem) == 1
        pathlib.Path(path).write_bytes(whole.replace(stem, models.field(1, 9) + stem[2:]))

    refuse("a.onnx", larger, "more or fewer numbers than its shape asks for")


tap.run(sys.modules[__name__])
