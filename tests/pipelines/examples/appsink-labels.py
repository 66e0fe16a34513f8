# SPDX-License-Identifier: BSD-2-Clause
import re
import sys

import installed
import tap

installed.install()
PROGRAM = str(installed.EXAMPLES / "appsink-labels.py")


def test_film():
    installed.use_model()
    film = installed.make_film(tap.sample("chelsea.png"), tap.sample("coffee.png"))
    lines = installed.succeed(sys.executable, PROGRAM, film).splitlines()
    frames = [line for line in lines if line.startswith("frame ")]
    assert len(frames) == 20, lines
    assert frames[0].startswith("frame 0, 0.000 s, 320x240: ") and "cat" in frames[0], frames[0]
    changes = [line for line in lines if line.startswith("change at ")]
    assert re.match(r"change at 0.000 s: .*cat.* \(\d+\.\d%\)$", changes[0]), changes
    assert any("at 1.000 s: espresso" in line or "cup" in line for line in changes), changes


def test_no_film():
    done = installed.run(sys.executable, PROGRAM, "/nonexistent/film.avi")
    assert done.returncode == 1 and done.stderr.startswith("appsink-labels: "), done
    assert installed.run(sys.executable, PROGRAM).returncode == 1


tap.run(sys.modules[__name__])
