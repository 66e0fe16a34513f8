# SPDX-License-Identifier: BSD-2-Clause
"""What the scripts share: how they show progress."""
import contextlib
import fcntl
import os
import pathlib
import pty
import struct
import subprocess
import sys
import tempfile
import termios

import tap

LIB = pathlib.Path(__file__).parents[2] / "pipelines/lib.sh"


def run(script, *arguments, text="", stderr=subprocess.PIPE):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'. "$0"; {script}', LIB, *arguments], input=text,
        stdout=subprocess.PIPE, stderr=stderr, text=True, check=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "40"})
    return done.stdout


def drawn(*arguments, text):
    """What is drawn on a terminal of 40 columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("4H", 24, 40, 0, 0))
    run('draw "$@"', *arguments, text=text, stderr=follower)
    os.close(follower)
    found = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(leader, 10000):
            found += part
    os.close(leader)
    return found.decode().split("\r\x1b[K")[1:]


def test_apt():
    """Shares become lines; the rest is kept for when something fails."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "log")
        out = run('read_progress "$1"', str(log), text="""Reading package lists...
Need to get 210 MB/211 MB of archives.
dlstatus:3:12.5:Retrieving file 3 of 250 (1min 5s remaining)
Get:1 http://deb.debian.org/debian bookworm/main amd64 gcc
pmstatus:gcc:40.2:Installing gcc (amd64)
E: Unable to fetch: some: archives
""")
        assert out.splitlines() == [
            " 12 % of 210 MB/211 MB  Retrieving file 3 of 250 (1min 5s remaining)",
            " 40 %  Installing gcc (amd64)"], out
        assert log.read_text().splitlines() == [
            "Reading package lists...", "Get:1 http://deb.debian.org/debian bookworm/main amd64 gcc",
            "E: Unable to fetch: some: archives"], log.read_text()


def test_draw():
    """Each line in place of the one before, no longer than the terminal is wide."""
    one, two, end = drawn(text=f"[1/2] Compiling a\n[2/2] {'x' * 100}\n")
    assert one == "  [1/2] Compiling a" and end == "", (one, end)
    assert two.startswith("  [2/2] xxx") and len(two) < 40, two
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as beside:
        assert drawn(beside.name, text="[1/2] a\n")[0] == "  [1/2] a"
        beside.write("lite0 3.1 MB")
        beside.flush()
        assert drawn(beside.name, text="[1/2] a\n")[0] == "  lite0 3.1 MB  [1/2] a"


def test_nowhere_to_draw():
    assert run("draw", text="[1/2] a\n") == ""


tap.run(sys.modules[__name__])
