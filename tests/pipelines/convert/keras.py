# SPDX-License-Identifier: BSD-2-Clause
import json
import sys
import zipfile

import models
from models import check, refuse
import tap


def config(epsilon=1e-3):
    layers = [{"class_name": "InputLayer",
               "config": {"batch_shape": [None, models.SIZE, models.SIZE, 3]}},
              {"class_name": "BatchNormalization", "config": {"epsilon": epsilon}}]
    return {"class_name": "Functional", "config": {"layers": layers}}


def test_legacy():
    net = models.efficientnet()
    net.epsilon = 1e-3

    def write(path):
        models.write_legacy_h5(path, net, config())

    found = check(net, "a.h5", write)
    assert found["pretrained_cfg"] == {"num_classes": models.CLASSES, "padding": "same",
                                       "input_size": [3, models.SIZE, models.SIZE]}


def test_normalization():
    net = models.efficientnet()
    for variance, std in (([0.04, 0.09, 0.16], [0.2, 0.3, 0.4]),
                          ([0.229, 0.224, 0.225], [0.229, 0.224, 0.225])):
        found = check(net, "a.h5", lambda path: models.write_legacy_h5(
            path, net, config(), [0.5, 0.4, 0.3], variance))["pretrained_cfg"]
        assert all(abs(a - b) < 1e-6 for a, b in zip(found["mean"], [0.5, 0.4, 0.3])), found
        assert all(abs(a - b) < 1e-6 for a, b in zip(found["std"], std)), found


def test_weights():
    net = models.efficientnet()
    for nested in (False, True):
        found = check(net, "a.weights.h5",
                      lambda path: models.write_weights_h5(path, net, nested))
        assert found["num_classes"] == models.CLASSES, found


def test_archive():
    net = models.efficientnet()

    def write(path):
        models.write_weights_h5(path + ".weights", net)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps(config()))
            archive.write(path + ".weights", "model.weights.h5")

    check(net, "a.keras", write)


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


tap.run(sys.modules[__name__])
