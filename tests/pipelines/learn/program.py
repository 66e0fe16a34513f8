# SPDX-License-Identifier: BSD-2-Clause
"""The program that effnet starts for its commands learn and eval."""
import os
import subprocess
import sys

import tap
from tap import effnet

PROGRAM = os.path.join(os.path.dirname(tap.EFFNET), "effnet-learn")


def test_commands():
    for command in ("learn", "eval", "explain"):
        text = effnet(command, "--help")
        assert f"effnet {command} [OPTION" in text, text


def test_alone():
    for name in (PROGRAM, "effnet brew", ""):
        # Python itself may refuse to start a program with an empty name.
        done = subprocess.run(["bash", "-c", 'exec -a "$0" "$1"', name, PROGRAM],
                              capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done
        assert "started by effnet" in done.stderr, done.stderr


tap.run(sys.modules[__name__])
