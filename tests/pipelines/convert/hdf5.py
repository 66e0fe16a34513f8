# SPDX-License-Identifier: BSD-2-Clause
import sys
import tempfile

import models
import tap
from models import refuse, survive


def test_broken():
    net = models.efficientnet()
    survive("a.h5", lambda path: models.write_legacy_h5(path, net))


def test_not_floats():
    def write(path, shape, kind):
        with models.create_h5(path) as file:
            file.create_dataset("layers/conv2d/vars/0", shape, kind)

    refuse("a.h5", lambda path: write(path, (3, 3, 3, 8), "i4"), "no floats of a sensible number")
    # Nothing is stored: a small file with a large claim.
    refuse("a.h5", lambda path: write(path, (1 << 20, 1 << 20), "f4"), "no floats of a sensible")
    refuse("a.h5", lambda path: write(path, (0, 3), "f4"), "no floats of a sensible number")


def test_numbers_elsewhere():
    """A file must not choose one of those that its reader may read."""
    with tempfile.TemporaryDirectory() as elsewhere:
        secret, other = f"{elsewhere}/secret", f"{elsewhere}/other.h5"
        with open(secret, "wb") as file:
            file.write(bytes(4 * 216))
        net = models.efficientnet()
        models.write_weights_h5(other, net)

        def stored(path):
            with models.create_h5(path) as file:
                file.create_dataset("layers/conv2d/vars/0", (3, 3, 3, 8), "f4",
                                    external=[(secret, 0, 4 * 216)])

        def virtual(path):
            import h5py
            with models.create_h5(path) as file:
                layout = h5py.VirtualLayout((3, 3, 3, 8), "f4")
                layout[:] = h5py.VirtualSource(other, "layers/conv2d/vars/0", (3, 3, 3, 8))
                file.create_virtual_dataset("layers/conv2d/vars/0", layout)

        def linked(path):
            import h5py
            with models.create_h5(path) as file:
                file["layers"] = h5py.ExternalLink(other, "/layers")

        for write in (stored, virtual):
            refuse("a.h5", write, "no floats of a sensible number, in the file itself")
        refuse("a.h5", linked, "has 0 convolutions")


def test_loops():
    """Groups that contain themselves, under many names: each path would be a layer."""
    def write(path):
        with models.create_h5(path) as file:
            layers = file.create_group("layers")
            inner = layers.create_group("a/layers")
            for i in range(400):
                inner[f"b{i}"] = file["layers/a"]

    refuse("a.h5", write, "or some many times")


def test_chunks():
    """One number, in a chunk of 2 GB."""
    def write(path):
        with models.create_h5(path) as file:
            file.create_dataset("layers/conv2d/vars/0", (1, 1, 1, 1), "f4", compression="gzip",
                                chunks=(64, 64, 512, 256), maxshape=(None,) * 4)

    refuse("a.h5", write, "no floats of a sensible number")


tap.run(sys.modules[__name__])
