# SPDX-License-Identifier: BSD-2-Clause
import json
import sys
import zipfile

import models
from models import check, keras_config, refuse
import tap


def test_legacy():
    net = models.efficientnet()

    def write(path):
        models.write_legacy_h5(path, net, keras_config(net))

    found = check(net, "a.h5", write)
    assert found["pretrained_cfg"] == {"num_classes": models.CLASSES, "padding": "same",
                                       "input_size": [3, models.SIZE, models.SIZE]}
    assert found["problem_type"] == "single_label_classification", found


def test_hidden():
    """Layers upon include_top=False; the classifier without a bias, as Teachable Machine has it."""
    for build, hidden, name in ((models.mobilenet, ((100, "relu"),), "+100-relu"),
                                (models.efficientnet, ((24, "gelu"), (12, None)),
                                 "+24-gelu+12-none")):
        net = build(hidden=hidden)
        net.layers[-1]["bias"] = None if build is models.mobilenet else net.layers[-1]["bias"]

        def write(path):
            models.write_legacy_h5(path, net, keras_config(net))

        found = check(net, "a.h5", write)
        assert found["architecture"].endswith(name), found
        refuse("a.h5", lambda path: models.write_legacy_h5(path, net),
               "no configuration that tells their activations")
    deep = models.mobilenet(hidden=((9, "relu"),) * 3)
    refuse("a.h5", lambda path: models.write_legacy_h5(path, deep, keras_config(deep)),
           "has 4 linear layers")


def test_head_norms():
    """Batch norms before, between and behind linear layers, each before its activation or after."""
    def write_h5(path, net):
        models.write_legacy_h5(path, net, keras_config(net, activation="linear"))

    def write_keras(path, net):
        write_archive(path, net, json.dumps(keras_config(net, activation="linear")))

    for hidden, last, ends in ((("norm", (16, "relu"), "norm"), (), "+16-relu"),
                               (("norm",), (), ""),
                               (("norm", "norm", (16, None), "norm", "relu6", "norm", (12, None),
                                 "norm"), (), "+16-relu6+12-none"),
                               (("norm", "pool", (16, "relu")), (), "+16-relu"),
                               (((16, None), "norm", "norm", "relu"), ("norm",), "+16-relu")):
        for name, write in (("a.h5", write_h5), ("a.keras", write_keras)):
            arch = models.check_head(models.efficientnet, hidden, name, write, last)
            assert arch.startswith("b0-w") and arch.endswith(ends), arch


def test_head_norms_refused():
    """Those that no layer can take, or whose place nothing tells."""
    net = models.efficientnet(hidden=("norm", "relu", (16, "relu")))
    refuse("a.h5", lambda path: models.write_legacy_h5(path, net, keras_config(net)),
           "computes 2 times a ReLU")
    net = models.efficientnet(last=("norm",))
    refuse("a.h5", lambda path: models.write_legacy_h5(path, net, keras_config(net)),
           "has a batch norm behind its last layer and activation")
    net = models.efficientnet(hidden=("norm",))
    refuse("a.h5", lambda path: models.write_legacy_h5(path, net), "batch norms, where")


def test_normalization():
    net = models.efficientnet()
    for variance, std in (([0.04, 0.09, 0.16], [0.2, 0.3, 0.4]),
                          ([0.229, 0.224, 0.225], [0.229, 0.224, 0.225])):
        found = check(net, "a.h5", lambda path: models.write_legacy_h5(
            path, net, None, [0.5, 0.4, 0.3], variance))["pretrained_cfg"]
        assert all(abs(a - b) < 1e-6 for a, b in zip(found["mean"], [0.5, 0.4, 0.3])), found
        assert all(abs(a - b) < 1e-6 for a, b in zip(found["std"], std)), found


def test_weights():
    net = models.efficientnet()
    for nested in (False, True):
        found = check(net, "a.weights.h5",
                      lambda path: models.write_weights_h5(path, net, nested))
        assert found["num_classes"] == models.CLASSES, found


def write_archive(path, net, config):
    models.write_weights_h5(path + ".weights", net)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config)
        archive.write(path + ".weights", "model.weights.h5")


def test_archive():
    net = models.efficientnet()
    check(net, "a.keras", lambda path: write_archive(path, net, json.dumps(keras_config(net))))
    # A model of a custom class says nothing about its layers.
    check(net, "a.keras", lambda path: write_archive(path, net, '{"class_name": "Mine"}'))


def test_nested():
    """In whatever order a nested model's weights are listed."""
    net = models.efficientnet()
    for config, frozen in ((None, 0), (keras_config(net, nested=True), 0),
                           (keras_config(net, nested=True), 20),
                           (keras_config(net, nested=True), 1000)):
        check(net, "a.h5", lambda path: models.write_nested_h5(path, net, config, frozen))


def test_mobilenet_default():
    """Without a layer for it, images are scaled to -1..1 outside, as Keras documents it."""
    net = models.mobilenet()
    found = check(net, "a.h5", lambda path: models.write_legacy_h5(
        path, net, keras_config(net)))["pretrained_cfg"]
    assert found["mean"] == [0.5] * 3 and found["std"] == [0.5] * 3, found


def test_other_layers():
    """The same shapes, but another stride or activation, or no residual."""
    net = models.efficientnet()

    def change(kind, times, **to):
        config = keras_config(net)
        layers = [layer for layer in config["config"]["layers"] if layer["class_name"] == kind]
        layers[times]["config"].update(to)
        return config

    def write(config):
        return lambda path: models.write_legacy_h5(path, net, config)

    refuse("a.h5", write(change("Conv2D", 0, strides=[1, 1])), "where stride 2 was expected")
    refuse("a.h5", write(change("DepthwiseConv2D", 1, strides=[1, 1])),
           "where stride 2 for each channel was expected")
    refuse("a.h5", write(change("Activation", 0, activation="relu")), "times a ReLU")
    config = keras_config(net)
    layers = config["config"]["layers"]
    layers.remove(next(layer for layer in layers if layer["class_name"] == "Add"))
    refuse("a.h5", write(config), "residuals, where a network of such layers has")
    config = keras_config(net)
    layers = config["config"]["layers"]
    layers.remove(next(layer for layer in layers if layer["class_name"] == "BatchNormalization"))
    refuse("a.h5", write(config), "in its model's configuration are")


def test_refused():
    def stateless(path):
        with models.create_h5(path) as file:
            file.create_group("something")

    refuse("a.h5", stateless, "no layers of a Keras model")
    def shapeless(path):
        with models.create_h5(path) as file:
            file.create_dataset("layers/conv2d/vars/0", (3, 3, 3, 8), "f4")
            file.create_dataset("layers/conv2d_1/vars/0", (), "f4")
            file.create_dataset("layers/depthwise_conv2d/vars/0", (3, 3, 8, 1), "f4")

    refuse("a.h5", shapeless, "of no network of Keras applications")
    resnet = models.resnet()
    refuse("a.h5", lambda path: models.write_weights_h5(path, resnet), "a ResNet of Keras")
    short = models.efficientnet()
    del short.layers[3:6]
    refuse("a.h5", lambda path: models.write_weights_h5(path, short), "no network of Keras")
    bare = models.efficientnet()
    bare.layers[-2]["norm"] = None
    refuse("a.h5", lambda path: models.write_weights_h5(path, bare), "batch norm")
    net = models.efficientnet()
    refuse("a.keras", lambda path: write_archive(path, net, "{"),
           "has a configuration of its model that is not JSON")


tap.run(sys.modules[__name__])
