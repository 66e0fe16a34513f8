# SPDX-License-Identifier: BSD-2-Clause
"""The labelled video, served again."""
import contextlib
import os
import re
import select
import socket
import sys
import time

import tap
from watching import PATIENCE, RtspServer, Watch, video


def served(*arguments):
    return Watch("--no-overlay", "--json", "--rtsp-out", "0", *arguments)


def uri_of(run, name):
    run.wait_says(f"{name}: is served at rtsp://")
    return re.search(rf"{name}: is served at (rtsp://\S+)", run.err).group(1)


def read(uri, transport, frames=10):
    """Another "effnet watch" watches what is served."""
    with Watch("--json", "--transport", transport, f"copy={uri}") as reader:
        found = reader.wait_frames(frames, "copy")
        assert reader.stop() == 0
    return found


def test_transports():
    with served("cam=videotest:ball") as run:
        uri = uri_of(run, "cam")
        for transport in ("tcp", "udp"):
            frames = read(uri, transport)
            assert frames[0]["resolution"] == {"width": 640, "height": 360}, frames[0]
        assert run.stop() == 0


def test_two_streams_and_viewers():
    with served("a=videotest:ball", "b.c=videotest:") as run:
        a, b = uri_of(run, "a"), uri_of(run, "b.c")
        assert a.endswith("/a") and b.endswith("/b.c")
        with Watch("--json", "--transport", "tcp", f"x={a}", f"y={b}", f"z={a}") as reader:
            for name in "xyz":
                reader.wait_frames(5, name)
            assert reader.stop() == 0
        assert run.stop() == 0


def test_source_that_comes_back():
    """Viewers stay connected."""
    port = tap.free_port()
    with served("--timeout", "2", "--transport", "tcp",
                f"cam=rtsp://127.0.0.1:{port}/video") as run:
        uri = uri_of(run, "cam")
        with RtspServer(video(), port) as server:
            run.wait_frames(3)
            with Watch("--json", "--transport", "tcp", "--timeout", "60", f"copy={uri}") as reader:
                reader.wait_frames(3)
                server.kill()
                run.wait_says("connecting anew")
                seen = len(reader.frames())
                with RtspServer(video(), port):
                    reader.wait_frames(3, seen=seen)
                assert reader.stop() == 0
                assert "connecting" not in reader.err, reader.err
        assert run.stop() == 0


def test_record_and_serve():
    with served("--record", "served-%s.mkv", "cam=videotest:ball") as run:
        read(uri_of(run, "cam"), "tcp", 3)
        assert run.stop() == 0


def test_nothing_of_that_name():
    with served("cam=videotest:") as run:
        uri = uri_of(run, "cam").replace("/cam", "/nope")
        with Watch("--json", uri) as reader:
            reader.wait_says("nope: ")
            assert reader.stop() == 0
        assert run.stop() == 0


def test_rubbish():
    with served("cam=videotest:") as run:
        port = int(uri_of(run, "cam").split(":")[2].split("/")[0])
        for text in (b"\0" * 10000, b"DESCRIBE * RTSP/9.9\r\n\r\n", b"$" + b"\xff" * 70000):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(text)
        assert len(read(uri_of(run, "cam"), "tcp", 3)) >= 3
        assert run.stop() == 0


def test_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Watch("--no-overlay", "--rtsp-out", str(taken.getsockname()[1]), "videotest:") as run:
            assert run.end() == 1 and "cannot be listened at" in run.err, run.err


def test_connections_are_bounded():
    """Clients that connect and request nothing take neither all descriptors nor others' places
    for ever."""
    with served("cam=videotest:ball") as run:
        uri = run.wait_for(lambda run: re.search(r"rtsp://127.0.0.1:(\d+)/cam", run.err), "an address")
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", int(uri.group(1)))))
                       for _ in range(200)]
            ended, deadline = set(), time.monotonic() + PATIENCE
            while len(ended) < 200 - 64:
                assert time.monotonic() < deadline, len(ended)
                for client in select.select([c for c in clients if c not in ended], [], [], 1)[0]:
                    with contextlib.suppress(ConnectionError):
                        assert client.recv(1) == b""
                    ended.add(client)
            assert len(os.listdir(f"/proc/{run.process.pid}/fd")) < 200
            while len(ended) < 200:  # the others may stay a while
                assert time.monotonic() < deadline, len(ended)
                for client in select.select([c for c in clients if c not in ended], [], [], 1)[0]:
                    with contextlib.suppress(ConnectionError):
                        client.recv(1)
                    ended.add(client)
        assert run.stop() == 0 and len(run.err) < 1000, run.err


tap.run(sys.modules[__name__])
