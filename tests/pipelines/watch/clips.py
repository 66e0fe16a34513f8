# SPDX-License-Identifier: BSD-2-Clause
"""Clips of a stream's classes."""
import glob
import os
import re
import subprocess
import sys

import tap
from watching import Watch, fickle_model, frames_of, scratch, video, watch_json


def clips(folder):
    return sorted(glob.glob(scratch(folder) + "/*/*"))


def labels_of(frames):
    return [frame["results"][0]["classes"][0]["label"] for frame in frames]


def expect(labels, most):
    """(class, frames) of each clip of a video with ten frames a second, as the manual has it."""
    found, index, seen = [], None, 0
    for i, label in enumerate(labels):
        if index is not None:
            over = label != index and i - seen >= 10
            if found[-1][2] and (over or found[-1][1] == most):
                found[-1][2] = False
            if over:
                index = None
            elif label == index:
                seen = i
        if index is None:
            found.append([label, 0, True])
            index, seen = label, i
        found[-1][1] += found[-1][2]
    return sorted((label, count) for label, count, _ in found)


def check(out, *arguments, most=300):
    frames = watch_json("--no-overlay", "--threshold", "0", "--clip", scratch(out), *arguments,
                        "front door=" + video(), model=fickle_model())
    expected = expect(labels_of(frames), most)
    found = clips(out)
    assert sorted((os.path.basename(os.path.dirname(path)), frames_of(path))
                  for path in found) == expected, (found, expected)
    assert all(re.fullmatch(r"front door-\d{8}-\d{6}(-\d+)?\.mkv", os.path.basename(path))
               for path in found), found
    return expected, len(frames)


def test_clips():
    """Each has exactly the frames of its class, and those up to a second after it."""
    assert len(check("clips")[0]) > 1


def test_length():
    assert len(check("short", "--clip-seconds", "1", most=10)[0]) > 1


def test_beside_a_recording():
    """Both are whole, though both come from one encoder."""
    out = scratch("all.mkv")
    _, count = check("beside", "--record", out)
    assert frames_of(out) == count


def test_chosen_and_kept():
    labels = labels_of(watch_json("--threshold", "0", video(), model=fickle_model()))
    often = max(set(labels), key=labels.count)
    for _ in range(2):
        watch_json("--no-overlay", "--threshold", "0", "--clip", scratch("chosen"),
                   "--capture-classes", often, "--capture-keep", "1", "cam=" + video(), model=fickle_model())
    (kept,) = clips("chosen")
    assert os.path.basename(os.path.dirname(kept)) == often and frames_of(kept) > 0


def test_nothing():
    """Without a class there is no file."""
    watch_json("--no-overlay", "--threshold", "2", "--clip", scratch("nothing"), video(40))
    assert not os.path.exists(scratch("nothing"))


def test_stopped():
    """A clip that is being recorded is closed."""
    with Watch("--json", "--no-overlay", "--threshold", "0", "--clip", scratch("stopped"),
               "--clip-seconds", "600", "videotest:ball") as run:
        run.wait_for(lambda _: any(os.path.getsize(path) > 4000 for path in clips("stopped")),
                     "a clip")
        assert run.stop() == 0
    assert all(frames_of(path) > 0 for path in clips("stopped"))


def test_cannot_be_written():
    with Watch("--json", "--no-overlay", "--threshold", "0", "--clip", "/dev/null",
               "cam=" + video()) as run:
        assert run.end() == 0
        assert run.err.count("not recorded any further") == 1, run.err
        assert len(run.frames()) == len(watch_json("--threshold", "0", video()))


tap.run(sys.modules[__name__])
