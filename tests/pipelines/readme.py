# SPDX-License-Identifier: BSD-2-Clause
"""Every command that the README shows is run: the indented blocks, and what stands in backticks and
has arguments. One case a command."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import installed
import tap

SOURCES, BUILD = installed.SOURCES, pathlib.Path(os.environ["EFFNET_BUILD"])
HERE = pathlib.Path(installed.folder.name)
PROGRAMS = r"(?:effnet|gst-[a-z]+-1\.0|meson|sudo|(?:\./)?(?:pipelines|tests)/[^\s`]+)"
# In a sentence: with an argument, as the others are names.
INLINE = rf"`({PROGRAMS} [^`]+)`"
NAMES = r"effnet [a-z]+|effnet scale --plot"

# What stands for something of the reader's, or would take too long here. Everything else is run as
# it is written, in a folder that has the files that the README names.
INSTEAD = (
    # This test is one of those that it runs.
    (r"^\./tests/run$", f"bash -n {SOURCES}/tests/run"),
    (r"^(\./)?(pipelines|tests)/", rf"{SOURCES}/\2/"),
    # Configured anew, but the build that there is, installed into a folder.
    (r"^sudo meson install -C \S+ && sudo ldconfig$",
     f"meson install --no-rebuild -C {BUILD} --destdir {HERE}/installed"),
    (r"-C build(-install)?$", f"-C {BUILD}"),
    (r"^(meson devenv .*)$", r"\1 effnet --version"),
    (r"^(meson setup \S+)", rf"\1 {SOURCES}"),
    # Cameras and a screen.
    (r"^effnet watch /dev/video0 door=\S+ --http 8080$", "effnet watch a.mp4 door=holiday.mp4 --http 0"),
    (r"\bSOURCE\.\.\.", "a.mp4"),
    (r"\bv4l2src\b", "videotestsrc num-buffers=30"),
    (r"\bautovideosink\b", "fakesink"),
    (r"file:///tmp/", f"file://{HERE}/"),
    # Words in capitals.
    (r"FILE-or-URI\.\.\.", "cat.jpg"),
    (r"\bNAME\b", "b0"),
    (r"\bIN --output OUT\b", "flowers.onnx --output out"),
    (r"\bM$|(?<=--model )M\b", "lite0"),
    (r"--images DIR\b", "--images photos"),
    (r"\[--base B\] \[--plot FILE\.svg\]", "--base lite0 --plot plot.svg"),
    # Long measurements.
    (r"^effnet bench ", "effnet bench --seconds 0.1 "),
    (r"^effnet scale ", "effnet scale --to 1 --seconds 0.01 "),
)


def prepare():
    """The files that the README's reader has."""
    import numpy
    from PIL import Image
    installed.use_model()
    shutil.copy(tap.model(), HERE / "models/lite0.pth")
    (HERE / "photos").mkdir()
    for name in ("cat.jpg", "rose.jpg", "photos/1.jpg", "photos/2.jpg"):
        Image.open(tap.sample("chelsea.png")).convert("RGB").save(HERE / name)
    film = installed.make_film(tap.sample("coffee.png"))
    shutil.copy(film, HERE / "holiday.mp4")
    shutil.copy(film, HERE / "a.mp4")
    subprocess.run([os.environ["EFFNET_WRITE_LITE0"], HERE / "flowers.safetensors"], check=True)
    (HERE / "flowers.txt").write_text("".join(f"flower {i}\n" for i in range(10)))
    sys.path.append(str(SOURCES / "tests/pipelines/convert"))
    import models
    models.write_onnx(HERE / "flowers.onnx", models.efficientnet())
    numpy.save(HERE / "X.npy", numpy.zeros((1, 3, 224, 224), numpy.float32))


def commands():
    text = (SOURCES / "README.md").read_text()
    blocks = re.findall(r"(?:^    .*\n)+", text, re.M)
    lines = [line.strip() for block in blocks
             for line in re.sub(r"\\\n *", "", block).splitlines()]
    inline = [span for span in re.findall(INLINE, text) if not re.fullmatch(NAMES, span)]
    return list(dict.fromkeys(lines + inline))


def substitute(command):
    for pattern, instead in INSTEAD:
        command = re.sub(pattern, instead, command)
    return command


def run(command):
    if command == "./pipelines/quickstart" and BUILD != SOURCES / "build":
        raise tap.Skip("quickstart builds into build/, and these tests run in another folder")
    line = substitute(command)
    print(f"# {line}", flush=True)
    done = subprocess.run(["bash", "-e", "-c", line], capture_output=True, text=True, cwd=HERE,
                          env={**os.environ, "PATH": f"{BUILD}/pipelines:{os.environ['PATH']}"})
    assert done.returncode == 0, f"{line}: exit {done.returncode}: {done.stderr[-2000:]}"
    assert "CRITICAL" not in done.stderr and "WARNING" not in done.stderr, done.stderr[-2000:]
    if re.match("effnet (?!run)", line):
        assert done.stdout, line


def test_readme_has_commands():
    """The README is read as it is meant to be."""
    found = commands()
    assert len(found) >= 20 and "./pipelines/quickstart" in found, found
    assert all(re.match(PROGRAMS, command) for command in found), found


def test_files():
    assert (HERE / "a.jsonl").read_text().count("\n") == 1


if __name__ == "__main__":
    installed.install()
    prepare()
    module = sys.modules[__name__]
    last = vars(module).pop("test_files")
    for command in commands():
        setattr(module, f"test_{command}", lambda command=command: run(command))
    module.test_files = last
    tap.run(module)
