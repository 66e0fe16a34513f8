# SPDX-License-Identifier: BSD-2-Clause
import re
import sys

from PIL import Image

import installed
import tap

installed.install()


def test_regions():
    program = installed.build("detector-regions")
    installed.use_model()
    quarters = Image.new("RGB", (640, 480))
    for i, name in enumerate(("chelsea.png", "coffee.png", "rocket.jpg", "chelsea.png")):
        part = Image.open(tap.sample(name)).convert("RGB").resize((320, 240))
        quarters.paste(part, (i % 2 * 320, i // 2 * 240))
    path = f"{installed.folder.name}/quarters.png"
    quarters.save(path)
    lines = sorted(installed.succeed(program, path).splitlines())
    assert len(lines) == 4, lines
    for i, (line, word) in enumerate(zip(lines, ("cat", "espresso", "missile|projectile", "cat"))):
        assert f"object {i} at {i % 2 * 320},{i // 2 * 240} " in line, line
        assert re.search(word, line), line


def test_no_film():
    program = installed.build("detector-regions")
    done = installed.run(program, "/nonexistent/film.avi")
    assert done.returncode == 1 and done.stderr.startswith("detector-regions: "), done
    assert installed.run(program).returncode == 1


tap.run(sys.modules[__name__])
