# SPDX-License-Identifier: BSD-2-Clause
import sys

from PIL import Image

import installed
import tap

installed.install()


def scratch(name, content):
    path = f"{installed.folder.name}/{name}"
    with open(path, "wb") as file:
        file.write(content)
    return path


def test_picture():
    program = installed.build("classify-ppm")
    installed.use_model()
    path = f"{installed.folder.name}/cat.ppm"
    Image.open(tap.sample("chelsea.png")).convert("RGB").save(path)
    lines = installed.succeed(program, path).splitlines()
    assert len(lines) == 5 and "cat" in lines[0], lines
    assert int(lines[0].split()[2]) in (281, 282, 285), lines
    assert installed.succeed(program, path, tap.model()).splitlines() == lines
    # As the program says, which has the same engine.
    effnet = tap.effnet("classify", "--model", tap.model(), tap.sample("chelsea.png"))
    assert lines[0].split(maxsplit=3)[3] in effnet.splitlines()[1], (lines, effnet)


def test_no_picture():
    program = installed.build("classify-ppm")
    for content in (b"", b"P5 1 1 255 abc", b"P6 0 0 255\n", b"P6 4 4 255\n" + bytes(47),
                    b"P6 99999 99999 255\n", b"P6 -1 4 255\n" + bytes(99)):
        done = installed.run(program, scratch("bad.ppm", content))
        assert done.returncode == 1 and "is not a binary PPM" in done.stderr, (content, done)
    done = installed.run(program, scratch("good.ppm", b"P6 1 1 255\nabc"), "/nonexistent.pth")
    assert done.returncode == 1 and "/nonexistent.pth" in done.stderr, done


tap.run(sys.modules[__name__])
