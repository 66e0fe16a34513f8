# SPDX-License-Identifier: BSD-2-Clause
"""What docs/scaling.md shows of other engines has a row for each file."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import tap
from effnet.files import FileClassifier

FOLDER = tempfile.TemporaryDirectory(prefix="effnet-snippets-")
HERE = pathlib.Path(FOLDER.name)
PAGE = (pathlib.Path(os.environ["EFFNET_SOURCES"]) / "docs/scaling.md").read_text("utf-8")
COUNT = 6


def pictures():
    paths = []
    for number, image in enumerate(tap.photographs(COUNT)):
        paths.append(str(HERE / f"{number}.jpg"))
        image.resize((80, 60)).save(paths[-1])
    pathlib.Path(paths[2]).write_bytes(b"no picture")
    return paths


PATHS = pictures()


def run(name):
    """The snippet that has NAME in it, which is run where "lite0" is found."""
    code, = (code for code in re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S) if name in code)
    code = f"paths = {PATHS}\n{code}".replace("        ...\n", "        print(json.dumps(found))\n")
    done = subprocess.run([sys.executable, "-c", f"import json\n{code}"], cwd=HERE, capture_output=True, text=True,
                          env={**os.environ, "GST_EFFICIENTNET_MODEL_PATH": os.path.dirname(tap.model())})
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def check(rows):
    own = FileClassifier(tap.model())
    expected = [row for path in PATHS for row in own.rows(path)]
    assert len(expected) == COUNT and sum(row["error"] is not None for row in expected) == 1
    rows.sort(key=lambda row: row["path"])
    for row, known in zip(rows, expected, strict=True):
        for name in ("path", "labels", "scores", "error"):
            assert row.get(name) == known[name], (row, known)


def read(pattern):
    return [json.loads(line) for path in HERE.glob(pattern) for line in path.read_text("utf-8").splitlines()]


def test_processes():
    check([row for line in run("ProcessPoolExecutor").splitlines() for row in json.loads(line)])


def test_dask():
    run("dask.bag")
    check(read("classes/*.jsonl"))


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
