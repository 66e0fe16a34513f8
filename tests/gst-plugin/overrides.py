# SPDX-License-Identifier: BSD-2-Clause
"""Python with GStreamer's overrides (Debian: python3-gst-1.0): both functions in
docs/metadata.md read the same, and a script of ours that maps frames works."""
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import tap

Gst = tap.gstreamer()
SOURCES = pathlib.Path(os.environ["EFFNET_PLUGIN_SOURCES"]).parent
folder = tempfile.TemporaryDirectory(prefix="effnet-test-")
MODEL = f"{folder.name}/default.safetensors"
subprocess.run([os.environ["EFFNET_WRITE_LITE0"], MODEL], check=True)
warnings.filterwarnings("ignore", "GObject.ValueArray")


def test_overrides_are_there():
    assert Gst.Structure.__module__ == "gi.overrides.Gst", Gst.Structure.__module__


def test_documented_readers():
    """Without overrides, and with them."""
    page = (SOURCES / "docs/metadata.md").read_text()
    without, with_them = tap.documented(page, "read_results")
    buffer = tap.first_buffer(f'efficientnet model={MODEL} model-options="o,resolution=32" top-k=3')
    results = without(buffer)
    assert len(results) == 1 and len(results[0]) == 3, results
    assert all(label.isdecimal() and 0 < score < 1 for label, score in results[0]), results
    assert with_them(buffer) == results, (with_them(buffer), results)
    assert without(tap.first_buffer("identity")) == with_them(tap.first_buffer("identity")) == []


def test_bench():
    """tests/bench/pipeline.py maps frames for the runtimes that it compares with."""
    numpy = __import__("numpy")
    sys.path.append(str(SOURCES / "tests/bench"))
    import pipeline
    seen = []
    line = Gst.parse_launch("videotestsrc pattern=white num-buffers=2 ! " + pipeline.THEIRS)
    line.set_state(Gst.State.PLAYING)
    pipeline.pull_all(line.get_by_name("sink"), seen.append)
    line.set_state(Gst.State.NULL)
    assert [x.shape for x in seen] == [(1, 3, 224, 224)] * 2, seen
    white = [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    assert numpy.allclose(seen[0][0, :, 100, 100], white, atol=0.05), seen[0][0, :, 100, 100]


tap.run(sys.modules[__name__])
