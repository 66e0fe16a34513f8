# SPDX-License-Identifier: BSD-2-Clause
"""The project as "meson install" leaves it, in a folder of the test's own, and its examples,
built against that with the commands in their headers."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from PIL import Image

import tap

SOURCES = pathlib.Path(os.environ["EFFNET_SOURCES"])
EXAMPLES = SOURCES / "pipelines/examples"
folder = tempfile.TemporaryDirectory(prefix="effnet-test-")


def run(*arguments, **environment):
    return subprocess.run(arguments, capture_output=True, text=True, cwd=folder.name,
                          env={**os.environ, **environment})


def succeed(*arguments, **environment):
    done = run(*arguments, **environment)
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}: {done.stderr[-2000:]}"
    assert "CRITICAL" not in done.stderr and "WARNING" not in done.stderr, done.stderr[-2000:]
    return done.stdout


def install():
    """Sets the environment so that compilers, the loader and GStreamer find what was installed."""
    succeed("meson", "install", "-C", os.environ["EFFNET_BUILD"], "--no-rebuild", "--quiet",
            "--destdir", f"{folder.name}/root")
    packages = list(pathlib.Path(folder.name, "root").rglob("*.pc"))
    assert len(packages) == 2, packages
    for package in packages:
        # pkg-config cannot know the other root.
        package.write_text(re.sub("^prefix=", f"prefix={folder.name}/root", package.read_text(),
                                  flags=re.M))
    libraries = packages[0].parent.parent
    os.environ["PKG_CONFIG_PATH"] = str(packages[0].parent)
    os.environ["LD_LIBRARY_PATH"] = str(libraries)
    os.environ["GST_PLUGIN_PATH"] = str(libraries / "gstreamer-1.0")
    convert, = pathlib.Path(folder.name, "root").rglob("effnet-convert")
    os.environ["EFFNET_CONVERT"] = str(convert)
    os.environ["GST_REGISTRY"] = f"{folder.name}/registry.bin"


def interrupted(arguments, lines, may_hang=False):
    """The first LINES lines of a command that runs until it is interrupted. Then it may hang, if
    it has elements of GStreamer's that do."""
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               cwd=folder.name, start_new_session=True)
    try:
        out = [process.stdout.readline() for _ in range(lines)]
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            _, errors = process.communicate()
            assert may_hang, f"it did not end: {errors}"
    assert all(out), errors
    assert "CRITICAL" not in errors, errors
    return out


def build(name):
    """Builds an example in C with its own command; returns its program."""
    source = EXAMPLES / f"{name}.c"
    command, = re.findall(r"^ \*     (cc (?:.*\\\n)*.*)$", source.read_text(), re.M)
    command = command.replace("\\\n *", "").replace("cc ", "cc -Wall -Werror ", 1)
    done = subprocess.run(command.replace(f"{name}.c", str(source)), shell=True,
                          capture_output=True, text=True, cwd=folder.name)
    assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"
    return f"{folder.name}/{name}"


def use_model():
    """Makes the trained network the default of what follows."""
    path = pathlib.Path(tap.model())
    os.environ["GST_EFFICIENTNET_MODEL_PATH"] = f"{folder.name}/models"
    os.makedirs(f"{folder.name}/models", exist_ok=True)
    default = pathlib.Path(f"{folder.name}/models/default.pth")
    if not default.exists():
        default.symlink_to(path)


def make_film(*pictures):
    """A film with ten frames of each picture, at ten per second."""
    for number, picture in enumerate(picture for picture in pictures for _ in range(10)):
        Image.open(picture).convert("RGB").resize((320, 240)).save(
            f"{folder.name}/frame-{number:03}.jpg")
    succeed("gst-launch-1.0", "-q", "multifilesrc", "location=frame-%03d.jpg",
            "caps=image/jpeg,framerate=10/1", "!", "jpegparse", "!", "avimux", "!", "filesink",
            "location=film.avi")
    return f"{folder.name}/film.avi"
