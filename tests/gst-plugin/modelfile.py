# SPDX-License-Identifier: BSD-2-Clause
"""Models of other formats, opened as they are by the element and by commands."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

import tap

try:
    import models
    import numpy as np
    missing = None
except ImportError as error:
    missing = error.name

LABELS = [f"thing {i}" for i in range(7)]


class Place(tempfile.TemporaryDirectory):
    """A folder, with a cache of its own."""

    def __enter__(self):
        if missing:
            raise tap.Skip(f"{missing} is missing (python3-numpy, python3-h5py)")
        self.path = pathlib.Path(super().__enter__())
        os.environ["XDG_CACHE_HOME"] = str(self.path / "cache")
        return self.path


def converted(folder):
    """The checkpoints in the cache."""
    return sorted(str(file.relative_to(folder / "cache/efficientnet/converted")).split("/", 1)[1]
                  for file in folder.glob("cache/efficientnet/converted/*/*"))


def write_h5(path):
    try:
        import h5py  # noqa: F401
    except ImportError as lacking:
        raise tap.Skip("python3-h5py is missing") from lacking
    net = models.mobilenet(hidden=((12, "relu"),))
    models.write_legacy_h5(str(path), net, models.keras_config(net))


def write_keras(path):
    net = models.efficientnet()
    models.write_weights_h5(f"{path}.weights", net)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(models.keras_config(net)))
        archive.write(f"{path}.weights", "model.weights.h5")


def write_teachable(path, name, write, method):
    """As Teachable Machine exports it: each label with its index before it."""
    write(path.parent / name)
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.write(path.parent / name, name)
        archive.writestr("labels.txt", "".join(f"{i} {label}\n" for i, label in enumerate(LABELS)))


def write_tflite(path):
    models.write_tflite(str(path), models.efficientnet())


def check(name, write):
    """The logits of what "effnet convert" makes; without anything left from the second time."""
    with Place() as folder:
        write(folder / name)
        tap.effnet("convert", str(folder / name), "--output", f"{folder}/by-hand.safetensors")
        x = np.random.default_rng(2).normal(size=(2, 3, models.SIZE, models.SIZE)).astype("f")
        expected = tap.run_network(folder, f"{folder}/by-hand.safetensors", x)
        for _ in range(2):
            assert np.array_equal(tap.run_network(folder, f"{folder}/{name}", x), expected)
        stem = name.rsplit(".", 1)[0]
        assert converted(folder) == [f"{stem}.safetensors"], converted(folder)
        return tap.effnet("info", f"{folder}/{name}")


def test_onnx():
    check("flowers.onnx", lambda path: models.write_onnx(str(path), models.efficientnet()))


def test_other_weights():
    """The weights beside an ONNX file are new, and the file is the same."""
    def write(path):
        models.write_onnx(str(path), models.efficientnet(), external="weights")

    check("flowers.onnx", write)
    with Place() as folder:
        write(folder / "flowers.onnx")
        first = (folder / "flowers.onnx").read_bytes()
        x = np.random.default_rng(2).normal(size=(1, 3, models.SIZE, models.SIZE)).astype("f")
        before = tap.run_network(folder, f"{folder}/flowers.onnx", x)
        weights = np.fromfile(folder / "weights", "f")
        (-weights).tofile(folder / "weights")
        assert (folder / "flowers.onnx").read_bytes() == first
        tap.effnet("convert", f"{folder}/flowers.onnx", "--output", f"{folder}/by-hand.safetensors")
        after = tap.run_network(folder, f"{folder}/by-hand.safetensors", x)
        assert not np.allclose(before, after)
        assert np.array_equal(tap.run_network(folder, f"{folder}/flowers.onnx", x), after)


def test_other_modelinfo():
    """What GStreamer's .modelinfo beside the file says of the pixels is new."""
    with Place() as folder:
        models.write_onnx(f"{folder}/flowers.onnx", models.efficientnet())
        for ranges, mean in (("0,1", "mean           0 0 0"), ("-1,1", "mean           0.5 0.5 0.5")):
            (folder / "flowers.onnx.modelinfo").write_text(
                f"[v0]\ndir=input\ntype=float32\nranges={ranges}\n")
            info = tap.effnet("info", f"{folder}/flowers.onnx")
            assert mean in info, info


MODELINFO = f"""[modelinfo]
version=1.0
group-id=classification-generic-out

[v0]
id=picture
type=float32
dims=1,3,{{size}},{{size}}
dir=input
ranges={{ranges}}

[{{out}}]
id=classification-generic-out
type=float32
dims=1,{len(LABELS)}
dir=output
"""


def classes_behind(elements, analytics):
    """Of the first frame, whose size is the network's."""
    buffer = tap.first_buffer(f"video/x-raw,format=RGB,width={models.SIZE},height={models.SIZE} ! {elements}")
    (classes,) = analytics(buffer)
    return classes


def test_instead_of_onnxinference():
    """Of the same file, with its modelinfo, the same class and score as GStreamer's own elements."""
    if os.environ.get("EFFNET_SANITIZED"):
        raise tap.Skip("Python has no sanitizer, and so cannot load a plugin with one")
    gst = tap.gstreamer()
    if not all(map(gst.ElementFactory.find, ("onnxinference", "classifiertensordecoder"))):
        raise tap.Skip("onnxinference and classifiertensordecoder are missing (from Debian 14 on, "
                       "gstreamer1.0-plugins-bad)")
    page = (pathlib.Path(__file__).parents[2] / "docs/metadata.md").read_text()
    analytics = tap.documented(page, "read_classifications")[0]
    with Place() as folder:
        net = models.efficientnet()
        models.write_onnx(f"{folder}/flowers.onnx", net)
        (folder / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))
        for ranges in ("0.0,1.0;0.0,1.0;0.0,1.0", "-2,2;-1,1;0,1"):
            (folder / "flowers.onnx.modelinfo").write_text(
                MODELINFO.format(size=models.SIZE, ranges=ranges, out=f"v{net.nodes[-1][3]}"))
            ((label, score),) = classes_behind(
                f"videoconvert ! onnxinference model-file={folder}/flowers.onnx ! classifiertensordecoder "
                f"labels-file={folder}/labels.txt", analytics)
            (best, *_) = classes_behind(
                f"efficientnet model={folder}/flowers.onnx labels-file={folder}/labels.txt "
                "precision=fp32", analytics)
            assert best[0] == label and abs(best[1] - score) < 1e-4, (ranges, best, label, score)


def test_tflite():
    check("flowers.tflite", write_tflite)


def test_h5():
    check("flowers.v2.h5", write_h5)


def test_keras():
    check("flowers.keras", write_keras)


def test_teachable_machine():
    for name, write in (("keras_model.h5", write_h5), ("model_unquant.tflite", write_tflite)):
        for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
            info = check("converted.zip", lambda path: write_teachable(path, name, write, method))
            assert 'labels         7, from "thing 0" to "thing 6"' in info, info


def test_commands():
    """Each that opens a model; what would replace the model itself asks for a name."""
    with Place() as folder:
        model = str(folder / "flowers.onnx")
        models.write_onnx(model, models.efficientnet())
        tap.effnet("bench", "--model", model, "--runs", "1")
        tap.effnet("info", model, "--model-options", "arch=b0-w0.1-d0.4-r224")
        tap.effnet("info", "flowers.onnx", GST_EFFICIENTNET_MODEL_PATH=str(folder))
        tap.effnet_fails("info", model, "--model-options", "arch=lite0", says="of which")
        cat = tap.sample("chelsea.png")
        os.mkdir(folder / "photos")
        os.symlink(cat, folder / "photos/cat.png")
        frame = json.loads(tap.effnet("classify", "--json", "--model", model, cat))
        assert frame["results"][0]["model"] == "flowers", frame
        tap.effnet("quantize", "--model", model, "--images", f"{folder}/photos", "--output",
                   f"{folder}/q.safetensors")


def test_element():
    if os.environ.get("EFFNET_SANITIZED"):
        raise tap.Skip("gst-launch-1.0 has no sanitizer, and so cannot load a plugin with one")
    with Place() as folder:
        write_teachable(folder / "things.zip", "model.tflite", write_tflite, zipfile.ZIP_DEFLATED)
        done = subprocess.run(
            ["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1", "!", "efficientnet",
             f"model={folder}/things.zip", "!", "efficientnetpublish", "!", "fakesink"],
            capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        result, = json.loads(done.stdout)["results"]
        assert result["model"] == "things", result
        assert {c["label"] for c in result["classes"]} < set(LABELS), result
        (folder / "broken.onnx").write_bytes(b"\x08\x07\x12\x05torch")
        done = subprocess.run(
            ["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1", "!", "efficientnet",
             f"model={folder}/broken.onnx", "!", "fakesink"], capture_output=True, text=True)
        assert done.returncode != 0 and "broken.onnx" in done.stderr, done.stderr
        assert "no graph" in done.stderr, done.stderr


def refuse(folder, content, says, **environment):
    (folder / "a.bin").write_bytes(content)
    tap.effnet_fails("info", str(folder / "a.bin"), says=says, **environment)


def test_hostile():
    """The converter's sentence, or that it did not survive; nothing is kept of it."""
    with Place() as folder:
        refuse(folder, b"\x1c\x00\x00\x00TFL3" + bytes(60), "a.bin has 0 graphs")
        refuse(folder, b"\x08\x07\x12\x05torch" + bytes(60), "a.bin")
        refuse(folder, b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 8, "a.bin")
        refuse(folder, b"PK\3\4" + bytes(22) + b"\5\0\0\0a.txt", "a.bin is a damaged zip file")
        models.write_tflite(str(folder / "b.tflite"), models.efficientnet())
        whole = (folder / "b.tflite").read_bytes()
        for i in range(8):
            refuse(folder, whole[:len(whole) * i // 8 + 40], "a.bin")
        assert converted(folder) == [], converted(folder)


def script(folder, text):
    path = folder / "effnet-convert"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_converter_that_fails():
    with Place() as folder:
        models.write_onnx(str(folder / "b.onnx"), models.efficientnet())
        whole = (folder / "b.onnx").read_bytes()
        refuse(folder, whole, "cannot be started (No such file or directory): convert it once with "
               "effnet convert", EFFNET_CONVERT="/nowhere/effnet-convert")
        for text, says in (
                ("exit 127", "does not start: convert it once with effnet convert"),
                ("kill -9 $$", "a.bin is broken: effnet-convert could not get through it"),
                ("printf '=/half/a/pa'", "a.bin is broken: effnet-convert could not"),
                ("printf 1; yes", "a.bin is broken: effnet-convert could not"),
                (f"test -t 0 || printf '=%s.' {folder}/other", "other cannot be opened")):
            refuse(folder, whole, says, EFFNET_CONVERT=script(folder, text))


def test_cache_that_cannot_be_used():
    """A file in its place; a folder that everybody may write to."""
    with Place() as folder:
        model = str(folder / "a.onnx")
        models.write_onnx(model, models.efficientnet())
        (folder / "cache").write_text("")
        tap.effnet_fails("info", model, says="nothing can be kept (")
        os.remove(folder / "cache")
        os.makedirs(folder / "cache/efficientnet/converted")
        os.chmod(folder / "cache/efficientnet/converted", 0o777)
        tap.effnet_fails("info", model, says="convert it once with effnet convert")
        os.chmod(folder / "cache/efficientnet/converted", 0o700)
        tap.effnet("info", model)
        place, = (folder / "cache/efficientnet/converted").glob("*[!k]")
        os.chmod(place, 0o777)
        tap.effnet_fails("info", model, says="not yours alone")
        os.chmod(place, 0o700)
        os.chmod(place / "a.safetensors", 0o666)  # converted anew
        tap.effnet("info", model)
        assert (place / "a.safetensors").stat().st_mode & 0o777 == 0o600


def test_damaged_cache():
    with Place() as folder:
        model = str(folder / "a.onnx")
        models.write_onnx(model, models.efficientnet())
        before = tap.effnet("info", model)
        kept, = (folder / "cache/efficientnet/converted").glob("*/*")
        kept.write_bytes(kept.read_bytes()[:1000])
        assert tap.effnet("info", model) == before


def test_another_content():
    """A file that is replaced is another one; the old one is kept for a month."""
    with Place() as folder:
        model = str(folder / "a.onnx")
        models.write_onnx(model, models.efficientnet())
        assert "0.055 M" in tap.effnet("info", model)
        models.write_onnx(model, models.efficientnet(0.2))
        assert "0.055 M" not in tap.effnet("info", model)
        places = list((folder / "cache/efficientnet/converted").glob("*[!k]"))
        assert len(places) == 2 and len(converted(folder)) == 2, converted(folder)
        for place in places:
            os.utime(place, (0, time.time() - 31 * 24 * 3600))
        tap.effnet("info", model)
        assert len(converted(folder)) == 1 and "0.055 M" not in tap.effnet("info", model)
        assert len(list((folder / "cache/efficientnet/converted").iterdir())) == 2


def test_at_once():
    """Several processes that want the same file, and another one."""
    with Place() as folder:
        models.write_onnx(str(folder / "a.onnx"), models.efficientnet())
        models.write_onnx(str(folder / "b.onnx"), models.efficientnet(0.2))
        running = [subprocess.Popen([tap.EFFNET, "info", f"{folder}/{name}.onnx"], text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for name in "aabaab"]
        for process in running:
            _, said = process.communicate()
            assert process.returncode == 0, said
        assert converted(folder) == ["a.safetensors", "b.safetensors"], converted(folder)


tap.run(sys.modules[__name__])
