# SPDX-License-Identifier: BSD-2-Clause
"""Running "effnet watch", and what it watches."""
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import tap

# None of our elements is found outside of the program, except those in plugins of their own.
folder = tempfile.TemporaryDirectory(prefix="effnet-watch-")
MODEL = os.path.join(folder.name, "lite0.safetensors")
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 60  # s; nothing here is about speed

subprocess.run([os.environ["EFFNET_WRITE_LITE0"], MODEL], check=True)


def fickle_model():
    """A model whose best class changes every few pictures of the video."""
    out = scratch("fickle.safetensors")
    if not os.path.exists(out):
        subprocess.run([os.environ["EFFNET_WRITE_LITE0"], out, "7"], check=True)
    return out


def scratch(name):
    return os.path.join(folder.name, name)


def installed(element):
    return subprocess.run(["gst-inspect-1.0", "--exists", "--atleast-version=0.1", element],
                          check=False).returncode == 0


def plugin(element):
    if not installed(element):
        raise tap.Skip(f"GStreamer has no element {element} (tests/run installs it)")


def pictures():
    """A folder with photographs as frames, 00.jpg to 07.jpg."""
    out = scratch("pictures")
    if not os.path.isdir(out):
        os.mkdir(out)
        for number, image in enumerate(tap.photographs(8)):
            image.resize((320, 240)).save(f"{out}/{number:02d}.jpg")
    return out


def video(frames=80):
    """The photographs as VP8 in Matroska, 10 frames a second, each photograph for five of them: the
    same on every machine, since libvpx looks at the clock for speeds above 0 alone."""
    out = scratch(f"video{frames}.mkv")
    if not os.path.exists(out):
        subprocess.run(
            ["gst-launch-1.0", "-q", "multifilesrc", f"location={pictures()}/%02d.jpg", "loop=true",
             "caps=image/jpeg,framerate=2/1", f"num-buffers={frames // 5}", "!", "jpegdec", "!",
             "videorate", "!", "video/x-raw,framerate=10/1", "!", "videoconvert", "!", "vp8enc",
             "deadline=1", "cpu-used=-8", "keyframe-max-dist=10", "!", "matroskamux", "!",
             "filesink", f"location={out}"], check=True)
    return out


def frames_of(path):
    """How many frames a recording has; frames that cannot be decoded are an error."""
    done = subprocess.run(
        ["gst-launch-1.0", "-v", "filesrc", f"location={path}", "!", "decodebin", "!",
         "video/x-raw", "!", "identity", "silent=false", "!", "fakesink"],
        capture_output=True, text=True, check=True)
    return done.stdout.count("last-message = chain")


class Watch:
    """A running program; standard output and error are read as they come."""

    def __init__(self, *arguments, model=MODEL, prefix=(), stdin=None, **environment):
        self.process = subprocess.Popen(
            [*prefix, tap.EFFNET, "watch", *(("--model", model) if model else ()), *arguments],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **environment}, cwd=folder.name)
        self.text = {self.process.stdout: b"", self.process.stderr: b""}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def read(self, timeout):
        """Reads what there is; False when both have ended."""
        opened = [pipe for pipe in self.text if not pipe.closed]
        for pipe in select.select(opened, [], [], timeout)[0]:
            text = os.read(pipe.fileno(), 65536)
            self.text[pipe] += text
            if not text:
                pipe.close()
        return bool(opened)

    @property
    def out(self):
        return self.text[self.process.stdout].decode()

    @property
    def err(self):
        return self.text[self.process.stderr].decode()

    def wait_for(self, predicate, what):
        end = time.monotonic() + PATIENCE
        while not (value := predicate(self)):
            assert time.monotonic() < end, f"waited for {what}: {self.out[-500:]!r}{self.err[-500:]!r}"
            if not self.read(0.1):
                assert predicate(self), f"ended before {what}: {self.out[-500:]!r}{self.err[-500:]!r}"
        return value

    def wait_says(self, text):
        return self.wait_for(lambda watch: text in watch.err, text)

    def frames(self, stream=None):
        """The complete JSON lines so far, of one stream or all."""
        lines = [json.loads(line) for line in self.out.splitlines(True) if line.endswith("\n")]
        return [line for line in lines if stream in (None, line["stream"])]

    def wait_frames(self, count, stream=None, seen=0):
        """Waits for COUNT frames more than SEEN."""
        self.wait_for(lambda watch: len(watch.frames(stream)) >= seen + count,
                      f"{count} frames of {stream}")
        return self.frames(stream)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.end()

    def end(self):
        """Reads all output; returns the exit code. GLib's warnings are failures as well."""
        deadline = time.monotonic() + PATIENCE
        while self.read(0.1):
            assert time.monotonic() < deadline, f"does not end: {self.err[-500:]!r}"
        code = self.process.wait(PATIENCE)
        assert "CRITICAL" not in self.err and "WARNING" not in self.err, self.err[-2000:]
        assert "Sanitizer" not in self.err, self.err[-4000:]
        return code

    def uri(self):
        """The page's address."""
        self.wait_says("the page is http://")
        return re.search(r"the page is (http://\S+/)", self.err).group(1)


def watch(*arguments, **environment):
    """What a program prints, which must end by itself, and successfully."""
    with Watch(*arguments, **environment) as run:
        assert run.end() == 0, run.err[-2000:]
        return run.out


def watch_json(*arguments, **environment):
    return [json.loads(line) for line in watch("--json", *arguments, **environment).splitlines()]


def get(uri, **headers):
    """The status, the headers and the body that a server answers."""
    request = urllib.request.Request(uri, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers, answer.read()


class RtspServer:
    """Serves a video, repeatedly, at rtsp://127.0.0.1:PORT/video."""

    def __init__(self, path, port=0):
        try:
            import gi
            gi.require_version("GstRtspServer", "1.0")
        except (ImportError, ValueError) as error:
            raise tap.Skip("GstRtspServer for Python is missing (gir1.2-gst-rtsp-server-1.0)") from error
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "rtspserver.py"), path, str(port)],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.uri = f"rtsp://127.0.0.1:{self.port}/video"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
