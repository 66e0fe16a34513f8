# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import sys
import tempfile

import numpy as np

import models
import tap
from models import config_of
from tap import effnet, effnet_fails


def convert(folder, *options, net=None):
    models.write_onnx(f"{folder}/a.onnx", net or models.efficientnet())
    printed = effnet("convert", f"{folder}/a.onnx", "--output", f"{folder}/b.safetensors", *options)
    return printed, config_of(f"{folder}/b.safetensors")


def test_report():
    with tempfile.TemporaryDirectory() as folder:
        printed, config = convert(folder)
        assert printed.startswith(f"{folder}/b.safetensors: b0-w"), printed
        assert printed.endswith(", 7 classes, resolution 64, padding same\n"), printed
        assert config["num_classes"] == 7, config
        described = effnet("info", f"{folder}/b.safetensors")
        assert "padding: same (from the metadata" in described, described


def test_name():
    with tempfile.TemporaryDirectory() as folder:
        name = convert(folder)[1]["architecture"]
        assert convert(folder, "--arch", name)[1]["architecture"] == name
        effnet_fails("convert", f"{folder}/a.onnx", "--output", f"{folder}/c.safetensors", "--arch",
                     "lite0", says="of which")
        effnet_fails("convert", f"{folder}/a.onnx", "--output", f"{folder}/c.safetensors", "--arch",
                     "b99", says="b99")
        assert not os.path.exists(f"{folder}/c.safetensors")


def test_name_to_be_escaped():
    """The architecture is written as requested."""
    with tempfile.TemporaryDirectory() as folder:
        scaled = convert(folder)[1]["architecture"].removeprefix("b0")
        for strange in ('b0."\\', "b0.\u00e9\U0001f338", "b0.\t"):
            assert convert(folder, "--arch", strange + scaled)[1]["architecture"] == strange + scaled


def test_multi_label():
    net = models.efficientnet()
    net.act(net.nodes[-1][3], "sigmoid")
    with tempfile.TemporaryDirectory() as folder:
        config = convert(folder, net=net)[1]
        assert config["problem_type"] == "multi_label_classification", config


def test_without_head():
    net = models.efficientnet()
    del net.nodes[-1], net.layers[-1]
    with tempfile.TemporaryDirectory() as folder:
        printed, config = convert(folder, net=net)
        assert config["num_classes"] == 0 and ", 0 classes," in printed, printed


def test_nothing_half_written():
    with tempfile.TemporaryDirectory() as folder:
        convert(folder)
        effnet_fails("convert", f"{folder}/a.onnx", "--output", f"{folder}/no/b.safetensors",
                     says="cannot be written")
        assert sorted(os.listdir(folder)) == ["a.onnx", "b.safetensors"], os.listdir(folder)


def test_numbers_that_are_none():
    def refuse(says, spoil, **options):
        net = models.efficientnet()
        spoil(net)
        with tempfile.TemporaryDirectory() as folder:
            before = b"what was there before"
            pathlib.Path(folder, "b.safetensors").write_bytes(before)
            models.write_tflite(f"{folder}/a.tflite", net, **options)
            effnet_fails("convert", f"{folder}/a.tflite", "--output", f"{folder}/b.safetensors",
                         says=says)
            assert sorted(os.listdir(folder)) == ["a.tflite", "b.safetensors"], os.listdir(folder)
            assert pathlib.Path(folder, "b.safetensors").read_bytes() == before

    def change(part):
        def spoil(net):
            net.layers[3][part].flat[0] = np.nan
        return spoil

    refuse("not finite", change("weight"))
    refuse("not finite", lambda net: net.layers[3]["bias"].__setitem__(0, np.inf))
    for scale, offset in ((0, 0), (-1, 0), (1e-45, 0), (np.nan, 0), (np.inf, 0), (1, np.nan),
                          (1e-30, 1e30)):
        refuse("normalises its input by", lambda net: None, scaling=(scale, offset))


def test_what_does_not_open():
    """An image too small for any network."""
    with tempfile.TemporaryDirectory() as folder:
        convert(folder)
        before = pathlib.Path(folder, "b.safetensors").read_bytes()
        models.write_onnx(f"{folder}/a.onnx", models.efficientnet(), size=8)
        effnet_fails("convert", f"{folder}/a.onnx", "--output", f"{folder}/b.safetensors",
                     says="b.safetensors is not written, as it could not be opened: ")
        assert sorted(os.listdir(folder)) == ["a.onnx", "b.safetensors"], os.listdir(folder)
        assert pathlib.Path(folder, "b.safetensors").read_bytes() == before


tap.run(sys.modules[__name__])
