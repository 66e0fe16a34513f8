# SPDX-License-Identifier: BSD-2-Clause
"""Snapshots of a stream's classes."""
import glob
import os
import re
import sys

import tap
from watching import Watch, fickle_model, scratch, video, watch_json


def pictures(folder):
    return sorted(os.path.relpath(path, scratch(folder))
                  for path in glob.glob(scratch(folder) + "/*/*"))


def first_of(frames):
    return [(frame["pts"], frame["results"][0]["classes"][0]["label"]) for frame in frames]


def size_of(path):
    """A picture's size, once it is decoded; watching.video() skips where there is no Pillow."""
    from PIL import Image
    with Image.open(path) as image:
        image.load()
        return image.size


def test_snapshots():
    """One whenever the class is another, but not sooner than a second after the last one."""
    out = scratch("seen")
    frames = watch_json("--threshold", "0", "--snapshot", out, "front door=" + video(),
                        model=fickle_model())
    expected, current, last = [], None, None
    for time, label in first_of(frames):
        if label != current and (last is None or time - last >= 10 ** 9):
            expected.append(label)
            current, last = label, time
        elif label != current:
            current = None
    found = pictures("seen")
    assert len(expected) > 2 and len(found) == len(expected), (expected, found)
    assert sorted(os.path.dirname(name) for name in found) == sorted(expected), (expected, found)
    for name in found:
        assert re.fullmatch(r"[^/]+/front door-\d{8}-\d{6}(-\d+)?\.jpg", name), name
        assert size_of(f"{out}/{name}") == (320, 240), name


def test_chosen_and_kept():
    """Only those of a class; the oldest are deleted, and nothing of others."""
    classes = [label for _, label in first_of(watch_json("--threshold", "0", video(), model=fickle_model()))]
    often = max(set(classes), key=classes.count)
    out = scratch("chosen")
    os.makedirs(f"{out}/mine")
    with open(f"{out}/mine/holiday.jpg", "w", encoding="utf-8") as file:
        file.write("not a snapshot")
    for _ in range(2):
        watch_json("--threshold", "0", "--snapshot", out, "--capture-classes", often.upper(),
                   "--capture-keep", "1", "cam=" + video(), model=fickle_model())
    (kept,) = [name for name in pictures("chosen") if name != "mine/holiday.jpg"]
    assert os.path.dirname(kept) == often, kept
    assert os.path.exists(f"{out}/mine/holiday.jpg")


def test_no_such_class():
    with Watch("--snapshot", scratch("none"), "--capture-classes", "unicorn", video(40)) as run:
        assert run.end() == 1
    assert '"unicorn" is no label of the model' in run.err, run.err
    assert not os.path.exists(scratch("none"))


def test_hostile_labels():
    """A model's labels lead nowhere."""
    labels = scratch("labels.txt")
    with open(labels, "w", encoding="utf-8") as file:
        file.write("".join(f"../../up/{i}\n" for i in range(10)))
    os.makedirs(scratch("deep/er/still"))
    watch_json("--threshold", "0", "--labels-file", labels, "--snapshot", scratch("deep/er/still"),
               "cam=" + video(40))
    found = pictures("deep/er/still")
    assert found and all(re.fullmatch(r"_\.\._up_\d/cam-[\d-]+\.jpg", name) for name in found), found
    assert os.listdir(scratch("deep")) == ["er"] and os.listdir(scratch("deep/er")) == ["still"]


def test_in_the_environment():
    """The command for a change finds the picture."""
    out = scratch("told.txt")
    with Watch("--threshold", "0", "--snapshot", scratch("told"), "--on-change",
               f"sh -c 'stat -c \"%s %n\" \"$EFFNET_SNAPSHOT\" >>{out}'", "--realtime",
               "cam=" + video(), model=fickle_model()) as run:
        assert run.end() == 0, run.err
    with open(out, encoding="utf-8") as file:
        told = [line.split(" ", 1) for line in file.read().splitlines()]
    assert len(told) > 1, told
    assert all(int(size) > 1000 and os.path.exists(path) for size, path in told), told


def test_cannot_be_written():
    """One sentence; the stream goes on, unless told to end."""
    with Watch("--json", "--threshold", "0", "--snapshot", "/dev/null", "cam=" + video()) as run:
        assert run.end() == 0
        assert run.err.count("no more snapshots") == 1 and "Not a directory" in run.err, run.err
        assert len(run.frames()) == len(watch_json("--threshold", "0", video()))
    with Watch("--json", "--threshold", "0", "--snapshot", "/dev/null", "--record-required",
               "videotest:ball") as run:
        assert run.end() == 1 and "no more snapshots" in run.err, run.err


tap.run(sys.modules[__name__])
