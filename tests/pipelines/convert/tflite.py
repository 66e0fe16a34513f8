# SPDX-License-Identifier: BSD-2-Clause
import sys

import models
from models import check, refuse, survive, write_tflite
import tap


def test_float():
    net = models.efficientnet()
    config = check(net, "a.tflite", lambda path: write_tflite(path, net))
    assert config["pretrained_cfg"] == {"num_classes": models.CLASSES, "padding": "same",
                                        "input_size": [3, models.SIZE, models.SIZE]}


def test_hidden():
    net = models.mobilenet(hidden=((12, "relu6"),))
    config = check(net, "a.tflite", lambda path: write_tflite(path, net))
    assert config["architecture"].endswith("+12-relu6"), config


def test_head_norms():
    """As products and sums."""
    arch = models.check_head(models.mobilenet, ("norm", (16, "relu6"), "norm"), "a.tflite",
                             write_tflite)
    assert arch.endswith("+16-relu6"), arch
    net = models.mobilenet(hidden=("norm", "relu6"))
    refuse("a.tflite", lambda path: write_tflite(path, net), "has a batch norm that is neither")


def test_half():
    net = models.efficientnet()
    check(net, "a.tflite", lambda path: write_tflite(path, net, half=True), bound=0.05)


def test_normalised_inside():
    net = models.efficientnet()
    config = check(net, "a.tflite", lambda path: write_tflite(path, net, scaling=(1 / 128, -1)))
    found = config["pretrained_cfg"]
    assert all(abs(v - 128 / 255) < 1e-6 for v in found["mean"] + found["std"]), found


def test_symmetric():
    """A border before each convolution of stride 2; the others have their own."""
    net = models.efficientnet(padding="symmetric")
    net.epsilon = 1e-5
    config = check(net, "a.tflite", lambda path: write_tflite(path, net))
    assert config["pretrained_cfg"]["padding"] == "symmetric", config


def test_refused():
    net = models.efficientnet()
    refuse("a.tflite", lambda path: write_tflite(path, net, quantised=True), "not in the file as f")
    plain = models.efficientnet()
    plain.nodes = [("mean" if op == "sigmoid" else op, *rest) for op, *rest in plain.nodes]
    refuse("a.tflite", lambda path: write_tflite(path, plain), "multiplies two activations")


def test_broken():
    net = models.efficientnet()
    survive("a.tflite", lambda path: write_tflite(path, net))


tap.run(sys.modules[__name__])
