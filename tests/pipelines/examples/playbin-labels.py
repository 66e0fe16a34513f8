# SPDX-License-Identifier: BSD-2-Clause
import re
import sys

import installed
import tap

installed.install()


def test_film():
    program = installed.build("playbin-labels")
    installed.use_model()
    film = installed.make_film(tap.sample("chelsea.png"), tap.sample("coffee.png"))
    lines = installed.succeed(program, film, "fakesink").splitlines()
    assert all(re.fullmatch(r" *\d+\.\d{3} s +\d+\.\d %  .+", line) for line in lines), lines
    assert lines[0].startswith("   0.000 s") and "cat" in lines[0], lines
    change, = [line for line in lines if "espresso" in line or "cup" in line]
    assert change.split()[0] == "1.000", lines


def test_no_film():
    program = installed.build("playbin-labels")
    done = installed.run(program, "/nonexistent/film.avi", "fakesink")
    assert done.returncode == 1 and done.stderr.startswith("playbin-labels: "), done
    assert installed.run(program).returncode == 1


tap.run(sys.modules[__name__])
