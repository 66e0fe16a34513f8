# SPDX-License-Identifier: BSD-2-Clause
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import tap
from tap import effnet, effnet_fails

# No element of ours is found outside the program.
os.environ["GST_PLUGIN_PATH"] = ""
folder = tempfile.TemporaryDirectory()


def classify(*arguments):
    return effnet("classify", "--model", tap.model(), *arguments)


def classify_json(*arguments):
    return [json.loads(line) for line in classify("--json", *arguments).splitlines()]


def fails(*arguments, says):
    return effnet_fails("classify", "--model", tap.model(), *arguments, says=says)


def scratch(name, content=b""):
    path = os.path.join(folder.name, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def test_picture():
    cat = tap.sample("chelsea.png")
    lines = classify(cat).splitlines()
    assert lines[0] == cat and len(lines) == 6, lines
    scores = [float(line.split("%")[0]) for line in lines[1:]]
    assert scores == sorted(scores, reverse=True) and sum(scores) <= 100.1, scores
    assert "cat" in lines[1], lines


def test_json():
    cat = tap.sample("chelsea.png")
    (frame,) = classify_json("--top-k", "3", cat)
    assert frame["uri"] == pathlib.Path(cat).as_uri(), frame
    assert frame["frame"] == 0 and frame["resolution"] == {"width": 451, "height": 300}, frame
    (result,) = frame["results"]
    assert result["roi_id"] == -1 and result["age"] == 0, result
    assert len(result["classes"]) == 3 and result["classes"][0]["index"] in (281, 282, 285), result
    assert {"index", "label", "score"} <= set(result["classes"][0]), result


def test_several_files():
    files = [tap.sample(name) for name in ("chelsea.png", "rocket.jpg", "coffee.png")]
    frames = classify_json(*files, *files)
    assert [f["uri"] for f in frames] == [pathlib.Path(f).as_uri() for f in files] * 2
    tops = [f["results"][0]["classes"][0] for f in frames]
    assert tops[:3] == tops[3:]
    assert tops[1]["label"].startswith("missile") or "projectile" in tops[1]["label"], tops
    assert "espresso" in tops[2]["label"] or "cup" in tops[2]["label"], tops


def test_video():
    clip = os.path.join(folder.name, "clip.avi")
    subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=8", "!",
                    "video/x-raw,framerate=4/1", "!", "jpegenc", "!", "avimux", "!", "filesink",
                    f"location={clip}"], check=True)
    frames = classify_json("--top-k", "1", clip)
    assert [f["frame"] for f in frames] == list(range(8))
    assert [f["pts"] for f in frames] == [i * 250_000_000 for i in range(8)]


def test_h264():
    bikes = tap.sample("bikes.mp4")
    lines = classify("--top-k", "2", bikes).splitlines()
    assert len(lines) == 251 and lines[0] == bikes and lines[1].split()[:2] == ["0.080", "s"]
    assert lines[26].split()[:2] == ["1.080", "s"] and lines[26].count("%") == 2, lines[26]


def test_uri():
    cat = pathlib.Path(tap.sample("chelsea.png")).as_uri()
    assert classify(cat).splitlines()[0] == cat


def test_awkward_name():
    path = scratch('a "b" %41 ü#?.png', open(tap.sample("chelsea.png"), "rb").read())
    (frame,) = classify_json(path)
    assert frame["uri"] == pathlib.Path(path).as_uri().replace("'", "%27"), frame["uri"]
    assert classify("--", path).splitlines()[0] == path


def test_labels_file():
    labels = scratch("labels", b"".join(b"class %d\n" % i for i in range(1000)))
    (frame,) = classify_json("--labels-file", labels, tap.sample("chelsea.png"))
    best = frame["results"][0]["classes"][0]
    assert best["label"] == f"class {best['index']}", best
    short = scratch("short", b"one\ntwo\n")
    fails("--labels-file", short, tap.sample("chelsea.png"), says="1000")
    fails("--labels-file", "/nonexistent", tap.sample("chelsea.png"), says="/nonexistent")


def test_precision_and_threads():
    cat = tap.sample("chelsea.png")
    frames = [classify_json("--precision", "fp32", "--threads", t, cat)[0] for t in "012"]
    assert frames[0]["results"] == frames[1]["results"] == frames[2]["results"]


def test_no_such_file():
    fails("/nonexistent/cat.png", says="/nonexistent/cat.png: No such file")
    fails("file:///nonexistent/cat.png", says="file:///nonexistent/cat.png: ")
    fails("foo://bar", says="foo://bar: ")


def test_no_picture():
    header = b"RIFF" + (36 + 8000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(
        4, "little") + b"\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data" + (8000).to_bytes(4, "little")
    fails(scratch("sound.wav", header + bytes(8000)), says="no picture in it")
    fails(scratch("empty.png"), says="empty.png: ")
    fails(scratch("text.txt", b"hello\n" * 100), says="text.txt: ")
    fails(folder.name, says=folder.name)
    with open(tap.sample("chelsea.png"), "rb") as file:
        fails(scratch("cut.png", file.read(3000)), says="cut.png: ")


def test_others_are_shown_in_spite_of_one():
    cat = tap.sample("chelsea.png")
    for bad in ("/nonexistent/cat.png", folder.name):
        out = fails(cat, bad, cat, says=bad)
        assert out.count(cat) == 2


def test_model_failures():
    cat = tap.sample("chelsea.png")
    effnet_fails("classify", "--model", "/nonexistent.pth", cat, says="/nonexistent.pth")
    effnet_fails("classify", "--model", cat, cat, says="chelsea.png")
    effnet_fails("classify", cat, says="model", XDG_DATA_HOME=folder.name,
                 XDG_DATA_DIRS=folder.name, GST_EFFICIENTNET_MODEL_PATH="")


def test_option_failures():
    effnet_fails("classify", says="name a file")
    for option in ("--top-k=0", "--top-k=x", "--threads=-1"):
        effnet_fails("classify", option, "x", says=option.split("=")[0])


tap.run(sys.modules[__name__])
