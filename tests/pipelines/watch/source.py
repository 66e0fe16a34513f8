# SPDX-License-Identifier: BSD-2-Clause
"""What can be watched: files, RTSP over TCP and UDP, HTTP, test patterns."""
import datetime
import functools
import http.server
import os
import pathlib
import pty
import socket
import subprocess
import sys
import threading
import time

import tap
from watching import MODEL, PATIENCE, RtspServer, Watch, pictures, plugin, scratch, video, watch_json


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


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_rtsp_sender_time():
    """What the camera's clock shows, which RTCP tells: here, it is this machine's. A zone has it, too."""
    with RtspServer(video()) as server, \
            Watch("--json", "--transport", "tcp", f"cam={server.uri}", "zone=stream:cam") as run:
        for name in "cam", "zone":
            run.wait_for(lambda run: any("sender_time" in f for f in run.frames(name)), f"{name}'s time")
        assert run.stop() == 0
    for frame in run.frames():
        if "sender_time" in frame:
            assert 0 <= seconds(frame["time"]) - seconds(frame["sender_time"]) < PATIENCE, frame


class Camera(http.server.BaseHTTPRequestHandler):
    """JPEG after JPEG, as network cameras send them."""
    boundary, pictures = "cut", 10000

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace;boundary={self.boundary}")
        self.end_headers()
        try:
            for number in range(self.pictures):
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


def same(frames, others):
    def what(frame):
        return frame["pts"], frame["resolution"], [result["classes"] for result in frame["results"]]
    assert [what(f) for f in frames] == [what(f) for f in others], (frames[:2], others[:2])


def piped(command, *arguments, model=MODEL):
    """The frames of what COMMAND writes to standard output."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        with Watch("--json", *arguments, model=model, stdin=writer.stdout) as run:
            writer.stdout.close()
            assert run.end() == 0, run.err
            return run.frames()


def test_input():
    """Through a pipe, and from a file, comes what is in the file."""
    frames = watch_json(video())
    through = piped(["cat", video()], "-")
    same(through, frames)
    assert {f["stream"] for f in through} == {"stdin"}
    with open(video(), "rb") as file, Watch("--json", "film=-", stdin=file) as run:
        assert run.end() == 0, run.err
    same(run.frames("film"), frames)


def test_input_forms():
    """Raw frames as in a file of them; pictures one after the other as in files of their own."""
    settings, model = ("--smoothing", "0", "--threshold", "0"), tap.model()
    path = scratch("raw.y4m")
    subprocess.run(["gst-launch-1.0", "-q", "multifilesrc", f"location={pictures()}/%02d.jpg",
                    "caps=image/jpeg,framerate=5/1", "!", "jpegdec", "!", "videoconvert", "!",
                    "video/x-raw,format=I420", "!", "y4menc", "!", "filesink", f"location={path}"],
                   check=True)
    frames = piped(["cat", path], *settings, "-", model=model)
    same(frames, watch_json(*settings, path, model=model))
    assert len(frames) == 8, frames
    photographs = [os.path.join(pictures(), f"{number:02d}.jpg") for number in range(8)]
    frames = piped(["cat", *photographs], *settings, "-", model=model)
    alone = [watch_json(*settings, path, model=model)[0] for path in photographs]
    classes = [f["results"][0]["classes"] for f in frames]
    assert classes == [f["results"][0]["classes"] for f in alone], (classes, alone)
    assert len({found[0]["label"] for found in classes}) > 2, classes


def test_input_that_waits():
    """A pipe may be silent for as long as it is open: longer than files may be."""
    with open(os.path.join(pictures(), "00.jpg"), "rb") as file:
        picture = file.read()
    with Watch("--json", "-", stdin=subprocess.PIPE) as run:
        run.process.stdin.write(picture + picture)
        run.process.stdin.flush()
        run.wait_frames(1)
        time.sleep(7)
        assert run.process.poll() is None, run.err
        run.process.stdin.write(picture)
        run.process.stdin.close()
        assert run.end() == 0, run.err
    assert len(run.frames()) == 3, run.out
    with Watch("--json", "-", "cam=videotest:", stdin=subprocess.PIPE) as run:
        run.wait_frames(1, "cam")
        assert run.stop() == 0, run.err
        run.process.stdin.close()


def test_input_refused():
    ours, theirs = pty.openpty()
    with Watch("-", stdin=theirs) as run:
        assert run.end() == 1
    assert "which is a terminal: a video must be piped into it" in run.err, run.err
    os.close(ours)
    os.close(theirs)
    with Watch("a=-", "b=-", stdin=subprocess.DEVNULL) as run:
        assert run.end() == 1
    assert 'one stream only, not of "a" and "b"' in run.err, run.err
    with Watch("-", stdin=subprocess.DEVNULL) as run:
        assert run.end() == 1
    assert run.err.count("\n") == 1 and "stdin: " in run.err, run.err


class SrtSender:
    """Sends the photographs, again and again, to whoever knows the passphrase."""

    def __init__(self, port, mode="listener"):
        for element in ("srtsrc", "srtsink", "mpegtsmux", "x264enc", "avdec_h264"):
            plugin(element)
        self.process = subprocess.Popen(
            ["gst-launch-1.0", "-q", "multifilesrc", f"location={pictures()}/%02d.jpg", "loop=true",
             "caps=image/jpeg,framerate=2/1", "!", "jpegdec", "!", "videorate", "!",
             "video/x-raw,framerate=10/1", "!", "videoconvert", "!", "x264enc", "tune=zerolatency",
             "speed-preset=ultrafast", "key-int-max=5", "!", "mpegtsmux", "alignment=7", "!",
             "srtsink", f"uri=srt://127.0.0.1:{port}?mode={mode}", "passphrase=it-is-secret",
             "pbkeylen=16", "wait-for-connection=false"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def udp_port():
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_srt():
    """A sender that is not there yet, sends, goes away, and comes back."""
    port = udp_port()
    with Watch("--json", "--top-k", "1", "--smoothing", "0", "--timeout", "5",
               f"cam=srt://127.0.0.1:{port}?passphrase=it-is-secret", model=tap.model()) as run:
        with SrtSender(port):
            run.wait_frames(30)
        run.wait_says("cam: ")
        run.wait_for(lambda run: "connecting anew" in run.err.splitlines()[-1], "its loss")
        seen = len(run.frames())
        with SrtSender(port):
            run.wait_frames(5, seen=seen)
            run.wait_for(lambda run: "cam: is back" in run.err.splitlines()[-1], "its return")
            assert run.stop() == 0
    frames = run.frames()
    labels = {result["classes"][0]["label"].split(",")[0] for f in frames for result in f["results"]}
    assert frames[0]["resolution"] == {"width": 320, "height": 240}, frames[0]
    assert any("cat" in label for label in labels) and "espresso" in labels, labels
    assert "it-is-secret" not in run.err + run.out, run.err


def test_srt_listener():
    """The sender connects; until it does, and when it is gone, the program can be stopped."""
    port = udp_port()
    with Watch("--json", f"cam=srt://127.0.0.1:{port}?mode=listener&passphrase=it-is-secret",
               "good=videotest:") as run:
        with SrtSender(port, "caller"):
            run.wait_frames(5, "cam")
        run.wait_says("connecting anew")
        assert run.stop() == 0, run.err
    assert "it-is-secret" not in run.err, run.err
    with Watch("--json", f"cam=srt://127.0.0.1:{port}?mode=listener", "good=videotest:") as run:
        run.wait_frames(1, "good")
        assert run.stop() == 0 and not run.frames("cam"), run.err


class BriefCamera(Camera):
    """Names its boundary as some cameras do, and ends after a few pictures."""
    boundary, pictures = "--cut", 5


def test_http_camera_ends():
    pictures()
    server, uri = serve(BriefCamera)
    with Watch("--json", f"cam={uri}/video.mjpeg") as run:
        run.wait_frames(12, "cam")
        run.wait_says("cam: the source ended; connecting anew until it is back")
        run.wait_says("cam: is back")
        assert run.stop() == 0, run.err
    server.shutdown()


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
