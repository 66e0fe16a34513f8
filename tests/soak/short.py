# SPDX-License-Identifier: BSD-2-Clause
"""Runs each part of live.py for a moment, on a network of random weights, without expectations
of time: that they work, and what they check besides."""
import os
import subprocess
import sys
import tempfile

import tap

LIVE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "live.py")
folder = tempfile.TemporaryDirectory(prefix="effnet-test-")
subprocess.run([os.environ["EFFNET_WRITE_LITE0"], f"{folder.name}/default.safetensors"], check=True)
os.environ["GST_EFFICIENTNET_MODEL_PATH"] = folder.name


def live(*arguments):
    tap.gstreamer()
    done = subprocess.run([sys.executable, LIVE, *arguments, "--lenient", "--resolution", "32"],
                          capture_output=True, text=True)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    # That warning is the source's own, when an element downstream of it fails.
    errors = [line for line in done.stderr.splitlines() if "gst_event_set_seqnum" not in line]
    assert "CRITICAL" not in "".join(errors), done.stderr[-2000:]
    print("# " + done.stdout.rstrip().replace("\n", "\n# "))


def test_streams():
    live("streams", "--seconds", "1", "--count", "3")


def test_camera():
    live("camera", "--seconds", "1")


def test_latency():
    live("latency", "--seconds", "1")


def test_cycles():
    live("cycles", "--count", "12")


def test_sizes():
    live("sizes", "--count", "11")


def test_downstream():
    live("downstream")


def test_soak():
    live("soak", "--minutes", "0.03")


tap.run(sys.modules[__name__])
