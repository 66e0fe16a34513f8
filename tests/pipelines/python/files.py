# SPDX-License-Identifier: BSD-2-Clause
"""Files as rows: pictures, videos, and what is neither."""
import io
import os
import pickle
import struct
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

import effnet
import tap
from effnet.files import FileClassifier, is_video

FOLDER = tempfile.TemporaryDirectory(prefix="effnet-files-")
CLASSES = 10


def checkpoint():
    path = f"{FOLDER.name}/lite0.safetensors"
    if not os.path.exists(path):
        subprocess.run([os.environ["EFFNET_WRITE_LITE0"], path], check=True)
    return path


def classifier(**settings):
    return FileClassifier(checkpoint(), "fp32", **settings)


def picture(name="a.png", seed=1):
    path = f"{FOLDER.name}/{name}"
    pixels = numpy.random.default_rng(seed).integers(0, 256, (60, 80, 3), numpy.uint8)
    Image.fromarray(pixels).save(path)
    return path


def video():
    """Two seconds, ten frames each; the second one is of another colour."""
    try:
        import av
    except ImportError:
        av = None
    if not hasattr(av and av.VideoFrame, "rotation"):
        raise tap.Skip("there is no PyAV of 14.2 or later (tests/scale/run has it)")
    path = f"{FOLDER.name}/film.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(20):
            pixels = numpy.full((64, 96, 3), 40 if number < 10 else 200, numpy.uint8)
            pixels[:, :48] += 40
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def test_pictures():
    """A file, its bytes and a stream of them have the row of what Model says."""
    path = picture()
    with open(path, "rb") as file:
        content = file.read()
    model = effnet.Model(checkpoint(), "fp32")
    expected = model.classify(Image.open(path), 3)[0]
    made = classifier(top_k=3, embedding=True)
    for row, in (made.rows(path), made.rows("name", content), made.rows("name", io.BytesIO(content))):
        assert row["path"] in (path, "name") and row["error"] is None, row
        assert row["frame"] is None and row["pts"] is None
        assert row["labels"] == [found.label for found in expected]
        assert row["scores"] == [found.score for found in expected] and len(expected) == 3
        assert (row["embedding"] == model.embed(Image.open(path))[0]).all()
    row, = classifier().rows(path)
    assert row["embedding"] is None and len(row["labels"]) == 5


def test_broken():
    made = classifier()
    with open(picture("whole.png"), "rb") as file:
        content = file.read()
    for data, says in ((content[:len(content) // 2], ""), (b"no picture", "no picture of a kind"), (b"", "no picture")):
        row, = made.rows("x.png", data)
        assert row["path"] == "x.png" and row["error"] and says in row["error"], row
        assert "0x" not in row["error"] and "\n" not in row["error"], row
        assert all(row[name] is None for name in ("labels", "scores", "frame", "pts", "embedding")), row
    row, = made.rows("/nonexistent.jpg")
    assert "/nonexistent.jpg" in row["error"], row


def test_videos():
    """The first frame, and one a second after it; each frame if that is asked for."""
    path = video()
    rows = list(classifier(top_k=2).rows(path))
    assert [(row["frame"], round(row["pts"], 3)) for row in rows] == [(0, 0.0), (10, 1.0)], rows
    assert all(row["error"] is None and len(row["labels"]) == 2 for row in rows)
    model = effnet.Model(checkpoint(), "fp32")
    for row, grey in zip(rows, (40, 200)):
        pixels = numpy.full((64, 96, 3), grey, numpy.uint8)
        pixels[:, :48] += 40
        near = model.logits(pixels)[0]
        assert row["labels"][0] == model.best(near, 1)[0].label, row
    assert [row["frame"] for row in classifier(every=0).rows(path)] == list(range(20))
    assert [row["frame"] for row in classifier(every=0.55).rows(path)] == [0, 6, 11, 17]
    row, = classifier().rows("broken.mp4", b"no video")
    assert row["error"] and row["frame"] is None, row


def test_turned():
    """A video is seen as it is shown. The matrix of its track says how: here, a quarter to the
    right."""
    path, turned = video(), f"{FOLDER.name}/turned.mp4"
    with open(path, "rb") as file:
        content = file.read()
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    to_the_right = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    track = content.index(upright, content.index(b"tkhd"))
    with open(turned, "wb") as file:
        file.write(content[:track] + to_the_right + content[track + len(upright):])
    made = FileClassifier(checkpoint(), "fp32")
    (*_, upright_frame), (*_, turned_frame) = (next(made._read_video(name)) for name in (path, turned))
    assert upright_frame.shape == (64, 96, 3) and turned_frame.shape == (96, 64, 3)
    assert (turned_frame[:, -1] == upright_frame[0]).all()


def test_settings():
    made = pickle.loads(pickle.dumps(classifier(top_k=2, labels=[f"l{i}" for i in range(CLASSES)])))
    row, = made.rows(picture())
    assert len(row["labels"]) == 2 and all(label.startswith("l") for label in row["labels"]), row
    assert made.model is made.model is classifier(labels=[f"l{i}" for i in range(CLASSES)]).model
    try:
        list(FileClassifier("/nonexistent.pth").rows(picture()))
    except effnet.NotFoundError as error:
        assert "/nonexistent.pth" in str(error)
    else:
        raise AssertionError("a model that is not there made no error")


def test_kinds():
    assert is_video("a.MP4") and is_video("dir.jpg/b.mkv") and not is_video("a.jpg") and not is_video("mp4")


tap.run(sys.modules[__name__])
