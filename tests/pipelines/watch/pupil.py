# SPDX-License-Identifier: BSD-2-Clause
"""Collecting frames: of a class, in a zone, and those that the model is not sure of."""
import os
import re
import sys
import time

import tap
from teachclient import Teacher, two_sources
from watching import Watch, fickle_model, plugin, scratch, video

plugin("jpegenc")


def size_of(path):
    try:
        from PIL import Image
    except ImportError as missing:
        raise tap.Skip("Pillow is missing (python3-pil)") from missing
    with Image.open(path) as image:
        image.load()
        return image.size


def test_single():
    with Teacher("single", *two_sources()) as run:
        assert run.collect(0, "ball") == 1
        (name,) = run.files("ball")
        assert re.fullmatch(r"a-\d{8}-\d{6}\.jpg", name), name
        assert size_of(f"{run.folder}/ball/{name}") == (640, 360)
        assert run.collect(0, "ball") == 1 and len(run.files("ball")) == 2
        state = run.state()
        assert [c["name"] for c in state["classes"]] == ["ball"], state
        assert state["classes"][0]["files"] == 2 and state["classes"][0]["bytes"] > 1000
        assert run.stop() == 0


def test_burst():
    """For some seconds, by one stream; the other goes on, and it can be stopped."""
    with Teacher("burst", *two_sources()) as run:
        taken = run.collect(1, "bars at night", 2)
        names = run.files("bars at night")
        assert 2 <= taken <= 9 and len(names) == taken, (taken, names)
        assert all(re.fullmatch(r"b-\d{8}-\d{6}-burst-\d{3}\.jpg", name) for name in names), names
        run.post("collect", stream=1, class_="long", seconds=60)
        now = run.wait_state(lambda now: now["streams"][1]["taken"] > 0)
        assert now["streams"][1]["class"] == "long" and 0 < now["streams"][1]["left"] <= 61, now
        assert now["streams"][0]["class"] is None
        run.post("stop", stream=1)
        assert run.state()["streams"][1]["class"] is None
        assert run.stop() == 0


def test_zone():
    """A zone of the frame is what is collected and what is looked at, and it stays."""
    with Teacher("zone", "--json", *two_sources()) as run:
        run.wait_frames(1, "a")
        run.post("zone", stream=0, zone="0.25,0.5,0.5,0.25")
        assert run.state()["streams"][0]["zone"] == "0.25,0.5,0.5,0.25"
        assert run.state()["streams"][1]["zone"] is None
        assert run.collect(0, "part") == 1 and run.collect(1, "whole") == 1
        assert size_of(f"{run.folder}/part/{run.files('part')[0]}") == (320, 90)
        assert size_of(f"{run.folder}/whole/{run.files('whole')[0]}") == (640, 360)
        run.wait_for(lambda run: run.frames("a")[-1]["results"][0]["region"] ==
                     {"x": 160, "y": 180, "w": 320, "h": 90}, "the zone")
        assert run.stop() == 0
    with Teacher("zone", *two_sources()) as run:
        assert run.state()["streams"][0]["zone"] == "0.25,0.5,0.5,0.25"
        run.post("zone", stream=0)
        assert run.state()["streams"][0]["zone"] is None
        assert run.stop() == 0
    with Teacher("zone", "--roi", "0,0,32,16", *two_sources()) as run:
        assert run.state()["streams"][1]["zone"] == "0,0,32,16"
        assert run.collect(1, "corner") == 1
        assert size_of(f"{run.folder}/corner/{run.files('corner')[0]}") == (32, 16)
        assert run.stop() == 0


def test_full():
    with Teacher("full", "--teach-files", "2", *two_sources()) as run:
        assert run.collect(0, "a", 3) == 2
        assert "is full: it may have 2 files" in run.state()["streams"][0]["error"]
        assert run.collect(0, "b") == 0 and not os.path.exists(f"{run.folder}/b")
        run.post("remove", from_="taught", class_="a", name=run.files("a")[0])
        assert run.collect(0, "b") == 1 and run.state()["streams"][0]["error"] is None
        assert run.stop() == 0


def test_lost_source():
    """No frame, no picture: that is said."""
    with Teacher("lost", f"rtsp://127.0.0.1:{tap.free_port()}/x") as run:
        assert run.collect(0, "a") == 0
        assert run.state()["streams"][0]["error"] == "no frame came"
        assert os.listdir(run.folder) == [] and run.stop() == 0


def test_unsure():
    """Frames of changing classes, in folders of the new ones, and no more of them than may be."""
    folder = scratch("unsure")
    with Watch("--realtime", "--threshold", "0", "--smoothing", "0", "--collect", folder,
               "--teach-files", "3", "front door=" + video(), "other=" + video(),
               model=fickle_model()) as run:
        assert run.end() == 0, run.err
    found = [(name, picture) for name in os.listdir(folder) for picture in os.listdir(f"{folder}/{name}")]
    assert 2 <= len(found) <= 3, found
    for name, picture in found:
        assert re.fullmatch(r"(front door|other)-\d{8}-\d{6}(-\d+)?\.jpg", picture), picture
        assert size_of(f"{folder}/{name}/{picture}") == (320, 240)


def test_sure():
    """Nothing is kept of what does not change and is beyond doubt."""
    folder = scratch("sure")
    with Watch("--collect", folder, "--threshold", "0.99", "--json", "videotest:black") as run:
        time.sleep(3)
        assert run.stop() == 0
    assert os.listdir(folder) == []


tap.run(sys.modules[__name__])
