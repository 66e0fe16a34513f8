# SPDX-License-Identifier: BSD-2-Clause
"""Every recipe, as a user runs it."""
import glob
import json
import os
import re
import subprocess
import sys

import installed
import tap

RECIPES = installed.SOURCES / "pipelines/recipes"
seen = set()
installed.install()
installed.use_model()
film = installed.make_film(tap.sample("chelsea.png"), tap.sample("coffee.png"))


def path(name):
    seen.add(name)
    return str(RECIPES / name)


def recipe(name, *arguments):
    return installed.succeed(path(name), *arguments)


def files(pattern):
    return sorted(glob.glob(f"{installed.folder.name}/{pattern}"))


def frames_of(video):
    """How many frames of VIDEO can be decoded."""
    return len(tap.effnet("classify", "--model", tap.model(), "--json", video).splitlines())


def test_file():
    lines = recipe("file", film).splitlines()
    assert "cat" in lines[0] and any("1.00 s" in line and "espresso" in line for line in lines), lines


def test_photograph_is_turned():
    """As its tag says, if the element that reads it is installed."""
    if not installed.run("gst-inspect-1.0", "--exists", "jpegparse").returncode == 0:
        raise tap.Skip("GStreamer's element jpegparse is missing (gstreamer1.0-plugins-bad)")
    try:
        from PIL import Image
    except ImportError as missing:
        raise tap.Skip("Pillow is missing (python3-pil)") from missing
    exif, scores = Image.Exif(), {}
    exif[0x0112] = 6
    with Image.open(tap.sample("chelsea.png")) as cat:
        for name, image, tags in (("upright", cat, b""), ("tagged", cat.rotate(90, expand=True),
                                                          exif.tobytes())):
            photograph = f"{installed.folder.name}/{name}.jpg"
            image.save(photograph, quality=100, subsampling=0, exif=tags)
            line = recipe("file", photograph).splitlines()[0]
            scores[name] = float(line.split("%")[0].split()[-1])
    assert abs(scores["upright"] - scores["tagged"]) < 2, scores


def test_webcam():
    # On a busy machine the first line is there before the sink has prerolled, and the EOS of
    # "gst-launch-1.0 -e" then waits for the frame that waits for the sink.
    lines = installed.interrupted([path("webcam"), "test", "fakesink"], 1, may_hang=True)
    assert re.search(r"\d s +\d+\.\d %  \S", lines[0]), lines
    none = subprocess.run([path("webcam"), "/nonexistent"], capture_output=True, text=True)
    assert none.returncode == 1 and "there is no camera /nonexistent" in none.stderr, none.stderr


def test_two_models():
    lines = [json.loads(line) for line in recipe("two-models", film, "default", "default").splitlines()]
    assert len(lines) == 20
    assert all([r["element"] for r in line["results"]] == ["first", "second"] for line in lines)
    assert [line["results"][1]["age"] for line in lines] == [*range(10)] * 2


def test_multi_stream():
    lines = [json.loads(line) for line in recipe("multi-stream", film, film).splitlines()]
    assert len(lines) == 40 and {line["stream"] for line in lines} == {"film.avi"}


def test_snapshots():
    recipe("snapshots", "espresso", film, "snapshots")
    pictures = files("snapshots/*.jpg")
    assert 8 <= len(pictures) <= 10, pictures
    best = tap.effnet("classify", "--model", tap.model(), "--top-k", "1", pictures[0])
    assert "espresso" in best, best


def test_cut():
    changes = recipe("cut", film, "pieces").splitlines()
    pieces = files("pieces/*.mp4")
    assert len(changes) == len(pieces) >= 2, (changes, pieces)
    assert any(change.startswith("1.000 s: espresso") for change in changes), changes
    counts = [frames_of(piece) for piece in pieces]
    assert sum(counts) == 20 and 10 in [sum(counts[:n]) for n in range(1, len(counts))], counts


def test_subtitles():
    text = recipe("subtitles", film)
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    assert [block[0] for block in blocks] == [str(i + 1) for i in range(len(blocks))], text
    assert all(re.fullmatch(r"00:00:0\d,\d{3} --> 00:00:0\d,\d{3}", b[1]) for b in blocks), text
    assert blocks[0][1].startswith("00:00:00,000") and "cat" in blocks[0][2], text
    assert "espresso" in blocks[-1][2] and blocks[-1][1].endswith("00:00:02,000"), text


def test_hls():
    recipe("hls", film, "hls")
    playlist = open(f"{installed.folder.name}/hls/stream.m3u8", encoding="utf-8").read()
    parts = re.findall(r"^\d{5}\.ts$", playlist, re.M)
    assert "#EXT-X-ENDLIST" in playlist and parts, playlist
    assert sum(frames_of(f"{installed.folder.name}/hls/{part}") for part in parts) == 20


def test_rtsp():
    server = subprocess.Popen([path("rtsp-out"), film, "0"], stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().strip()
        assert re.fullmatch(r"rtsp://localhost:\d+/labels", address), address
        # rtpjitterbuffer of GStreamer 1.22 sometimes waits for itself when it is stopped.
        lines = [json.loads(line) for line in
                 installed.interrupted([path("rtsp-in"), address], 2, may_hang=True)]
    finally:
        server.terminate()
        server.wait()
    assert all(line["stream"] == address and line["results"] for line in lines), lines


def test_none_is_forgotten():
    """Runs last."""
    there = {name for name in os.listdir(RECIPES) if os.access(RECIPES / name, os.X_OK)
             and not name.startswith("__")}
    assert there == seen, there ^ seen


tap.run(sys.modules[__name__])
