# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import shutil
import sys
import tempfile

import tap
from tap import effnet, effnet_fails

PICTURES = 4


def pictures(folder, kind="png"):
    os.mkdir(f"{folder}/pictures")
    for number, image in enumerate(tap.photographs(PICTURES)):
        image.save(f"{folder}/pictures/{number}.{kind}")
    return f"{folder}/pictures"


def quantize(folder):
    output = f"{folder}/q.safetensors"
    report = effnet("quantize", "--model", tap.model(), "--images", pictures(folder),
                    "--output", output)
    return output, report


def test_learned():
    """What a learned model keeps of its pictures is left out, which is said."""
    with tempfile.TemporaryDirectory() as folder:
        for number, image in enumerate(tap.photographs(8)):
            os.makedirs(f"{folder}/learn/{number % 2}", exist_ok=True)
            image.save(f"{folder}/learn/{number % 2}/{number}.png")
        effnet("learn", "--model", tap.model(), "--output", f"{folder}/own.safetensors", f"{folder}/learn")
        said = tap.output_of("quantize", "--model", f"{folder}/own.safetensors", "--images",
                             f"{folder}/learn/0", "--output", f"{folder}/q.safetensors")
        assert "nothing is unknown to it" in said, said
        assert "known: from a similarity" not in effnet("info", f"{folder}/q.safetensors")


def test_report_and_file():
    with tempfile.TemporaryDirectory() as folder:
        output, report = quantize(folder)
        head, _, layers = report.partition("in decibels\n")
        found = dict(line.split("  ", 1) for line in head.splitlines()[1:] if "  " in line)
        assert found["pictures"].strip() == str(PICTURES), report
        assert float(found["cosine of logits"]) > 0.98, report
        rows = [line.split() for line in layers.splitlines()]
        values = [float(row[0]) for row in rows]
        assert len(rows) > 40 and values == sorted(values), report
        assert {"head", "classifier", "blocks.3.1.project"} <= {row[1] for row in rows}
        assert os.path.getsize(output) < 0.28 * os.path.getsize(tap.model()), os.path.getsize(output)


def test_info_and_classify():
    with tempfile.TemporaryDirectory() as folder:
        output, _ = quantize(folder)
        said = effnet("info", output)
        assert "architecture: lite0, quantised" in said and "int8" in said, said
        picture = sorted(pathlib.Path(folder, "pictures").iterdir())[0]
        floats = effnet("classify", "--top-k", "1", "--model", tap.model(), str(picture))
        int8 = effnet("classify", "--top-k", "1", "--model", output, str(picture))
        assert floats.splitlines()[1].split("%")[1] == int8.splitlines()[1].split("%")[1]
        effnet("bench", "--model", output, "--precision", "int8", "--seconds", "0.1")
        effnet_fails("bench", "--model", output, "--precision", "bf16", "--seconds", "0.1",
                     says="quantised")


def test_other_files_are_left_out():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(pictures(folder), "notes.txt").write_text("not a picture")
        effnet("quantize", "--model", tap.model(), "--images", f"{folder}/pictures",
               "--output", f"{folder}/q.safetensors")


def test_videos():
    """Of each video, the first frame."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(tap.sample("bikes.mp4"), pictures(folder))
        report = effnet("quantize", "--model", tap.model(), "--images", f"{folder}/pictures",
                        "--output", f"{folder}/q.safetensors")
    assert f"pictures          {PICTURES + 1}\n" in report, report


def tag(path, orientation):
    """Gives a JPEG an EXIF orientation."""
    exif = (b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"
            + bytes([orientation]) + bytes(6))
    whole = path.read_bytes()
    assert whole.startswith(b"\xff\xd8"), path
    path.write_bytes(whole[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + whole[2:])


def test_turned():
    """Photographs are used the right way up, as classify sees them."""
    outputs = []
    for orientation in (0, 1, 6):
        with tempfile.TemporaryDirectory() as folder:
            for picture in pathlib.Path(pictures(folder, "jpg")).iterdir():
                if orientation:
                    tag(picture, orientation)
            effnet("quantize", "--model", tap.model(), "--images", f"{folder}/pictures", "--output",
                   f"{folder}/q.safetensors")
            outputs.append(pathlib.Path(folder, "q.safetensors").read_bytes())
    assert outputs[0] == outputs[1] != outputs[2]


def test_failures():
    with tempfile.TemporaryDirectory() as folder:
        effnet_fails("quantize", "--model", "m", "--output", "q", says="--images")
        effnet_fails("quantize", "--model", "m", "--images", folder, says="--output")
        effnet_fails("quantize", "--model", tap.model(), "--images", folder, "--output", "q",
                     says="no pictures")
        effnet_fails("quantize", "--model", tap.model(), "--images", "/nonexistent", "--output",
                     "q", says="/nonexistent")
        effnet_fails("quantize", "--model", tap.model(), "--images", pictures(folder),
                     "--output", "/nonexistent/q.safetensors", says="/nonexistent")


tap.run(sys.modules[__name__])
