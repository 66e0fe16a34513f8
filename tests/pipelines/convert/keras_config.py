# SPDX-License-Identifier: BSD-2-Clause
"""The converted model does what a Keras model's configuration says besides its weights."""
import sys
import tempfile

import models
from models import check, keras_config, keras_layer, refuse
import tap
from tap import effnet


def convert(config, net, mean=None, variance=None):
    return check(net, "a.h5",
                 lambda path: models.write_legacy_h5(path, net, config, mean, variance))


def deny(config, net, says):
    refuse("a.h5", lambda path: models.write_legacy_h5(path, net, config), says)


def test_activation():
    net = models.efficientnet()
    for activation, key, says in (("softmax", "problem_type", "single_label_classification"),
                                  ("sigmoid", "problem_type", "multi_label_classification"),
                                  ("linear", "problem_type", "regression"),
                                  (None, "problem_type", "regression")):
        assert convert(keras_config(net, activation=activation), net)[key] == says, activation
    # As a layer of its own.
    config = keras_config(net, activation="linear")
    config["config"]["layers"].append(keras_layer("Activation", "last", activation="sigmoid"))
    assert convert(config, net)["problem_type"] == "multi_label_classification"
    config["config"]["layers"][-1] = keras_layer("Softmax", "last")
    assert convert(config, net)["problem_type"] == "single_label_classification"
    deny(keras_config(net, activation="tanh"), net, "has outputs behind the activation tanh")
    config = keras_config(net, activation="softmax")
    config["config"]["layers"].append(keras_layer("Activation", "last", activation="sigmoid"))
    deny(config, net, "both a softmax and a sigmoid")
    wrapped = {"class_name": "function", "config": "sigmoid", "registered_name": "function"}
    found = convert(keras_config(net, activation=wrapped), net)
    assert found["problem_type"] == "multi_label_classification", found
    deny(keras_config(net, activation={"class_name": "Mine"}), net, "an activation of its own")


def test_pooling():
    net = models.efficientnet()
    for kind in ("GlobalMaxPooling2D", "GlobalMaxPool2D"):
        deny(keras_config(net, pool=kind), net, f"({kind}) that takes the maximum")


def keras2(name, by):
    return {"class_name": "TFOpLambda", "config": {"name": f"tf.{name}", "function": name},
            "inbound_nodes": [["input_1", 0, 0, {"y": by, "name": None}]]}


def keras3(kind, by):
    return {"class_name": kind, "config": {"name": kind.lower()},
            "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__"}, by], "kwargs": {}}]}


def expect(before, scale, offset, **more):
    """Images of 0..255 are scaled like this."""
    net = models.mobilenet()
    found = convert(keras_config(net, before), net, **more)["pretrained_cfg"]
    for i in range(3):
        std, mean = 1 / (scale[i] * 255), -offset[i] / scale[i] / 255
        assert abs(found["std"][i] - std) < 1e-5 * std, (found, std)
        assert abs(found["mean"][i] - mean) < 1e-5, (found, mean)


def test_rescaling():
    expect([keras_layer("Rescaling", "r", scale=1 / 255., offset=0.0)], [1 / 255] * 3, [0] * 3)
    expect([keras_layer("Rescaling", "r", scale=1 / 127.5, offset=-1)], [1 / 127.5] * 3, [-1] * 3)
    expect([keras_layer("Rescaling", "r", scale=1 / 255., offset=0.0),
            keras_layer("RandomFlip", "f"),
            keras_layer("Normalization", "n", mean=[[[[0.5, 0.4, 0.3]]]],
                        variance=[0.04, 0.09, 0.16])],
           [1 / 255 / 0.2, 1 / 255 / 0.3, 1 / 255 / 0.4], [-0.5 / 0.2, -0.4 / 0.3, -0.3 / 0.4])
    expect([keras_layer("Rescaling", "r", scale=1 / 255., offset=0.0),
            keras_layer("Normalization", "normalization", mean=None, variance=None),
            keras_layer("Rescaling", "s", scale=[2.0, 4.0, 5.0], offset=0.0)],
           [2 / 255 / 0.2, 4 / 255 / 0.3, 5 / 255 / 0.4], [-1 / 0.2, -1.6 / 0.3, -1.5 / 0.4],
           mean=[0.5, 0.4, 0.3], variance=[0.04, 0.09, 0.16])


def test_operations():
    expect([keras2("cast", None), keras2("math.truediv", 127.5), keras2("math.subtract", 1.0)],
           [1 / 127.5] * 3, [-1] * 3)
    expect([keras3("TrueDivide", 127.5), keras3("Subtract", 1.0)], [1 / 127.5] * 3, [-1] * 3)
    expect([keras3("Multiply", 0.01), keras3("Add", 0.5)], [0.01] * 3, [0.5] * 3)


def test_picture_refused():
    net = models.mobilenet()
    for layer, says in (
            (keras_layer("Lambda", "mine"), "a layer mine (Lambda) in front of the network, which"),
            (keras_layer("Resizing", "small", height=32, width=32), "(Resizing) in front"),
            (keras_layer("Rescaling", "r", scale="x"), "without 1 or 3 numbers"),
            (keras_layer("Rescaling", "r", scale=0), "leaves nothing of the image"),
            (keras_layer("Rescaling", "r", scale=-1 / 255.), "a std above 0"),
            (keras_layer("Normalization", "n", mean=None), "without 1 or 3 means"),
            (keras_layer("Normalization", "n", mean=[0.5], variance=[1.0], invert=True),
             "that is inverted"),
            (keras_layer("BatchNormalization", "b", epsilon=1e-3), "in front of the network"),
            (keras2("math.sin", None), "that computes math.sin"),
            (keras2("math.truediv", None), "something other than the image and a number"),
            (keras3("TrueDivide", None), "something other than the image and a number"),
            ({"config": {}}, "a layer without a class")):
        deny(keras_config(net, [layer]), net, says)


def test_ends():
    """Which of several outputs is meant would be a guess; so would be what else is fed in."""
    net = models.mobilenet()
    one, many = ["dense", 0, 0], [["dense", 0, 0], ["other", 0, 0]]
    for nested in (False, True):
        for ends, says in (({"output_layers": one, "input_layers": [one]}, None),
                           ({"output_layers": {"scores": one}}, None),
                           ({"output_layers": many}, "a model of 2 outputs"),
                           ({"output_layers": {"scores": one, "box": one, "mask": one}}, "of 3 outputs"),
                           ({"output_layers": [[one, one], one]}, "of 3 outputs"),
                           ({"input_layers": many, "output_layers": one}, "a model of 2 inputs")):
            config = keras_config(net, nested=nested)
            inner = config["config"]["layers"][1] if nested else config
            inner["config"].update(ends)
            if says:
                deny(config, net, says)
            else:
                convert(config, net)


def test_padding():
    net = models.mobilenet()

    def padded(kernel, own, before=None, size=models.SIZE, **more):
        config = keras_config(net)
        layers = config["config"]["layers"]
        layers[0]["config"]["batch_shape"] = [None, size, size, 3]
        layers[1]["config"].update(kernel_size=[kernel] * 2, padding=own, **more)
        if before:
            layers.insert(1, keras_layer("ZeroPadding2D", "pad", padding=before))
        return config

    for config in (padded(3, "same"), padded(1, "valid"), padded(3, "valid", [[0, 1], [0, 1]]),
                   padded(5, "valid", [[1, 2], [1, 2]]), padded(3, "valid", [[1, 1], [1, 1]], 33),
                   padded(3, "valid", [[1, 1], [1, 1]], None)):
        with tempfile.TemporaryDirectory() as folder:
            models.write_legacy_h5(f"{folder}/a.h5", net, config)
            effnet("convert", f"{folder}/a.h5", "--output", f"{folder}/out.safetensors")
    for config in (padded(3, "valid"), padded(3, "valid", [[1, 1], [1, 1]]),
                   padded(3, "valid", [[0, 1], [0, 1]], 33), padded(3, "valid", [[0, 1], [1, 0]]),
                   padded(3, "valid", [[0, 2], [0, 2]]), padded(3, "same", [[0, 1], [0, 1]])):
        deny(config, net, 'a layer conv2d (Conv2D) whose padding is not "same"')
    deny(padded(3, "same", dilation_rate=[2, 2]), net, "a layer conv2d (Conv2D) that is dilated")
    deny(padded(3, "valid", [1, 1]), net, "a layer pad (ZeroPadding2D) without four numbers")


def test_pool_behind():
    config = keras_config(net := models.mobilenet())
    config["config"]["layers"].append(keras_layer("GlobalAveragePooling2D", "again"))
    deny(config, net, "a layer again (GlobalAveragePooling2D) behind the classifier")


def test_network_refused():
    net = models.mobilenet()

    def insert(layer):
        config = keras_config(net)
        config["config"]["layers"].insert(6, layer)
        return config

    for layer, says in (
            (keras_layer("Rescaling", "r", scale=2.0), "within the network, where none is known"),
            (keras3("Multiply", 2.0), "of a number within the network"),
            (keras_layer("Attention", "mine"), "a layer mine (Attention) in the network"),
            (keras_layer("Activation", "a", activation="tanh"), "behind the activation tanh"),
            (keras_layer("Activation", "a", activation="gelu"), "computes 1 times a GELU"),
            (keras_layer("Activation", "a", activation="hard_silu"), "1 times a hard-swish"),
            (keras_layer("ReLU", "leaky", negative_slope=0.1, max_value=6.0), "another kind"),
            (keras_layer("MaxPooling2D", "p"), "takes the maximum")):
        deny(insert(layer), net, says)


def test_norm_behind_activation():
    config = keras_config(net := models.mobilenet())
    layers = config["config"]["layers"]
    assert layers[5]["class_name"] == "BatchNormalization", layers[5]
    layers[5], layers[6] = layers[6], layers[5]
    deny(config, net, "behind a batch norm that is not right behind a convolution")


tap.run(sys.modules[__name__])
