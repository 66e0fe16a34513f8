# SPDX-License-Identifier: BSD-2-Clause
"""Several zones of one camera, which is connected to and decoded once."""
import contextlib
import fcntl
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time

import tap
from watching import (MODEL, PATIENCE, RtspServer, Watch, fickle_model, frames_of, get, pictures,
                      scratch, video)


def write_config(name, **streams):
    """A configuration of these streams, each a list of lines."""
    path = scratch(name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[watch]\nmodel={MODEL}\njson=true\nno-overlay=true\nthreshold=0\n")
        for stream, lines in streams.items():
            file.write("\n".join([f"[stream {stream}]", *lines, ""]))
    return path


def run_config(path, *arguments):
    with Watch("--config", path, *arguments, model=None) as run:
        assert run.end() == 0, run.err
        return run


def what(frames):
    return [(f["frame"], f["pts"], f["resolution"], [result["classes"] for result in f["results"]])
            for f in frames]


def up(uri):
    """Which streams deliver frames."""
    return {name: value == "1" for name, value in
            re.findall(r'^effnet_stream_up\{stream="(\w+)"\} (\d)', get(uri + "metrics")[2].decode(), re.M)}


def wait_up(run, uri, **wanted):
    run.wait_for(lambda _: up(uri) == wanted, f"{wanted}")


def zones(source):
    """Two zones of a stream, each with something of its own, one of them named before it."""
    return {"gate": [f"source={source('yard')}", "smoothing=0", "top-k=3", "inference-interval=2",
                     f"record={scratch('gate.mkv')}"],
            "yard": [f"source={video()}"],
            "door": [f"source={source('gate')}", f"model={fickle_model()}", "roi=0.5,0.0,0.5,1.0",
                     "changes-only=true"]}


def test_same_results():
    """They are those of streams that decode the file for themselves, of every frame."""
    alone = run_config(write_config("alone.conf", **zones(lambda _: video())))
    together = run_config(write_config("zones.conf", **zones(lambda name: "stream:" + name)))
    for name in ("gate", "yard", "door"):
        assert what(together.frames(name)) == what(alone.frames(name)), name
    frames, half = together.frames("yard"), together.frames("gate")
    assert len(frames) >= 70 and len(half) == (len(frames) + 1) // 2, (len(frames), len(half))
    changes = together.frames("door")
    assert 2 < len(changes) < len(frames) and changes[0]["results"] != frames[0]["results"]
    assert frames_of(scratch("gate.mkv")) == frames_of(scratch("gate-1.mkv")) == len(frames)


def test_input():
    """What can be read once only has zones as well."""
    with subprocess.Popen(["cat", video(40)], stdout=subprocess.PIPE) as writer:
        with Watch("--json", "film=-", "part=stream:film", stdin=writer.stdout) as run:
            writer.stdout.close()
            assert run.end() == 0, run.err
    assert what(run.frames("film")) == what(run.frames("part")) and len(run.frames("part")) > 30


def test_turned():
    """What a picture says about which side is up is for its zones, too."""
    from PIL import Image
    with Image.open(os.path.join(pictures(), "00.jpg")) as image:
        exif = Image.Exif()
        exif[274] = 6
        image.save(scratch("turned.jpg"), exif=exif, quality=95)
        image.save(scratch("flat.jpg"), quality=95)
    with Watch("--json", "--threshold", "0", f"a={scratch('turned.jpg')}", "b=stream:a",
               f"flat={scratch('flat.jpg')}", model=tap.model()) as run:
        assert run.end() == 0, run.err
    a, b, flat = (run.frames(name)[0]["results"][0]["classes"] for name in ("a", "b", "flat"))
    assert a == b != flat, (a, b, flat)


class Camera(http.server.BaseHTTPRequestHandler):
    """JPEG after JPEG, to each of its clients."""

    def do_GET(self):
        self.server.clients += 1
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=cut")
        self.end_headers()
        with contextlib.suppress(OSError):
            for number in range(10000):
                with open(os.path.join(pictures(), f"{number % 8:02d}.jpg"), "rb") as file:
                    picture = file.read()
                self.wfile.write(b"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
                                 % (len(picture), picture))
                time.sleep(0.05)

    def log_message(self, *_):
        pass


def test_decoded_once():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.clients = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pictures()
    with Watch("--json", "--http", "0", f"cam=http://127.0.0.1:{server.server_port}/live", "a=stream:cam",
               "b=stream:cam") as run:
        for name in ("cam", "a", "b"):
            run.wait_frames(5, name)
        metrics = get(run.uri() + "metrics")[2].decode()
        assert run.stop() == 0, run.err
    server.shutdown()
    assert server.clients == 1, server.clients
    decoded = dict(re.findall(r'^effnet_decode_duration_seconds_count\{stream="(\w+)"\} (\d+)', metrics, re.M))
    assert int(decoded["cam"]) >= 5 and decoded["a"] == decoded["b"] == "0", decoded
    # Waiting is counted by the clock that the camera's frames have their times from.
    waited = dict(re.findall(r'^effnet_queue_duration_seconds_sum\{stream="(\w+)"\} (\S+)', metrics, re.M))
    assert all(0 < float(waited[name]) < PATIENCE for name in ("a", "b")), waited
    assert run.frames("a")[0]["resolution"] == {"width": 320, "height": 240}
    pts = {f["pts"] for f in run.frames("cam")}
    assert len(pts & {f["pts"] for f in run.frames("a")}) > 2, "the times are others"


def new_fifo(name):
    """One that is full after a few lines, and its reader, which reads nothing by itself."""
    path = scratch(name)
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    return path, reader


def test_blocked_zone():
    """A zone that stands still delays nobody, and then goes on with the present."""
    fifo, reader = new_fifo("blocked.fifo")
    config = write_config("blocked.conf", yard=["source=videotest:ball"],
                          blocked=["source=stream:yard", f"publish={fifo}"],
                          free=["source=stream:yard"])
    with Watch("--config", config, model=None) as run:
        run.wait_frames(1, "blocked")
        seen = -1
        while seen != len(run.frames("blocked")):
            seen = len(run.frames("blocked"))
            run.wait_frames(30, "yard", len(run.frames("yard")))
            run.wait_frames(30, "free", len(run.frames("free")))
        present = run.frames("yard")[-1]["pts"]
        while len(run.frames("blocked")) < seen + 10:
            with contextlib.suppress(BlockingIOError):
                os.read(reader, 65536)
            run.read(0.1)
        new = [f["pts"] for f in run.frames("blocked")[seen:]]
        assert sum(pts < present - 5e8 for pts in new) <= 4, (present, new)
        # It blocks again, which must not keep the program.
        run.wait_frames(30, "yard", len(run.frames("yard")))
        assert run.stop() == 0, run.err
    os.close(reader)
    assert run.err == "", run.err


def test_blocked_file():
    """A file waits for such a zone, but not at the end."""
    fifo, reader = new_fifo("blocked-file.fifo")
    config = write_config("blocked-file.conf", film=[f"source={video()}"],
                          blocked=["source=stream:film", f"publish={fifo}"])
    with Watch("--config", config, model=None) as run:
        run.wait_frames(1, "blocked")
        seen = -1
        while seen != len(run.frames()):
            seen = len(run.frames())
            for _ in range(10):
                run.read(0.1)
        assert len(run.frames("film")) < 20, len(run.frames("film"))
        assert run.stop() == 0, run.err
    os.close(reader)


def test_lost_and_back():
    """The zone is down and up with its owner, which alone connects, and speaks of it."""
    port = tap.free_port()
    with Watch("--json", "--http", "0", "--timeout", "2", "--record", scratch("lost-%s-%t.mkv"),
               "--no-overlay", f"cam=rtsp://127.0.0.1:{port}/video", "door=stream:cam") as run:
        uri = run.uri()
        run.wait_says("cam: ")  # the server does not exist yet
        wait_up(run, uri, cam=False, door=False)
        for _ in range(2):
            seen, back = len(run.frames("door")), run.err.count("cam: is back")
            with RtspServer(video(), port):
                run.wait_frames(5, "door", seen)
                run.wait_for(lambda run: run.err.count("cam: is back") > back, "its return")
                wait_up(run, uri, cam=True, door=True)
            wait_up(run, uri, cam=False, door=False)
        metrics = get(uri + "metrics")[2].decode()
        state = json.loads(get(uri + "state.json")[2])["streams"][1]
        assert run.stop() == 0, run.err
    numbers = [f["frame"] for f in run.frames("door")]
    assert numbers == sorted(set(numbers)), numbers
    assert "door: " not in run.err, run.err
    assert state["phase"] == "connecting" and state["note"], state
    lost = dict(re.findall(r'^effnet_reconnects_total\{stream="(\w+)"\} (\d+)', metrics, re.M))
    assert 2 <= int(lost["door"]) < int(lost["cam"]), lost
    records = [name for name in os.listdir(os.path.dirname(scratch("x"))) if name.startswith("lost-door")]
    assert len(records) >= 2 and all(frames_of(scratch(name)) > 0 for name in records), records


def test_one_fails():
    """A zone with a bad model does not keep a file; a bad file fails them all."""
    config = write_config("model.conf", yard=[f"source={video(40)}"],
                          bad=["source=stream:yard", "model=/nonexistent.pth"], good=["source=stream:yard"])
    with Watch("--config", config, model=None) as run:
        assert run.end() == 1
    assert len(run.frames("yard")) == len(run.frames("good")) > 30 and not run.frames("bad")
    lines = sorted(run.err.splitlines())
    assert len(lines) == 2 and "1 of 3 streams failed" in lines[0] and "bad: " in lines[1], lines
    with Watch("door=stream:yard", "yard=/nonexistent.mkv") as run:
        assert run.end() == 1
    assert sorted(run.err.splitlines()) == [
        "effnet watch: 2 of 2 streams failed",
        'effnet watch: door: the stream "yard", which it is a zone of, has failed',
        "effnet watch: yard: /nonexistent.mkv: No such file or directory"], run.err
    config = write_config("owner.conf", yard=["source=videotest:", "model=/nonexistent.pth"],
                          door=["source=stream:yard"])
    with Watch("--config", config, model=None) as run:
        assert run.end() == 1
    assert "door: the stream" in run.err and "yard: model: there is no file /nonexistent.pth" in run.err, run.err


def test_refused():
    for sources, says in ((("a=videotest:", "b=stream:c"), "there is no stream of that name"),
                          (("a=stream:b", "b=stream:a"), "in a circle"),
                          (("a=stream:a",), "in a circle")):
        with Watch(*sources) as run:
            assert run.end() == 1 and says in run.err and run.err.count("\n") == 1, run.err
    config = write_config("timeout.conf", a=["source=videotest:"], b=["source=stream:a", "timeout=3"])
    with Watch("--config", config, model=None) as run:
        assert run.end() == 1 and "timeout is about connections" in run.err, run.err


def test_realtime():
    """At the film's speed, which it has once for all."""
    began = time.monotonic()
    with Watch("--json", "--realtime", "film=" + video(40), "part=stream:film") as run:
        assert run.end() == 0, run.err
    assert time.monotonic() - began > 3.5
    assert run.frames("part")[-1]["pts"] > 2e9, run.out[-500:]


def set_count(count):
    tap.replace_file(scratch("count"), f"{count}\n")


def test_shards():
    """A zone is where its owner is, and moves with it."""
    owners = [f"cam{number}" for number in range(4)]
    # Zones before their owners, whose names alone would put some of them elsewhere.
    streams = {f"zone of {name}": [f"source=stream:{name}", "max-rate=2"] for name in owners}
    streams |= {name: ["source=videotest:", "max-rate=2"] for name in owners}
    config = write_config("shards.conf", **streams)
    set_count(1)
    with contextlib.ExitStack() as stack:
        first, second = (stack.enter_context(Watch("--config", config, "--shard", f"{n}/{scratch('count')}",
                                                   model=None)) for n in range(2))
        for name in streams:
            first.wait_frames(1, name)
        assert second.frames() == []
        set_count(2)
        second.wait_for(lambda run: "of shard 1 of 2" in run.err, "the new number")
        says = second.err.splitlines()[-1]
        count = int(re.search(r"(\d) of 8 streams", says).group(1))
        assert 0 < count < 8 and count % 2 == 0, says
        second.wait_for(lambda run: len({f["stream"] for f in run.frames()}) == count, "its streams")
        moved = {f["stream"] for f in second.frames()}
        assert {name for name in moved if name in owners} == {
            name.removeprefix("zone of ") for name in moved if name not in owners}, moved
        # And back.
        seen = {name: len(first.frames(name)) for name in moved}
        set_count(1)
        for name in moved:
            first.wait_frames(1, name, seen[name])
        assert second.stop() == 0 and first.stop() == 0, second.err + first.err


def test_example():
    """That of the page, except for its camera and its model."""
    page = os.path.join(os.path.dirname(os.environ["EFFNET_FLEET_CONF"]), "../../docs/watch.md")
    with open(page, encoding="utf-8") as file:
        (example,) = [block for block in re.findall(r"^```ini\n(.*?)^```", file.read(), re.M | re.S)
                      if "source=stream:" in block]
    text, n = re.subn(r"(?m)^source=rtsp:.*", f"source={video(40)}", example)
    assert n == 1, example
    text, n = re.subn(r"(?m)^model=.*", f"model={fickle_model()}", text)
    assert n == 1, example
    config = scratch("page.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)
    with Watch("--json", "--config", config) as run:
        assert run.end() == 0, run.err
    names = re.findall(r"(?m)^\[stream (.*)\]", example)
    assert len(names) == 3 and all(run.frames(name) for name in names), names


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
