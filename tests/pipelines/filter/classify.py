# SPDX-License-Identifier: BSD-2-Clause
"""effnet classify --files-from: a record of each input, whatever happens."""
import contextlib
import json
import os
import pathlib
import pty
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

import tap

# No element of ours is found outside the program.
os.environ["GST_PLUGIN_PATH"] = ""
# Of the sanitizers, one keeps what was freed, and the check for leaks crashes now and then where
# threads end beside it. The tests of filter/ in C check for leaks.
os.environ["ASAN_OPTIONS"] = (os.environ.get("ASAN_OPTIONS", "") +
                              ":detect_leaks=0:quarantine_size_mb=1")
FOLDER = tempfile.TemporaryDirectory(prefix="effnet-test-")
NAMES = ("chelsea.png", "rocket.jpg", "coffee.png")
SPARE = 5 << 10  # KiB


def path(name):
    return os.path.join(FOLDER.name, name)


def command(*arguments):
    return [tap.EFFNET, "classify", "--model", tap.model(), "--top-k", "2", *arguments]


def run(*arguments, code, given=b""):
    done = subprocess.run(command(*arguments), input=given, capture_output=True)
    assert done.returncode == code, (arguments, done)
    assert b"CRITICAL" not in done.stderr and b"WARNING" not in done.stderr, done.stderr
    return done


def records(*arguments, code=0, given=b""):
    done = run("--files-from", *arguments, code=code, given=given)
    assert done.stderr == b"", done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def fails(*arguments, says):
    done = run(*arguments, code=1)
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and says in lines[0], lines
    assert done.stdout == b"", done.stdout


def write_list(name, inputs):
    pathlib.Path(path(name)).write_text("".join(f"{one}\n" for one in inputs))
    return path(name)


def pictures(count):
    return [tap.sample(NAMES[i % len(NAMES)]) for i in range(count)]


def without_time(record):
    return {key: value for key, value in record.items() if key not in ("time", "index", "input")}


def test_as_arguments():
    """What files have as arguments, their records have."""
    inputs = pictures(7)
    expected = [json.loads(line) for line in run("--json", *inputs, code=0).stdout.splitlines()]
    for jobs in ("1", "3", "0"):
        found = records(write_list("list", inputs), "--jobs", jobs)
        assert [(one["index"], one["input"]) for one in found] == list(enumerate(inputs))
        assert list(map(without_time, found)) == list(map(without_time, expected))


def test_failures():
    bad = path("bad.png")
    pathlib.Path(bad).write_bytes(b"no picture at all")
    cat = tap.sample("chelsea.png")
    inputs = [cat, "/nonexistent.jpg", "", bad, FOLDER.name, cat, "http://127.0.0.1:9/a.jpg"]
    found = records(write_list("list", inputs), code=2)
    assert [one["input"] for one in found] == inputs, found
    assert ["error" in one for one in found] == [False, True, True, True, True, False, True], found
    assert "No such file" in found[1]["error"] and "empty" in found[2]["error"], found
    assert all("results" in one for one in found if "error" not in one)


def test_standard_input():
    inputs = pictures(3)
    found = records("-", given="\r\n".join(inputs).encode())
    assert [one["input"] for one in found] == inputs
    odd = path("odd\nname.png")
    os.symlink(tap.sample("chelsea.png"), odd)
    (found,) = records("-", "-0", given=odd.encode() + b"\0")
    assert found["input"] == odd and "results" in found
    assert records("-") == []


def test_wrong_ends():
    """Nothing is lost without a word."""
    listed = path("zeros")
    pathlib.Path(listed).write_bytes("\0".join(pictures(3)).encode())
    fails("--files-from", listed, says="-0")
    (found,) = records(write_list("list", pictures(3)), "-0", code=2)
    assert "error" in found, found


def test_names_that_are_no_text():
    name = os.fsencode(path("")) + b"\xff\xfe.png"
    os.symlink(os.fsencode(tap.sample("chelsea.png")), name)
    (found,) = records("-", given=name)
    assert found["input"].endswith("\ufffd\ufffd.png") and "results" in found, found


def test_unordered():
    inputs = pictures(9) + ["/nonexistent"]
    found = records(write_list("list", inputs), "--unordered", "--jobs", "4", code=2)
    assert sorted((one["index"], one["input"]) for one in found) == list(enumerate(inputs))


def test_flushed():
    """Whoever asks one by one is answered one by one."""
    with subprocess.Popen(command("--files-from", "-"), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        for i, name in enumerate(pictures(4)):
            process.stdin.write(name.encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["index"] == i
        process.stdin.close()
        assert process.stdout.read() == b"" and process.wait() == 0


def test_video():
    clip = path("clip.avi")
    subprocess.run(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=30", "!",
                    "video/x-raw,framerate=10/1", "!", "jpegenc", "!", "avimux", "!", "filesink",
                    f"location={clip}"], check=True)
    listed = write_list("list", [clip, tap.sample("chelsea.png")])
    for options, frames in (((), [0, 10, 20]), (("--frames-every", "500ms"), list(range(0, 30, 5))),
                            (("--frames-every", "2s"), [0, 20]),
                            (("--max-rate", "2"), list(range(0, 30, 5))),
                            (("--frames-every", "0"), list(range(30)))):
        video, picture = records(listed, *options)
        assert [one["frame"] for one in video["frames"]] == frames, (options, video)
        assert all(one["results"] for one in video["frames"]) and "frames" not in picture


def test_embedding():
    cat = tap.sample("chelsea.png")
    (found,) = records(write_list("list", [cat]), "--embedding", "--precision", "fp32")
    assert len(found["embedding"]) == 1280 and any(found["embedding"]), found
    (line,) = run("--json", "--embedding", "--precision", "fp32", cat, code=0).stdout.splitlines()
    assert json.loads(line)["embedding"] == found["embedding"]
    fails("--embedding", cat, says="--embedding")


def complete(output, inputs):
    """Each input has one record, and the file nothing else."""
    lines = pathlib.Path(output).read_text().splitlines()
    found = sorted((one["index"], one["input"]) for one in map(json.loads, lines))
    assert found == list(enumerate(inputs)), [one for one in enumerate(inputs) if one not in found]


def test_killed():
    """At any moment, with records that are whole, torn or still to be written."""
    inputs = pictures(40)
    inputs[7] = "/nonexistent"
    listed = write_list("list", inputs)
    chance = random.Random(1)
    for turn in range(4 if tap.sanitized() else 20):
        output = path(f"killed-{turn}.jsonl")
        options = ["--output", output, "--resume", "--files-from", listed, "--jobs", "3"]
        if turn % 2:
            options.append("--unordered")
        size, lines = chance.randrange(2000), chance.randrange(1, 38)
        with subprocess.Popen(command(*options)) as process:
            while process.poll() is None:
                if os.path.exists(output) and pathlib.Path(output).read_bytes().count(b"\n") >= lines:
                    break
                time.sleep(0.002)
            process.kill()
        if turn % 4 < 2:
            os.truncate(output, max(0, os.path.getsize(output) - size))
        run(*options, code=2)
        complete(output, inputs)
        run(*options, code=2)  # there is nothing left to do
        complete(output, inputs)


def test_resume_refused():
    inputs = pictures(3)
    listed, output = write_list("list", inputs), path("refused.jsonl")
    run("--files-from", listed, "--output", output, code=0)
    before = pathlib.Path(output).read_bytes()
    fails("--files-from", listed, "--output", output, says="--resume")
    other = write_list("other", inputs[::-1])
    fails("--files-from", other, "--output", output, "--resume", says="another list")
    shorter = write_list("other", inputs[:2])
    fails("--files-from", shorter, "--output", output, "--resume", says="another list")
    assert pathlib.Path(output).read_bytes() == before
    longer = write_list("other", inputs + inputs)
    run("--files-from", longer, "--output", output, "--resume", code=0)
    assert pathlib.Path(output).read_bytes().startswith(before)
    complete(output, inputs + inputs)


def on_terminal(*arguments, **streams):
    """What a terminal shows of a run some of whose inputs fail."""
    reader, writer = pty.openpty()
    streams = {name: writer if stream is None else stream for name, stream in streams.items()}
    done = subprocess.run(command("--files-from", *arguments), **streams)
    os.close(writer)
    assert done.returncode == 2, done
    shown = b""
    with contextlib.suppress(OSError):  # where nobody writes any longer
        while more := os.read(reader, 1 << 16):
            shown += more
    os.close(reader)
    return shown.decode()


def test_progress():
    """On a terminal, and nowhere else."""
    listed = write_list("list", [*pictures(2), "/nonexistent"])
    shown = on_terminal(listed, stdout=subprocess.DEVNULL, stderr=None)
    assert "3 of 3, " in shown and "1 failed" in shown, shown


def test_progress_beside_records():
    """Of records on a terminal, each has a line of its own; those in a file leave it free."""
    listed = write_list("list", [*pictures(2), "/nonexistent"])
    shown = on_terminal(listed, stdout=None, stderr=None)
    assert [json.loads(line)["index"] for line in shown.splitlines()] == [0, 1, 2], shown
    shown = on_terminal(listed, "--output", path("shown.jsonl"), stdout=None, stderr=None)
    assert "3 of 3, " in shown, shown


def give(pipe, names):
    pipe.write("".join(f"{name}\n" for name in names).encode())
    pipe.flush()


def test_memory():
    """It does not grow with the list."""
    peaks = []
    with subprocess.Popen(command("--files-from", "-"), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        for part in (pictures(6) + ["/nonexistent"] * 1000,
                     [f"/nonexistent/{i:040}" for i in range(100_000)]):
            given = threading.Thread(target=give, args=(process.stdin, part))
            given.start()
            for _ in part:
                assert process.stdout.readline()
            given.join()
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peaks.append(int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.M)[1]))
        process.stdin.close()
    assert peaks[1] <= peaks[0] + SPARE, peaks


def test_shares():
    """As xargs hands lists out, and as splitting them does."""
    inputs = pictures(5)
    out = subprocess.run(["xargs", "-n", "2", *command("--json")], input="\n".join(inputs),
                         capture_output=True, text=True, check=True).stdout
    assert [json.loads(line)["stream"] for line in out.splitlines()] == inputs
    parts = [records("-", given="\n".join(inputs[i::2]).encode()) for i in range(2)]
    assert sorted(one["input"] for part in parts for one in part) == sorted(inputs)


def test_refused_options():
    listed = write_list("list", pictures(1))
    fails("--files-from", "/nonexistent/list", says="/nonexistent/list")
    fails("--files-from", listed, "x.jpg", says="as arguments")
    fails("--files-from", listed, "--sort-into", path("sorted"), says="--sort-into")
    fails("--files-from", listed, "--format", "csv", says="--format")
    fails("--files-from", listed, "--resume", says="--output")
    fails("--files-from", listed, "--jobs", "-1", says="--jobs")
    fails("--files-from", listed, "--frames-every", "soon", says="--frames-every")
    fails("--files-from", listed, "--frames-every", "1s", "--max-rate", "1", says="--max-rate")
    fails("--files-from", listed, "--output", "/nonexistent/out", says="/nonexistent/out")
    fails("--files-from", listed, "--model", "/nonexistent.pth", says="/nonexistent.pth")
    for option in ("--unordered", "-0", "--resume", "--jobs=1", "--output=x"):
        fails(option, tap.sample("chelsea.png"), says="--files-from")


tap.run(sys.modules[__name__])
