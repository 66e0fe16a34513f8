# SPDX-License-Identifier: BSD-2-Clause
"""Commands that are programs of their own."""
import os
import shutil
import subprocess
import sys
import tempfile

import tap
from tap import effnet


def test_is_another_program():
    assert effnet("scale", "--help") == effnet("scale", "-h")
    assert "effnet scale" in effnet("scale", "--help")


def test_is_missing():
    with tempfile.TemporaryDirectory() as folder:
        alone = shutil.copy(tap.EFFNET, folder)
        libraries = os.path.join(os.path.dirname(tap.EFFNET), "../engine")
        done = subprocess.run([alone, "scale"], capture_output=True, text=True,
                              env={**os.environ, "LD_LIBRARY_PATH": libraries})
        if os.path.exists("/usr/libexec/efficientnet/effnet-scale"):
            raise tap.Skip("one is installed in /usr: purge the package effnet to see it missing")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done
    assert "effnet-scale cannot be started" in done.stderr, done.stderr


tap.run(sys.modules[__name__])
