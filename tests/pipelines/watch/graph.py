# SPDX-License-Identifier: BSD-2-Clause
"""Where frames go: recordings, windows, brokers."""
import os
import re
import signal
import subprocess
import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

import tap
from watching import Watch, folder, frames_of, installed, plugin, scratch, video, watch, watch_json

Gst.init(None)


def test_record():
    out = scratch("film.mkv")
    frames = watch_json("--no-overlay", "--record", out, video())
    assert frames_of(out) == len(frames)
    size = os.path.getsize(out)
    watch_json("--no-overlay", "--record", out, video(40))
    assert os.path.getsize(out) == size, "overwritten"
    assert frames_of(scratch("film-1.mkv")) >= 30


def test_segments():
    """Each can be played, and together they have all frames; the newest are kept."""
    frames = watch_json("--no-overlay", "--record", scratch("part.mkv"), "--record-segment", "2",
                        "front door=" + video())
    parts = sorted(name for name in os.listdir(folder.name) if name.startswith("part"))
    assert len(parts) == 4 and all(re.fullmatch(r"part-\d{8}-\d{6}(-\d+)?\.mkv", name)
                                   for name in parts), parts
    counts = [frames_of(scratch(name)) for name in parts]
    assert sum(counts) == len(frames) and min(counts) > 0, (counts, len(frames))
    assert all(duration(scratch(name)) < 3.5 * Gst.SECOND for name in parts)
    written = max(os.stat(scratch(name)).st_mtime_ns for name in parts)
    watch_json("--no-overlay", "--record", scratch("part.mkv"), "--record-segment", "2",
               "--record-keep", "3", "front door=" + video())
    left = sorted(name for name in os.listdir(folder.name) if name.startswith("part"))
    # Within a second, a name that was freed may be taken again.
    assert len(left) == 3 and all(os.stat(scratch(name)).st_mtime_ns > written
                                  for name in left), (left, parts)


def test_record_begins_with_a_frame():
    """A missing camera leaves no file, however often it is tried."""
    with Watch("--no-overlay", "--record", scratch("none.mkv"), "rtsp://127.0.0.1:1/none") as run:
        run.wait_says("connecting anew")
        time.sleep(2)
        run.stop()
    assert not [name for name in os.listdir(folder.name) if name.startswith("none")]


def test_record_cannot_be_written():
    """The recording ends with one sentence; the stream goes on, unless told to end."""
    path, why = scratch("no/such/film.mkv"), "No such file"
    with Watch("--json", "--no-overlay", "--record", path, "videotest:ball") as run:
        run.wait_says(why)
        run.wait_frames(20)
        assert run.stop() == 0
        assert run.err.count(path) == 1 and "connecting" not in run.err, run.err
    with Watch("--json", "--no-overlay", "--record", path, "--record-required",
               "videotest:ball") as run:
        assert run.end() == 1
        (line,) = run.err.splitlines()
        assert path in line and why in line, line


def test_record_to_a_full_disk():
    script = 'ulimit -f 64; trap "" XFSZ; exec "$@"'
    out = scratch("full.mkv")
    for required in ((), ("--record-required",)):
        with Watch("--json", "--no-overlay", "--record", out, *required, "videotest:snow",
                   prefix=("bash", "-c", script, "bash")) as run:
            run.wait_says("cannot be written")
            if required:
                assert run.end() == 1
            else:
                run.wait_frames(5, seen=len(run.frames()))
                assert run.stop() == 0
            assert "connecting" not in run.err and "File too large" in run.err, run.err
    assert os.path.getsize(out) <= 65536


def test_record_streams():
    out = scratch("rec-%s.mkv")
    with Watch("--json", "--no-overlay", "--record", out, "a.b=videotest:ball", "c=videotest:") as run:
        run.wait_frames(10, "a.b")
        run.wait_frames(10, "c")
        assert run.stop(signal.SIGINT) == 0
    for name in ("a.b", "c"):
        path = scratch(f"rec-{name}.mkv")
        assert frames_of(path) >= 10
        assert duration(path) > 0, "not closed"


def duration(path):
    pipeline = Gst.parse_launch("filesrc name=source ! matroskademux ! fakesink")
    pipeline.get_by_name("source").set_property("location", path)
    pipeline.set_state(Gst.State.PAUSED)
    pipeline.get_state(Gst.CLOCK_TIME_NONE)
    known, length = pipeline.query_duration(Gst.Format.TIME)
    pipeline.set_state(Gst.State.NULL)
    return length if known else 0


def test_record_survives_kill():
    out = scratch("killed.mkv")
    with Watch("--json", "--no-overlay", "--record", out, "videotest:ball") as run:
        run.wait_for(lambda _: os.path.exists(out) and os.path.getsize(out) > 8000, "a recording")
        run.process.kill()
        run.process.wait()
    assert frames_of(out) >= 10


def test_two_to_one_file():
    with Watch("--record", scratch("one.mkv"), "videotest:", "videotest:ball") as run:
        assert run.end() == 1
    assert "%s" in run.err and "one.mkv" in run.err, run.err


def test_overlay():
    out = scratch("labelled.mkv")
    if not installed("efficientnetoverlay"):
        with Watch("--record", out, video(40)) as run:
            assert run.end() == 1
        assert "efficientnetoverlay is not installed: --no-overlay" in run.err, run.err
        raise tap.Skip("it is built without the overlay (libpango1.0-dev, -Doverlay)")
    frames = watch_json("--record", out, video(40))
    assert frames_of(out) == len(frames)


def test_window():
    plugin("fakevideosink")
    # At its own pace, so that a slow machine infers fewer frames.
    assert watch_json("--no-overlay", "--display", video(40),
                      GST_PLUGIN_FEATURE_RANK="fakevideosink:MAX")


def test_no_window():
    with Watch("--no-overlay", "--display", video(40), DISPLAY="", WAYLAND_DISPLAY="",
               GST_PLUGIN_FEATURE_RANK="fakevideosink:NONE,kmssink:NONE,fbdevsink:NONE,dfbvideosink:NONE") as run:
        code = run.end()
    assert code == 1 and "no window can be opened" in run.err, (code, run.err)


def test_threshold_and_changes():
    assert watch_json("--threshold", "2", video(40)) == []
    assert len(watch_json("--changes-only", video(40))) < len(watch_json(video(40)))
    assert watch("--threshold", "2", video(40)) == ""


def test_gates():
    few = watch_json("--inference-interval", "10", video(40))
    assert [f["frame"] for f in few] == [0, 10, 20, 30], few
    slow = watch_json("--max-rate", "2", video(40))
    assert 7 <= len(slow) <= 9, len(slow)


tap.run(sys.modules[__name__])
