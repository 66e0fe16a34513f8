# SPDX-License-Identifier: BSD-2-Clause
import contextlib
import csv
import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import zlib

import tap
from tap import effnet, effnet_fails

# None of our elements is found outside of the program.
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
    frames = classify_json("--top-k", "1", film("clip.avi", "smpte", 8, 4))
    assert [f["frame"] for f in frames] == list(range(8))
    assert [f["pts"] for f in frames] == [i * 250_000_000 for i in range(8)]


def test_h264():
    """One line per second, and at the end the number of frames of each class."""
    bikes = tap.sample("bikes.mp4")
    lines = classify("--top-k", "2", bikes).splitlines()
    assert lines[0] == bikes and len(lines) == 12, lines
    for second, line in enumerate(lines[1:-1]):
        assert line.split()[:2] == [f"{second}.080", "s"] and line.count("%") == 2, line
    assert re.fullmatch(r"  10 frames: \D+ [1-9].*", lines[-1]), lines[-1]
    assert all(line.count("%") == 3 for line in classify(bikes).splitlines()[1:-1])


def film(name, pattern, frames, rate):
    path = os.path.join(folder.name, name)
    subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", f"pattern={pattern}",
                    f"num-buffers={frames}", "!", f"video/x-raw,framerate={rate}/1", "!", "jpegenc",
                    "!", "avimux", "!", "filesink", f"location={path}"], check=True)
    return path


def test_max_rate():
    clip = film("rate.avi", "ball", 40, 10)
    rates = {"0.5": 2, "1": 4, "2": 8, "3": 12}
    if not tap.sanitized():
        rates |= {"0": 40, "100": 40}
    for rate, count in rates.items():
        lines = classify("--max-rate", rate, clip).splitlines()
        assert len(lines) == count + 2 and lines[-1].startswith(f"  {count} frames: "), (rate, lines)
    assert len(classify(clip).splitlines()) == 4 + 2
    assert len(classify_json(clip)) == 40
    frames = classify_json("--max-rate", "2", clip)
    assert [f["frame"] for f in frames] == list(range(0, 40, 5)), frames
    assert [f["results"][0]["age"] for f in frames] == [0] * 8, frames


def test_lines():
    """With several pictures, each gets one line."""
    cat, coffee = tap.sample("chelsea.png"), tap.sample("coffee.png")
    lines = classify(cat, coffee).splitlines()
    assert [line.split("  ")[0] for line in lines] == [cat, coffee], lines
    assert all(line.count("%") == 3 for line in lines) and "espresso" in lines[1], lines
    assert all(line.count("%") == 1 for line in classify("-k", "1", cat, coffee).splitlines())


def test_threshold():
    cat, coffee = tap.sample("chelsea.png"), tap.sample("coffee.png")
    assert classify("--threshold", "0.5", cat, coffee).splitlines()[0] == f"{cat}  -"
    assert "espresso" in classify("--threshold", "0.5", cat, coffee)
    assert classify("--threshold", "0.9999", cat).splitlines() == [cat, "  -"]
    (frame,) = classify_json("--threshold", "0.9999", cat)
    assert frame["results"] == [], frame


def tree(path):
    return sorted(str(file.relative_to(path)) for file in pathlib.Path(path).rglob("*")
                  if not file.is_dir())


def make_photos():
    photos = pathlib.Path(folder.name, "photos")
    shutil.rmtree(photos, ignore_errors=True)
    (photos / "deep").mkdir(parents=True)
    for name, sample in (("b.png", "chelsea.png"), ("deep/a.png", "coffee.png"),
                         ("deep/b.png", "chelsea.png")):
        shutil.copy(tap.sample(sample), photos / name)
    (photos / "notes.txt").write_text("none of them\n")
    return photos


def test_folder():
    photos = make_photos()
    lines = classify(str(photos)).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        str(photos / name) for name in ("b.png", "deep/a.png", "deep/b.png")], lines
    os.mkdir(photos / "none")
    out = fails(str(photos / "none"), str(photos), says="none: there is no picture or video")
    assert len(out.splitlines()) == 3, out


def test_sort_into():
    photos, cat = make_photos(), "Egyptian cat"
    labels = scratch("sorted-labels", b"".join(
        b"../../%d\n" % i if i == 967 else b"%s, x\n" % cat.encode() if i in (281, 282, 285)
        else b"%d\n" % i for i in range(1000)))
    where = photos / "sorted"
    for options in ((), ()):
        classify("--labels-file", labels, "--sort-into", str(where), str(photos), *options)
        assert tree(where) == sorted([f"{cat}/b.png", f"{cat}/b-2.png", "_.._967/a.png"]), tree(where)
    assert (where / cat / "b.png").resolve() == photos / "b.png"
    classify("--sort-into", str(where / "copies"), "--copy", str(photos / "deep"))
    copy = where / "copies/espresso/a.png"
    assert not copy.is_symlink() and copy.read_bytes() == (photos / "deep/a.png").read_bytes()
    classify("--sort-into", str(photos / "sure"), "--threshold", "0.9", str(photos / "deep"))
    assert tree(photos / "sure") == ["espresso/a.png"], tree(photos / "sure")
    clip = film("white.avi", "white", 3, 1)
    classify("--json", "--sort-into", str(photos / "films"), clip)
    assert len(tree(photos / "films")) == 1
    fails("--sort-into", str(photos), "file:///a.png", says="is an address")
    fails("--copy", clip, says="--sort-into")


def test_csv():
    """Any label or file name makes one cell."""
    cat = scratch('=1+1 "b", c.png', open(tap.sample("chelsea.png"), "rb").read())
    labels = scratch("formulas", b"".join(b'=cmd|"%d", x\n' % i for i in range(1000)))
    text = classify("--format", "csv", "--labels-file", labels, "--top-k", "2", cat)
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["rank"] for row in rows] == ["1", "2"] and len(rows[0]) == 6, rows
    assert rows[0]["file"] == cat and rows[0]["time"] == "", rows
    assert rows[0]["label"] == f"'=cmd|\"{rows[0]['index']}\", x", rows
    assert 0 < float(rows[1]["score"]) <= float(rows[0]["score"]) < 1, rows
    os.chdir(folder.name)
    rows = csv.DictReader(classify("-f", "csv", os.path.basename(cat)).splitlines())
    assert next(rows)["file"] == "'" + os.path.basename(cat)
    rows = list(csv.DictReader(classify("-f", "csv", "-k", "1", film("c.avi", 0, 3, 2)).splitlines()))
    assert [row["time"] for row in rows] == ["0.000", "0.500", "1.000"], rows
    assert classify("--format", "json", cat).startswith('{"uri"')
    fails("--format", "xml", cat, says="--format must be")


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
    with open(tap.sample("chelsea.png"), "rb") as file:
        fails(scratch("cut.png", file.read(3000)), says="cut.png: ")


def test_others_are_shown_in_spite_of_one():
    cat = tap.sample("chelsea.png")
    none = os.path.join(folder.name, "nothing")
    os.mkdir(none)
    for bad in ("/nonexistent/cat.png", none):
        out = fails(cat, bad, cat, says=bad)
        assert out.count(cat) == 2


def pillow():
    try:
        from PIL import Image
    except ImportError as missing:
        raise tap.Skip("Pillow is missing (python3-pil)") from missing
    return Image


def picture(name, size=(320, 213), mode="RGB", **options):
    """The cat in a file NAME of the folder, in the format of its suffix."""
    path = os.path.join(folder.name, name)
    with pillow().open(tap.sample("chelsea.png")) as cat:
        cat.convert("RGB").resize(size).convert(mode).save(path, **options)
    return path


def decodes(*elements):
    return all(subprocess.run(["gst-inspect-1.0", "--exists", name]).returncode == 0
               for name in elements)


def results(*arguments):
    return [frame["results"][0]["classes"] for frame in classify_json(*arguments)]


METHODS = ("identity", "horiz", "180", "vert", "ul-lr", "90r", "ur-ll", "90l")


def test_turned_by_exif():
    image = pillow()
    # With sanitizers, exif.c's own tests do for the other containers.
    for kind in ("jpg",) if tap.sanitized() else ("jpg", "png", "webp", "tiff"):
        if kind == "tiff" and not decodes("avdec_tiff"):
            continue
        size = (36, 24) if kind == "tiff" else (320, 213)  # the decoder wants it in one buffer
        plain, marked = picture(f"plain.{kind}", size), {}
        for orientation, method in enumerate(METHODS, 1):
            exif = image.Exif()
            exif[0x0112] = orientation
            marked[method] = picture(f"{orientation}.{kind}", size, exif=exif.tobytes())
        found = dict(zip(METHODS, results(*marked.values())))
        for method, path in marked.items():
            turned = results("--orientation", method, plain)[0]
            assert found[method] == turned, (kind, method)
            assert (turned != found["identity"]) == (method != "identity"), (kind, method)
        if kind != "tiff":  # which some decoders mirror
            assert results("--orientation", "identity", path) == results(plain), kind
        assert results(path, plain) == [found["90l"], found["identity"]], kind  # each its own
    fails("--orientation", "askew", plain, says="orientation cannot be \"askew\"")


def test_further_pictures():
    first, second = open(picture("a.jpg"), "rb").read(), open(picture("b.jpg", (80, 53)), "rb").read()
    assert len(classify_json(scratch("gainmap.jpg", first + second))) == 1
    indexed = first[:2] + b"\xff\xe2\0\x06MPF\0" + first[2:]
    assert len(classify_json(scratch("indexed.jpg", indexed + first))) == 1
    assert len(classify_json(scratch("frames.jpg", first + first))) == 2


def test_cut_off():
    whole = open(picture("whole.jpg"), "rb").read()
    half = scratch("half.jpg", whole[:len(whole) // 2])
    done = subprocess.run([tap.EFFNET, "classify", "--json", "--model", tap.model(), half,
                           scratch("whole.jpg", whole)], capture_output=True, text=True)
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and [f.get("truncated") for f in frames] == [True, None], frames
    (warning,) = done.stderr.splitlines()
    assert "half.jpg" in warning and "cut off" in warning, warning


def test_cmyk():
    path = picture("cmyk.jpg", mode="CMYK")
    if decodes("jpegparse", "avdec_mjpeg"):
        frames = classify_json(path, tap.sample("chelsea.png"))
        assert "cat" in frames[0]["results"][0]["classes"][0]["label"], frames
        assert len(frames) == 2
    else:
        fails(path, says="cmyk.jpg: this CMYK JPEG picture")


def test_deep():
    """A PNG of 16 bits a channel, whose colours GStreamer's own decoder confuses."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    plain = picture("plain.png")
    with pillow().open(plain) as cat:
        (width, height), pixels = cat.size, cat.tobytes()
    row = 3 * width
    rows = b"".join(b"\0" + bytes(b for byte in pixels[y * row:][:row] for b in (byte, byte))
                    for y in range(height))
    deep = scratch("deep.png", b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    if decodes("gdkpixbufdec"):
        assert results(deep, plain) == results(plain) * 2
    else:
        fails(deep, says="confuses the colours")


def test_undecodable():
    frames = [pillow().new("RGB", (64, 64), color) for color in ("red", "blue")]
    path = os.path.join(folder.name, "animated.webp")
    frames[0].save(path, save_all=True, append_images=frames[1:])
    out = fails(path, tap.sample("chelsea.png"), says="animated.webp: this animated WebP picture")
    assert "chelsea.png" in out
    fails(scratch("a.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(300)),
          says="a.avif: ")
    none = dict.fromkeys(("GST_REGISTRY",), os.path.join(folder.name, "registry"))
    none["GST_PLUGIN_FEATURE_RANK"] = "avdec_bmp:0,avdec_tiff:0,gdkpixbufdec:0"
    for name in ("a.bmp", "a.tiff"):
        effnet_fails("classify", "--model", tap.model(), picture(name), says=f"{name}: ", **none)


def test_no_internal_error():
    """GStreamer's catch-all errors are never passed on."""
    cat = open(picture("cat.jpg"), "rb").read()
    for name, content in (("a.jpg", cat[:300]), ("b.jpg", cat[:2] + bytes(500)), ("c.gif", b"GIF89a"),
                          ("d.png", open(tap.sample("chelsea.png"), "rb").read()[:50000])):
        done = subprocess.run([tap.EFFNET, "classify", "--model", tap.model(), "--timeout", "2",
                               scratch(name, content)], capture_output=True, text=True)
        assert "Internal" not in done.stderr and name in done.stderr, (name, done.stderr)


def test_gif_ends():
    if not decodes("avdemux_gif"):
        raise tap.Skip("GStreamer's decoder for GIF is missing (gstreamer1.0-libav)")
    gif, cat = picture("still.gif"), tap.sample("chelsea.png")
    frames = classify_json("--timeout", "2", gif, cat)
    assert [f["stream"] for f in frames] == [gif, cat], frames


def test_silence():
    if subprocess.run(["gst-inspect-1.0", "--exists", "souphttpsrc"]).returncode != 0:
        raise tap.Skip("GStreamer's element souphttpsrc is missing (gstreamer1.0-plugins-good)")
    with serving(open(picture("slow.jpg"), "rb").read()[:2000], 5000) as uri:
        out = fails("--timeout", "5", uri, tap.sample("chelsea.png"), says="nothing has come")
    assert "chelsea.png" in out


def test_no_server():
    if subprocess.run(["gst-inspect-1.0", "--exists", "souphttpsrc"]).returncode != 0:
        raise tap.Skip("GStreamer's element souphttpsrc is missing (gstreamer1.0-plugins-good)")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "no-such-host.invalid"):
        fails(f"http://{host}/x.jpg", says="x.jpg: its server cannot be reached")


@contextlib.contextmanager
def serving(content, length, kind="image/jpeg"):
    """The address of CONTENT, whose server claims LENGTH bytes, and then waits."""
    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if length:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            try:
                for part in [content] if isinstance(content, bytes) else content:
                    self.wfile.write(part)
            except OSError:
                return
            over.wait()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/picture"
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def test_truncated_gif():
    """Some decoders wait for the rest for ever, others take half an image for a whole one."""
    if not decodes("avdemux_gif"):
        raise tap.Skip("GStreamer's decoder for GIF is missing (gstreamer1.0-libav)")
    content = pathlib.Path(picture("whole.gif")).read_bytes()
    fails("--timeout", "2", scratch("half.gif", content[:len(content) // 2]),
          says="this GIF picture is cut off or damaged")
    with pillow().open(tap.sample("chelsea.png")) as cat:
        frames = [cat.convert("RGB").resize((80, 53)).rotate(turn) for turn in (0, 90, 180)]
    path = os.path.join(folder.name, "moving.gif")
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    assert len(classify_json("--max-rate", "0", path)) == 3


def test_gif_from_elsewhere():
    """The demuxer of GIF needs a file: of what is pushed to it, it makes nothing, or loops for
    ever."""
    if not decodes("avdemux_gif", "souphttpsrc"):
        raise tap.Skip("GStreamer's decoder for GIF is missing (gstreamer1.0-libav, -good)")
    content = pathlib.Path(picture("whole.gif")).read_bytes()
    for n in (14, 400, len(content)):
        with serving(content[:n], n, "image/gif") as uri:
            fails("--timeout", "30", uri, says="a GIF can be decoded from a file only")
    fed = scratch("fed.gif")
    os.remove(fed)
    os.mkfifo(fed)
    writer = threading.Thread(target=lambda: pathlib.Path(fed).write_bytes(content))
    writer.start()
    fails("--timeout", "30", fed, says="a GIF can be decoded from a file only")
    writer.join()


def test_gif_without_size():
    """Some demuxers crash on it."""
    if not decodes("avdemux_gif", "souphttpsrc"):
        raise tap.Skip("GStreamer's decoder for GIF is missing (gstreamer1.0-libav, -good)")
    content = b"GIF89a\1\0\0\0\0\0\0;"
    for part in (content, content[:8]):
        fails("--timeout", "2", scratch("flat.gif", part), says="damaged")
    with serving(content, len(content), "image/gif") as uri:
        fails("--timeout", "2", uri, says="/picture: ")


def test_fifo():
    """A FIFO without a writer is given up; from one with a writer, the image is read."""
    silent, fed = scratch("silent"), scratch("fed")
    for path in (silent, fed):
        os.remove(path)
        os.mkfifo(path)
    out = fails("--timeout", "5", silent, tap.sample("chelsea.png"), says="nothing has come of it")
    assert "chelsea.png" in out, out
    content = pathlib.Path(tap.sample("chelsea.png")).read_bytes()
    writer = threading.Thread(target=lambda: pathlib.Path(fed).write_bytes(content))
    writer.start()
    (frame,) = classify_json("--timeout", "60", fed)
    writer.join()
    assert frame["uri"] == pathlib.Path(fed).as_uri(), frame
    assert frame["resolution"] == {"width": 451, "height": 300}, frame


def test_endless_part():
    if subprocess.run(["gst-inspect-1.0", "--exists", "souphttpsrc"]).returncode != 0:
        raise tap.Skip("GStreamer's element souphttpsrc is missing (gstreamer1.0-plugins-good)")
    head = b"--edge\r\nContent-Type: image/jpeg\r\n\r\n"
    parts = itertools.chain([head], itertools.repeat(bytes(1 << 20), 200))
    with serving(parts, None, "multipart/x-mixed-replace;boundary=edge") as uri:
        fails(uri, says="does not end within 64 MB")
    # A picture whose end never comes, and a video that consists of padding.
    comment, packet = b"\xff\xfe\xff\xff" + bytes(0xfffd), b"\x47\x1f\xff\x10" + b"\xff" * 184
    for kind, first, rest in (("image/jpeg", b"\xff\xd8", comment), ("video/mp2t", packet, packet * 5000)):
        with serving(itertools.chain([first], itertools.repeat(rest)), None, kind) as uri:
            fails(uri, says="256 MB of it have brought no whole picture")


def test_pixels():
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))
    size = (20000).to_bytes(4, "big")
    bomb = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size * 2 + b"\x08\x06\0\0\0")
            + chunk(b"IDAT", zlib.compress(bytes(1 << 20))) + chunk(b"IEND", b""))
    out = fails(scratch("bomb.png", bomb), tap.sample("chelsea.png"),
                says="20000 x 20000 pixels")
    assert "chelsea.png" in out
    for name in ("small.png", "small.webp", "small.jpg"):
        path = picture(name, (200, 100))
        fails("--max-megapixels", "0.0199", path, says="200 x 100 pixels")
        assert len(classify_json("--max-megapixels", "0.02", path)) == 1


def test_name_like_a_uri():
    name = "frame:001.jpg"
    picture("frame.jpg")
    os.rename(os.path.join(folder.name, "frame.jpg"), os.path.join(folder.name, name))
    done = subprocess.run([tap.EFFNET, "classify", "--model", os.path.abspath(tap.model()), name],
                          capture_output=True, text=True, cwd=folder.name)
    assert done.returncode == 0 and done.stdout.startswith(f"{name}\n"), done


def test_model_failures():
    cat = tap.sample("chelsea.png")
    effnet_fails("classify", "--model", "/nonexistent.pth", cat, says="/nonexistent.pth")
    effnet_fails("classify", "--model", cat, cat, says="chelsea.png")
    effnet_fails("classify", cat, says="model", XDG_DATA_HOME=folder.name,
                 XDG_DATA_DIRS=folder.name, GST_EFFICIENTNET_MODEL_PATH="")


def test_option_failures():
    effnet_fails("classify", says="name a file")
    for option in ("--top-k=0", "--top-k=x", "--threads=-1", "--timeout=0", "--max-megapixels=0",
                   "--threshold=2", "--max-rate=-1"):
        effnet_fails("classify", option, "x", says=option.split("=")[0])


tap.run(sys.modules[__name__])
