# SPDX-License-Identifier: BSD-2-Clause
"""pipelines/capacity: what it measures, and what it makes of measurements."""
import argparse
import importlib.machinery
import importlib.util
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import tap

SOURCES = pathlib.Path(os.environ["EFFNET_SOURCES"])
SCRIPT = SOURCES / "pipelines/capacity"
FOLDER = tempfile.TemporaryDirectory(prefix="effnet-capacity-")
HERE = pathlib.Path(FOLDER.name)
# A camera takes 20 x 4 ms for decoding and 2 x (1 + 9) ms for inferences, of the 500 ms of a core's second
# that it may be busy.
KNOWN = {
    "cpu": "a CPU",
    "inferences": [{"model": "lite0", "precision": "fp32", "kernels": "c", "ms": 9.0}],
    "videos": [{"width": 640, "height": 360, "rate": 20.0, "bits": 2e6, "ms": 4.0, "inference_ms": 1.0}],
    "picture": {"ms": 27.0, "bytes": 50000.0},
}


def capacity(*arguments, fails=None):
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True)
    if fails is None:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 1 and fails in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    return done.stdout


def test_model():
    (HERE / "known.json").write_text(json.dumps(KNOWN))
    text = capacity("--measured", HERE / "known.json", "--cameras", "1000", "--rate", "2", "--load", "0.5",
                    "--archive", "2000000")
    head, cameras, archive = text.split("\n\n")
    assert "4.00" in head and "27.00" in head and "9.00" in head, head
    assert "2.0 Gbit/s" in cameras.splitlines()[0], cameras
    assert cameras.splitlines()[2].split() == "lite0 in fp32 200 5.0 80% 8.0/s".split(), cameras
    assert "0.1 TB" in archive.splitlines()[0], archive
    assert archive.splitlines()[2].split() == "lite0 in fp32 20 100,000 75%".split(), archive


def test_page():
    """What docs/scaling.md shows follows from the measurements beside it."""
    page = (SOURCES / "docs/scaling.md").read_text()
    command, = re.findall(r"^    pipelines/capacity (.*)$", page, re.M)
    shown, = re.findall(r"^```\n(milliseconds of a core.*?)^```\n", page, re.M | re.S)
    assert shown == capacity(*command.split(), "--measured", SOURCES / "docs/capacity.json")


def test_measures():
    """In little: what is counted is right, and what is timed is a number."""
    loader = importlib.machinery.SourceFileLoader("capacity", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("capacity", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    module.STREAMS, module.PICTURES, module.INFERENCES = 1, 2, 1
    pictures = HERE / "photos/below"
    pictures.mkdir(parents=True)
    for number, image in enumerate(tap.photographs(2)):
        image.resize((40, 30)).save(pictures / f"{number}.jpg")
    video = tap.sample("bikes.mp4")
    measured = module.measure(argparse.Namespace(
        model=[f"{tap.model()}:fp32", "mobilenet-v2:fp32"], video=[video], pictures=str(HERE / "photos"),
        rounds=1, effnet=tap.EFFNET))
    assert [one["model"] for one in measured["inferences"]] == ["lite0", "mobilenet-v2"], measured
    assert {one["precision"] for one in measured["inferences"]} == {"fp32"}, measured
    found, = measured["videos"]
    assert (found["width"], found["height"], round(found["rate"], 3)) == (640, 272, 25), found
    assert abs(found["bits"] - os.path.getsize(video) * 8 / 250 * 25) < 1, found
    sizes = [path.stat().st_size for path in pictures.iterdir()]
    assert measured["picture"]["bytes"] == sum(sizes) / 2, measured
    for part in (*measured["inferences"], found, measured["picture"]):
        assert math.isfinite(part["ms"]), measured


def test_refuses():
    (HERE / "bad.json").write_text("[1, 2")
    (HERE / "other.json").write_text('{"cpu": 3}')
    for name in ("bad", "other"):
        capacity("--measured", HERE / f"{name}.json", fails="it is not what --save writes")
    capacity("--measured", HERE / "none.json", fails="none.json")
    capacity("--effnet", HERE / "none", fails="No such file")
    capacity("--effnet", tap.EFFNET, "--model", "none", fails="none")


tap.run(sys.modules[__name__])
