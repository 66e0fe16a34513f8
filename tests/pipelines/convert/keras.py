# SPDX-License-Identifier: BSD-2-Clause
import json
import sys
import zipfile

import models
from models import check, refuse
import tap

try:
    import h5py
except ImportError:
    h5py = None


def need_h5py():
    if h5py is None:
        raise tap.Skip("there is no h5py (python3-h5py)")


def config(epsilon=1e-3):
    layers = [{"class_name": "InputLayer",
               "config": {"batch_shape": [None, models.SIZE, models.SIZE, 3]}},
              {"class_name": "BatchNormalization", "config": {"epsilon": epsilon}}]
    return {"class_name": "Functional", "config": {"layers": layers}}


def test_legacy():
    need_h5py()
    net = models.efficientnet()
    net.epsilon = 1e-3

    def write(path):
        models.write_legacy_h5(h5py, path, net, config())

    found = check(net, "a.h5", write)
    assert found["pretrained_cfg"] == {"num_classes": models.CLASSES, "padding": "same",
                                       "input_size": [3, models.SIZE, models.SIZE]}


def test_normalization():
    need_h5py()
    net = models.efficientnet()
    for variance, std in (([0.04, 0.09, 0.16], [0.2, 0.3, 0.4]),
                          ([0.229, 0.224, 0.225], [0.229, 0.224, 0.225])):
        found = check(net, "a.h5", lambda path: models.write_legacy_h5(
            h5py, path, net, config(), [0.5, 0.4, 0.3], variance))["pretrained_cfg"]
        assert all(abs(a - b) < 1e-6 for a, b in zip(found["mean"], [0.5, 0.4, 0.3])), found
        assert all(abs(a - b) < 1e-6 for a, b in zip(found["std"], std)), found


def test_weights():
    need_h5py()
    net = models.efficientnet()
    for nested in (False, True):
        found = check(net, "a.weights.h5",
                      lambda path: models.write_weights_h5(h5py, path, net, nested))
        assert found["num_classes"] == models.CLASSES, found


def test_archive():
    need_h5py()
    net = models.efficientnet()

    def write(path):
        models.write_weights_h5(h5py, path + ".weights", net)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps(config()))
            archive.write(path + ".weights", "model.weights.h5")

    check(net, "a.keras", write)


def test_refused():
    need_h5py()

    def stateless(path):
        with h5py.File(path, "w") as file:
            file.create_group("something")

    refuse("a.h5", stateless, "no layers of a Keras model")
    resnet = models.resnet()
    refuse("a.h5", lambda path: models.write_weights_h5(h5py, path, resnet), "a ResNet of Keras")
    short = models.efficientnet()
    del short.layers[3:6]
    refuse("a.h5", lambda path: models.write_weights_h5(h5py, path, short), "no network of Keras")
    bare = models.efficientnet()
    bare.layers[-2]["norm"] = None
    refuse("a.h5", lambda path: models.write_weights_h5(h5py, path, bare), "batch norm")


tap.run(sys.modules[__name__])
