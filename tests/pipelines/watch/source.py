# SPDX-License-Identifier: BSD-2-Clause
"""What can be watched: files, RTSP over TCP and UDP, HTTP, test patterns."""
import functools
import http.server
import os
import pathlib
import sys
import threading

import tap
from watching import RtspServer, Watch, pictures, plugin, scratch, video, watch_json


def test_file():
    frames = watch_json(video())
    assert [f["frame"] for f in frames] == list(range(len(frames))) and len(frames) >= 70, len(frames)
    assert {f["stream"] for f in frames} == {os.path.basename(video())}
    assert frames[10]["resolution"] == {"width": 320, "height": 240}, frames[10]
    assert [f["pts"] for f in frames] == sorted(f["pts"] for f in frames)


def test_labels():
    """With a real network: the photographs are recognised."""
    frames = watch_json("--top-k", "1", video(), model=tap.model())
    labels = {result["classes"][0]["label"].split(",")[0] for f in frames for result in f["results"]}
    assert any("cat" in label for label in labels) and "espresso" in labels, labels


def test_gif():
    """A GIF, whose decoder never ends."""
    plugin("avdemux_gif")
    from PIL import Image
    path = scratch("still.gif")
    with Image.open(f"{pictures()}/00.jpg") as image:
        image.save(path)
    assert len(watch_json(path)) == 1


def test_uri_and_name():
    frames = watch_json("door=" + pathlib.Path(video()).as_uri())
    assert {f["stream"] for f in frames} == {"door"}


def rtsp(transport):
    with RtspServer(video()) as server, \
            Watch("--json", "--transport", transport, server.uri) as run:
        frames = run.wait_frames(10)
        assert run.stop() == 0
    assert {f["stream"] for f in frames} == {"127.0.0.1/video"}, frames[0]
    assert frames[0]["resolution"] == {"width": 320, "height": 240}
    assert all(f["results"][0]["classes"] for f in frames)


def test_rtsp_tcp():
    rtsp("tcp")


def test_rtsp_udp():
    rtsp("udp")


def test_rtsp_auto():
    rtsp("auto")


class Camera(http.server.BaseHTTPRequestHandler):
    """JPEG after JPEG, as network cameras send them."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=cut")
        self.end_headers()
        try:
            for number in range(10000):
                path = os.path.join(pictures(), f"{number % 8:02d}.jpg")
                with open(path, "rb") as file:
                    picture = file.read()
                self.wfile.write(b"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
                                 % (len(picture), picture))
                self.server.stop.wait(0.05)
        except OSError:
            pass

    def log_message(self, *_):
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.stop = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def test_http_camera():
    pictures()
    server, uri = serve(Camera)
    with Watch("--json", f"cam={uri}/live") as run:
        frames = run.wait_frames(5, "cam")
        assert run.stop() == 0
    server.shutdown()
    assert frames[0]["resolution"] == {"width": 320, "height": 240}
    assert all(f["pts"] is not None for f in frames)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_http_file():
    """A stream with an end ends."""
    path = video()
    server, uri = serve(functools.partial(Quiet, directory=os.path.dirname(path)))
    frames = watch_json(f"film={uri}/{os.path.basename(path)}")
    server.shutdown()
    assert len(frames) >= 70


def test_test_picture():
    with Watch("--json", "videotest:ball") as run:
        frames = run.wait_frames(3, "ball")
        assert run.stop() == 0
    assert frames[0]["resolution"] == {"width": 640, "height": 360}


def test_fails_for_good():
    for source, says in (("/nonexistent/a.mkv", "/nonexistent/a.mkv: No such file"),
                         ("videotest:nope", "nope"), ("foo://bar", "not installed"),
                         (scratch("lite0.safetensors"), "lite0.safetensors")):
        with Watch(source) as run:
            assert run.end() == 1, source
        assert says in run.err and run.err.count("\n") == 1, (source, run.err)


def test_camera_that_is_not_there():
    with Watch("/dev/video97", "good=videotest:", "--json") as run:
        run.wait_says("video97: ")
        run.wait_frames(3, "good")
        assert run.stop() == 0
    assert "connecting anew" in run.err, run.err


tap.run(sys.modules[__name__])
