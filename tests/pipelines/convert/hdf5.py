# SPDX-License-Identifier: BSD-2-Clause
import sys

import models
import tap
from models import refuse, survive

try:
    import h5py
except ImportError:
    h5py = None


def need_h5py():
    if h5py is None:
        raise tap.Skip("there is no h5py (python3-h5py)")


def test_broken():
    need_h5py()
    net = models.efficientnet()
    survive("a.h5", lambda path: models.write_legacy_h5(h5py, path, net))


def test_not_floats():
    need_h5py()

    def write(path, shape, kind):
        with h5py.File(path, "w") as file:
            file.create_dataset("layers/conv2d/vars/0", shape, kind)

    refuse("a.h5", lambda path: write(path, (3, 3, 3, 8), "i4"), "no floats of a sensible number")
    # Nothing of it is stored: a small file, a large claim.
    refuse("a.h5", lambda path: write(path, (1 << 20, 1 << 20), "f4"), "no floats of a sensible")
    refuse("a.h5", lambda path: write(path, (0, 3), "f4"), "no floats of a sensible number")


tap.run(sys.modules[__name__])
