# SPDX-License-Identifier: BSD-2-Clause
import sys

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
    # Nothing of it is stored: a small file, a large claim.
    refuse("a.h5", lambda path: write(path, (1 << 20, 1 << 20), "f4"), "no floats of a sensible")
    refuse("a.h5", lambda path: write(path, (0, 3), "f4"), "no floats of a sensible number")


tap.run(sys.modules[__name__])
