# SPDX-License-Identifier: BSD-2-Clause
import json
import pathlib
import sys
import tempfile

import tap
from tap import effnet, effnet_fails


def picture(folder):
    tap.photographs(1)[0].save(f"{folder}/cat.png")
    return f"{folder}/cat.png"


def test_map():
    """The first class is found where it is: in the middle rather than in the corners."""
    with tempfile.TemporaryDirectory() as folder:
        found = json.loads(effnet("explain", "--json", "--precision", "fp32", "--model", tap.model(),
                                  picture(folder)))
        said = effnet("classify", "--format", "csv", "--top-k", "1", "--precision", "fp32", "--model",
                      tap.model(), picture(folder)).splitlines()[1]
        other = json.loads(effnet("explain", "--json", "--class", "tench", "--model", tap.model(),
                                  picture(folder)))
    rows = found["map"]
    assert f",{found['class']}," in said and abs(float(said.split(",")[-1]) - found["score"]) < 1e-4
    assert len(rows) == 7 and all(len(row) == 7 for row in rows), rows
    assert max(map(max, rows)) == max(max(row[1:6]) for row in rows[1:6]), rows
    assert other["class"] == 0 and other["label"] == "tench" and other["score"] < 0.01, other
    assert other["map"] != rows, other


def test_picture():
    with tempfile.TemporaryDirectory() as folder:
        text = effnet("explain", "--model", tap.model(), "--output", f"{folder}/heat.png",
                      picture(folder))
        assert text.startswith(f"{folder}/heat.png: ") and "%" in text, text
        from PIL import Image
        assert Image.open(f"{folder}/heat.png").size == (448, 448)


def test_failures():
    with tempfile.TemporaryDirectory() as folder:
        model = ("--model", tap.model())
        effnet_fails("explain", *model, picture(folder), says="--output or --json")
        effnet_fails("explain", *model, "--json", says="argument")
        effnet_fails("explain", *model, "--json", f"{folder}/none.png", says="none.png")
        effnet_fails("explain", *model, "--json", "--precision", "fp8", picture(folder), says="fp8")
        effnet_fails("explain", *model, "--json", "--class", "unicorn", picture(folder), says="unicorn")
        effnet_fails("explain", *model, "--output", "/nonexistent/h.png", picture(folder),
                     says="/nonexistent")
        pathlib.Path(folder, "notes.png").write_text("not a picture")
        effnet_fails("explain", *model, "--json", f"{folder}/notes.png", says="notes.png")


tap.run(sys.modules[__name__])
