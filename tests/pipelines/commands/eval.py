# SPDX-License-Identifier: BSD-2-Clause
import csv
import json
import os
import pathlib
import sys
import tempfile

import tap
from tap import effnet, effnet_fails

IMAGES, TABLE = f"{tap.DATA}/images", f"{tap.DATA}/lite0.tsv"


def reference():
    """For each picture, its file, its class and the reference's first five classes."""
    tap.need(TABLE, "../shared/data")
    rows = [line.split("\t") for line in pathlib.Path(TABLE).read_text().splitlines()]
    rows = [(row[0], row[1], row[2].split(",")) for row in rows if not row[0].startswith("#")]
    return rows[:30] if tap.sanitized() else rows


def evaluate(*options):
    return json.loads(effnet("eval", "--json", *options))


def with_list(test):
    def run():
        rows = reference()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "list.csv")
            path.write_text("".join(f"{IMAGES}/{name},{true}\n" for name, true, _ in rows))
            test(folder, str(path), rows)
    return run


@with_list
def test_accuracies(folder, path, rows):
    """The table's figures; a difference of one grey level changes one picture at most."""
    first = sum(true == told[0] for _, true, told in rows)
    five = sum(true in told for _, true, told in rows)
    found = evaluate("--list", path, "--model", tap.model(), "--precision", "fp32", "--precision", "auto")
    for model in found["models"]:
        assert model["pictures"] == len(rows) and model["broken"] == 0, model
        assert abs(model["right"] - first) <= 1 and abs(model["right5"] - five) <= 1, model
        assert model["interval"][0] < model["accuracy"] < model["interval"][1], model
        assert len(model["worst"]) == len(rows) - model["right"], model["worst"]
    assert found["models"][0]["precision"] == "fp32", found
    difference, = found["differences"]
    assert difference["p"] > 0.05, difference


@with_list
def test_confusion(folder, path, rows):
    table, picture = f"{folder}/c.csv", f"{folder}/c.png"
    found = evaluate("--list", path, "--model", tap.model(), "--confusion", table)
    with open(table, newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    assert header[0] == "" and [line[0] for line in lines] == header[1:], header
    right = sum(int(line[i + 1]) for i, line in enumerate(lines))
    assert right == found["models"][0]["right"], (right, found["models"][0]["right"])
    assert sum(int(n) for line in lines for n in line[1:]) == len(rows)
    effnet("eval", "--list", path, "--model", tap.model(), "--confusion", picture)
    assert pathlib.Path(picture).read_bytes().startswith(b"\x89PNG")


def test_folder():
    """Folders may be named by labels, by the first of several synonyms, or by numbers."""
    rows = {name.split("_", 1)[1].split(".")[0]: (name, true) for name, true, _ in reference()}
    with tempfile.TemporaryDirectory() as folder:
        for label, called in (("tench", "TENCH"), ("hermit_crab", "125"), ("brambling", "brambling")):
            if label in rows:
                os.makedirs(f"{folder}/{called}")
                os.symlink(f"{IMAGES}/{rows[label][0]}", f"{folder}/{called}/1.jpg")
        found, = evaluate(folder, "--model", tap.model())["models"]
        assert found["pictures"] >= 2 and found["accuracy"] == 1, found
        text = effnet("eval", folder, "--model", tap.model())
        assert "100.0 %" in text and "tench" in text, text
        two = effnet("eval", folder, "--model", tap.model(), "--model", tap.model(), "--precision", "fp32")
        assert "alone is right 0 times" in two and "may be chance" in two, two


def test_failures():
    with tempfile.TemporaryDirectory() as folder:
        model = ("--model", tap.model())
        effnet_fails("eval", *model, says="name one folder")
        effnet_fails("eval", folder, *model, says="no folders in it")
        os.makedirs(f"{folder}/unicorn")
        image = tap.photographs(1)[0]
        image.save(f"{folder}/unicorn/1.png")
        effnet_fails("eval", folder, *model, says="unicorn is no label")
        os.rename(f"{folder}/unicorn", f"{folder}/crane")
        effnet_fails("eval", folder, *model, says="2 classes")
        os.rename(f"{folder}/crane", f"{folder}/517")
        effnet_fails("eval", folder, *model, "--precision", "quick", says="quick")
        effnet_fails("eval", folder, *model, "--confusion", "x.gif", says=".csv or .png")
        effnet_fails("eval", folder, *model, "--confusion", "/nonexistent/x.csv", says="/nonexistent")
        pathlib.Path(folder, "several.csv").write_text("517/1.png,1;2\n")
        effnet_fails("eval", "--list", f"{folder}/several.csv", *model, says="several labels")


tap.run(sys.modules[__name__])
