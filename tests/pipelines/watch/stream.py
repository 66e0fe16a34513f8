# SPDX-License-Identifier: BSD-2-Clause
"""Streams that are lost and come back, and others beside them."""
import os
import signal
import sys

import tap
from watching import RtspServer, Watch, scratch, video


def lost_and_back(transport):
    port = tap.free_port()
    uri = f"rtsp://127.0.0.1:{port}/video"
    with Watch("--json", "--transport", transport, "--timeout", "2", f"cam={uri}",
               "good=videotest:") as run:
        run.wait_says("cam: ")  # the server does not exist yet
        with RtspServer(video(), port) as server:
            run.wait_frames(5, "cam")
            server.kill()
            run.wait_for(lambda run: run.err.count("connecting anew") == 2, "its loss")
        seen, good = len(run.frames("cam")), len(run.frames("good"))
        with RtspServer(video(), port):
            run.wait_frames(5, "cam", seen)
        assert run.stop() == 0
        numbers = [f["frame"] for f in run.frames("cam")]
    assert numbers == sorted(set(numbers)), numbers
    assert len(run.frames("good")) > good > 0
    assert run.err.count("cam: is back") == 2 and "good: " not in run.err, run.err


def test_server_dies_tcp():
    lost_and_back("tcp")


def test_server_dies_udp():
    lost_and_back("udp")


def test_server_hangs():
    """No more frames, without an error."""
    with RtspServer(video()) as server:
        with Watch("--json", "--transport", "tcp", "--timeout", "1", f"cam={server.uri}") as run:
            run.wait_frames(3)
            server.process.send_signal(signal.SIGSTOP)
            run.wait_says("cam: no frame for 1 s")
            server.process.send_signal(signal.SIGCONT)
            run.wait_says("cam: is back")
            assert run.stop() == 0


def test_stopped_while_waiting():
    with Watch(f"rtsp://127.0.0.1:{tap.free_port()}/video") as run:
        run.wait_says("connecting anew")
        assert run.stop() == 0


def test_ten_streams():
    with RtspServer(video()) as server:
        sources = [f"cam{i}={server.uri}" for i in range(10)]
        with Watch("--json", "--max-rate", "2", "--top-k", "1", *sources) as run:
            for i in range(10):
                run.wait_frames(2, f"cam{i}")
            with open(f"/proc/{run.process.pid}/status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
            assert run.stop() == 0
    assert int(status["VmRSS"].split()[0]) < 1_500_000, status["VmRSS"]


def test_bad_beside_good():
    broken = scratch("broken.mkv")
    with open(video(), "rb") as file:
        whole = file.read()
    with open(broken, "wb") as file:
        file.write(whole[:20000] + os.urandom(20000))
    with Watch("--json", "/nonexistent.mkv", broken, scratch("lite0.safetensors"), "foo://bar",
               f"good={video()}") as run:
        assert run.end() == 1
    assert len(run.frames("good")) >= 70
    for name in ("nonexistent.mkv", "lite0.safetensors", "bar"):
        assert f"effnet watch: {name}: " in run.err, run.err


def test_zone_outside():
    """Settings that do not fit the pictures are said, as no result ever comes."""
    with Watch("--json", "--roi", "9000,9000,10,10", f"cam={video()}") as run:
        run.end()
        assert "cam: roi: it is outside of the frame" in run.err, run.err
        assert not run.frames("cam")


tap.run(sys.modules[__name__])
