# SPDX-License-Identifier: BSD-2-Clause
import sys

import models
from models import check, refuse, survive, write_onnx
import tap


def test_folded():
    net = models.efficientnet()
    config = check(net, "a.onnx", lambda path: write_onnx(path, net))
    assert config["num_classes"] == models.CLASSES and config["architecture"].startswith("b0-w")
    assert config["pretrained_cfg"]["padding"] == "same"
    assert config["pretrained_cfg"]["input_size"] == [3, models.SIZE, models.SIZE]
    assert "mean" not in config["pretrained_cfg"]


def test_not_folded():
    net = models.efficientnet(padding="symmetric")
    net.epsilon = 1e-5
    config = check(net, "a.onnx", lambda path: write_onnx(path, net, folded=False))
    assert config["pretrained_cfg"]["padding"] == "symmetric"


def test_hidden():
    net = models.efficientnet(hidden=((24, "relu"), (12, None)))
    config = check(net, "a.onnx", lambda path: write_onnx(path, net))
    assert config["architecture"].endswith("+24-relu+12-none"), config
    net = models.efficientnet(hidden=((9, "swish"),))
    refuse("a.onnx", lambda path: write_onnx(path, net),
           "computes 32 times a swish")


def test_head_norms():
    """As nodes of their own, and as products and sums."""
    for folded in (False, True):
        for hidden, last, ends in (
                (("norm", (16, "relu"), "norm"), (), "+16-relu"),
                (((16, None), "norm", "relu", "norm", "norm", (12, None), "norm"), ("norm",),
                 "+16-relu+12-none")):
            arch = models.check_head(models.efficientnet, hidden, "a.onnx",
                                     lambda path, net: write_onnx(path, net, folded), last)
            assert arch.startswith("b0-w") and arch.endswith(ends), arch


def test_head_norms_refused():
    """Norms of what is activated or pooled next, or of nothing that could take them."""
    for folded in (False, True):
        for hidden in (("norm", "relu", (16, None)), ("norm", "pool")):
            net = models.efficientnet(hidden=hidden)
            refuse("a.onnx", lambda path: write_onnx(path, net, folded),
                   "a batch norm that is neither behind a convolution or linear layer nor in front")
        net = models.resnet()
        conv = net.nodes[3]
        net.nodes[3:4] = [("norm", {"norm": net.layers[0]["norm"]}, conv[2], 900),
                          (*conv[:2], [900], conv[3])]
        refuse("a.onnx", lambda path: write_onnx(path, net, folded),
               "has a batch norm of 8 channels that the layer")


def test_constants_as_nodes():
    net = models.efficientnet()
    check(net, "a.onnx", lambda path: write_onnx(path, net, constant_nodes=True))
    check(net, "a.onnx", lambda path: write_onnx(path, net, packed=True))


def test_half():
    net = models.efficientnet()
    check(net, "a.onnx", lambda path: write_onnx(path, net, half=True), bound=0.05)


def test_shortcuts():
    net = models.resnet()
    config = check(net, "a.onnx", lambda path: write_onnx(path, net))
    assert config["architecture"].startswith("resnet18-w"), config
    assert config["pretrained_cfg"]["padding"] == "symmetric"


def test_averages():
    """ResNet-D's shortcuts, and what only looks like them."""
    net = models.resnet(deep=True, averages=True)
    for folded in (True, False):
        config = check(net, "a.onnx", lambda path: write_onnx(path, net, folded))
        # As narrow as this, ResNet-10-T's first layer is like ResNet-18-D's.
        assert config["architecture"].startswith("resnet10t-w"), config
    for wrong in ({"kernel_shape": [3, 3]}, {"strides": [1, 1]}, {"pads": [0, 0, 1, 1]},
                  {"ceil_mode": 0}):
        refuse("a.onnx", lambda path: write_onnx(path, net, average={**models.AVERAGE, **wrong}),
               "no network of the family")
    skipping = models.resnet(deep=True)
    refuse("a.onnx", lambda path: write_onnx(path, skipping),
           "reads every second pixel, where it was expected to read means")
    plain = models.resnet(averages=True)
    refuse("a.onnx", lambda path: write_onnx(path, plain),
           "reads means of 2x2 pixels, where it was expected to read every")


def test_gather():
    net = models.resnet()
    last = net.nodes.pop()
    taken = net.node("gather", [last[2][0]])
    net.nodes.append((*last[:2], [taken], last[3]))
    check(net, "a.onnx", lambda path: write_onnx(path, net, order=range(64)))
    refuse("a.onnx", lambda path: write_onnx(path, net, order=[1, 0, *range(2, 64)]), "a Gather")
    check(net, "a.onnx", lambda path: write_onnx(path, net, order=range(64), batch=64))
    refuse("a.onnx", lambda path: write_onnx(path, net, order=range(64), batch=63), "a Gather")
    refuse("a.onnx", lambda path: write_onnx(path, net, order=[1, *range(1, 64)], batch=64),
           "a Gather")


def test_any_resolution():
    net = models.resnet()
    config = check(net, "a.onnx", lambda path: write_onnx(path, net, size=0))
    assert "input_size" not in config["pretrained_cfg"]


def test_refused():
    net = models.efficientnet()
    def strange(op):
        changed = models.efficientnet()
        first = [i for i, n in enumerate(changed.nodes) if n[0] == "sigmoid"][0]
        changed.nodes[first] = (op, *changed.nodes[first][1:])
        models.ONNX_OPS[op] = op
        return lambda path: write_onnx(path, changed)

    refuse("a.onnx", strange("Tanh"), "an operation Tanh")
    refuse("a.onnx", strange("Relu"), "multiplies two activations")
    short = models.efficientnet()
    short.nodes = short.nodes[:10]
    refuse("a.onnx", lambda path: write_onnx(path, short), "no network of the family")
    bare = models.efficientnet()
    bare.layers[0]["pads"] = (0, 0)
    refuse("a.onnx", lambda path: write_onnx(path, bare), "without a border")
    fast = models.resnet()
    fast.layers[1]["stride"] = 2
    refuse("a.onnx", lambda path: write_onnx(path, fast), "of stride 2")
    grouped = models.resnet()
    grouped.layers[1]["groups"] = 2
    refuse("a.onnx", lambda path: write_onnx(path, grouped), "of 2 groups, where 1 was expected")


def test_broken():
    net = models.resnet()
    survive("a.onnx", lambda path: write_onnx(path, net))


tap.run(sys.modules[__name__])
