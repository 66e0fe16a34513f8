# SPDX-License-Identifier: BSD-2-Clause
"""Streams together: outputs, signals, a terminal."""
import datetime
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree

import kafka
import tap
from watching import MODEL, PATIENCE, RtspServer, Watch, folder, scratch, video, watch


def test_plain_lines():
    lines = watch("film=" + video(40)).splitlines()
    assert lines, "nothing was recognised"
    for line in lines:
        assert re.fullmatch(r"film  \d+\.\d{3} s(  \S+ \d+\.\d %)+", line), line


def test_on_change():
    """Each change reaches the command in its environment, without a shell."""
    out = scratch("changes")
    script = scratch("on change.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write("import os, sys\n"
                   "with open(sys.argv[1], 'a') as file:\n"
                   "    print(os.environ['EFFNET_STREAM'], os.environ['EFFNET_LABEL'], sys.argv[2],\n"
                   "          file=file)\n")
    command = f"{sys.executable} '{script}' {out} $(id)"
    with Watch("--realtime", "--threshold", "0", "--on-change", command, "front door=" + video(40)
               ) as run:
        assert run.end() == 0, run.err
    changes = open(out, encoding="utf-8").read().splitlines()
    shown = [line.split("  ")[2].rsplit(" ", 2)[0] for line in run.out.splitlines()]
    assert changes and all(line.startswith("front door ") and line.endswith(" $(id)")
                           for line in changes), changes
    labels = [line.removeprefix("front door ").removesuffix(" $(id)") for line in changes]
    rest = iter(shown)  # newer changes may have replaced some
    assert all(label in rest for label in labels), (labels, shown)
    with Watch("--threshold", "0", "--on-change", "/nonexistent", video(40)) as run:
        assert run.end() == 0 and run.err.count("on-change: ") == 1, run.err


def test_installed_elements():
    """Where GStreamer cannot start its scanner, it loads the installed elements into the program,
    and these are taken: nothing may look into them but by their properties and queries."""
    installed = {"GST_REGISTRY_FORK": "no", "GST_REGISTRY": scratch("registry.bin")}
    frames = [json.loads(line) for line in tap.effnet(
        "watch", "--model", MODEL, "--json", "--threshold", "0", "--snapshot", scratch("seen"),
        "--capture-classes", "0,1", video(40), **installed).splitlines()]
    assert len(frames) > 10 and all(frame["results"] for frame in frames), frames


def test_signals():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Watch("--json", "a=videotest:", "b=videotest:ball") as run:
            run.wait_frames(1, "a")
            run.wait_frames(1, "b")
            assert run.stop(number) == 0, number
            assert run.err == "", run.err


def test_reader_that_does_not_read():
    """A slow reader is waited for, but not at the end."""
    with Watch("--json", "videotest:") as run:
        run.wait_frames(1)
        time.sleep(4)  # by then the pipe is full, or the program slower
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(PATIENCE) == 0


def test_reader_that_leaves():
    done = subprocess.run(f"{tap.EFFNET} watch --model {MODEL} --json videotest: | head -n 1",
                          shell=True, capture_output=True, text=True, timeout=PATIENCE)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.splitlines() == ["effnet watch: nobody reads the standard output any longer"]


def test_full_disk():
    with open("/dev/full", "w") as full:
        done = subprocess.run([tap.EFFNET, "watch", "--model", MODEL, "--json", "videotest:"],
                              stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr


def test_publish_to_file():
    """Several streams to one file; the lines are those of --json, and are appended."""
    out = scratch("out.jsonl")
    with open(out, "w", encoding="utf-8") as file:
        file.write('{"stream":"before"}\n')
    printed = watch("--json", "--publish", out, "a=" + video(40), "b=" + video(40))
    with open(out, encoding="utf-8") as file:
        published = file.read().splitlines()
    assert json.loads(published[0])["stream"] == "before"
    assert sorted(published[1:]) == sorted(printed.splitlines()) and len(published) > 60
    frames = [json.loads(line) for line in published[1:]]
    for name in "ab":
        numbers = [f["frame"] for f in frames if f["stream"] == name]
        assert numbers == sorted(numbers)


def test_publish_fails():
    for to, says in ((scratch("no/such/folder"), "cannot be written"), ("mqtt://host", "publish"),
                     ("mqtt://host/", "publish"), ("mqtt:///topic", "publish")):
        with Watch("--publish", to, "videotest:") as run:
            assert run.end() == 1 and says in run.err and run.err.count("\n") == 1, (to, run.err)
    # Errors that only the element can tell; or, without its plugin, that it is missing.
    for to, says in (("mqtt://me:secret@host/topic", "user and password"), ("mqtt://host/a/#", "topic"),
                     ("kafka://me:secret@host/topic", "user and password"), ("kafka://host/a b", "topic")):
        with Watch("--publish", to, "videotest:") as run:
            assert run.end() == 1 and re.search(f"{says}|efficientnet(mqtt|kafka)", run.err) and \
                run.err.count("\n") == 1 and "secret" not in run.err, (to, run.err)


def test_model_fails():
    with Watch("videotest:", model="/nonexistent.pth") as run:
        assert run.end() == 1 and "/nonexistent.pth" in run.err and run.err.count("\n") == 1, run.err


def test_model_of_all_fails():
    with Watch("a=videotest:", "b=videotest:", model="/nonexistent.pth") as run:
        assert run.end() == 1 and run.out == "", run.out
    lines = sorted(run.err.splitlines())
    assert len(lines) == 3 and all("/nonexistent.pth" in line for line in lines[1:]), lines
    assert lines[0] == "effnet watch: 2 of 2 streams failed", lines


def test_own_models():
    """If one stream's model cannot be opened, the others go on, before and after it."""
    config = scratch("models.conf")
    for bad, good in ("ab", "ba"):
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[watch]\nmodel={MODEL}\n")
            for name in "ab":
                file.write(f"[stream {name}]\nsource={video(40)}\n")
                file.write("model=/nonexistent.pth\n" if name == bad else "")
        done = subprocess.run([tap.EFFNET, "watch", "--json", "--config", config],
                              capture_output=True, text=True, timeout=PATIENCE)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 1 and {line["stream"] for line in lines} == {good}, lines
        assert f"{bad}: " in done.stderr and "/nonexistent.pth" in done.stderr, done.stderr


def test_config():
    config = scratch("fleet.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"# Two films\n[watch]\nmodel={MODEL}\ntop-k=2\nthreshold=0\njson=true\n"
                   f"[stream first]\nsource={video(40)}\n"
                   f"[stream second]\nsource={video(40)}\ntop-k=4\ninference-interval=10\n")

    def classes(*arguments):
        done = subprocess.run([tap.EFFNET, "watch", "--config", config, *arguments], check=True,
                              stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        found = {}
        for line in done.stdout.splitlines():
            frame = json.loads(line)
            found.setdefault(frame["stream"], []).append(len(frame["results"][0]["classes"]))
        return found

    found = classes()
    assert set(found["first"]) == {2} and set(found["second"]) == {4}, found
    assert len(found["first"]) > 30 and len(found["second"]) == 4, found
    found = classes("--top-k", "3", "third=" + video(40))
    assert {k for counts in found.values() for k in counts} == {3}, found
    assert list(sorted(found)) == ["first", "second", "third"], found


def test_example():
    """The example is accepted, except for its cameras."""
    with open(os.environ["EFFNET_FLEET_CONF"], encoding="utf-8") as file:
        text = re.sub(r"(?m)^source=.*", f"source={video(40)}", file.read())
    text = text.replace("8080", "0").replace("model=lite0", f"model={MODEL}")
    config = scratch("example.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)
    with Watch("--config", config) as run:
        assert run.end() == 0, run.err
    assert "door  " in run.out and os.path.getsize(scratch("yard.mkv")) > 0, run.out


def test_config_fails():
    config = scratch("bad.conf")
    for text, says in (("", "name a source"), ("nonsense", "bad.conf"), ("[x]\n", "not [x]"),
                       ("[watch]\nrecrod=1\n", '"recrod"'), ("[stream a]\n", '"source"'),
                       ("[stream a]\nsource=videotest:\nhttp=80\n", '"http"'),
                       ("[stream a]\nsource=videotest:\ntop-k=0\n", "top-k"),
                       ("[watch]\njson=perhaps\n", "json"),
                       ("[stream a]\nsource=videotest:\ntransport=pigeon\n", "pigeon")):
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        with Watch("--config", config) as run:
            assert run.end() == 1 and says in run.err and run.err.count("\n") == 1, (text, run.err)
    with Watch("--config", "/nonexistent.conf") as run:
        assert run.end() == 1 and "/nonexistent.conf" in run.err, run.err


def read_terminal(*arguments, until, stdout=True):
    """What a terminal shows, until UNTIL; SIGINT ends it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([tap.EFFNET, "watch", "--model", MODEL, *arguments],
                               stdout=theirs if stdout else subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    text, end, sent = b"", time.monotonic() + PATIENCE, False
    while time.monotonic() < end:
        try:
            text += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not sent and re.search(until, text, re.S):
            process.send_signal(signal.SIGINT)
            sent = True
    assert sent and process.wait(PATIENCE) == 0, text
    os.close(ours)
    return text.decode()


def test_terminal():
    """A line per stream, redrawn in the same place; notes are above."""
    text = read_terminal("a=videotest:", "bad=rtsp://127.0.0.1:1/x",
                         until=rb"a +\S+/s  \d.*lost, again in.*a +\S+/s  \d")
    assert "\033[2A" in text, text
    assert "effnet watch: bad: " in text and "connecting anew" in text, text
    assert re.search(r"a    ended after \d+ frames\x1b\[K\r\nbad  ended", text), text[-500:]


FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^ "]+)(?: |$)')


def read_logfmt(line):
    assert FIELD.sub("", line) == "", line
    return {key: json.loads(value) if value.startswith('"') else value
            for key, value in FIELD.findall(line)}


def check_log(form, read):
    uri = f"rtsp://127.0.0.1:{tap.free_port()}/video"
    # Quotes, a line's end, what is not UTF-8, a password.
    path = '/nonexistent/"\n\udcff rtsp://me:secret@host/a'
    began = datetime.datetime.utcnow()
    with Watch("--log", form, "--json", "--shard", "0/1", f'front "door"={uri}',
               "gone=" + path, "good=videotest:") as run:
        run.wait_says("connecting anew")
        run.wait_says("No such file")
        with RtspServer(video(), int(uri.split(":")[2].split("/")[0])):
            run.wait_says('"is back"')
            assert run.stop() == 0, run.err
    said = [read(line) for line in run.err.splitlines()]
    times = [datetime.datetime.strptime(r["time"], "%Y-%m-%dT%H:%M:%S.%fZ") for r in said]
    second = datetime.timedelta(seconds=1)
    assert times == sorted(times) and began - second < times[0], times
    assert times[-1] < datetime.datetime.utcnow() + second, times
    said = [(r["level"], r.get("stream"), r["msg"]) for r in said]
    assert ("error", "gone", '/nonexistent/"\n\ufffd rtsp://me:***@host/a: No such file or directory'
            ) in said, said
    lost = [msg for level, stream, msg in said if level == "warning" and stream == 'front "door"']
    assert lost and all(msg.endswith("; connecting anew until it is back") for msg in lost), said
    assert ("info", 'front "door"', "is back") in said, said
    assert said[0] == ("info", None, "3 of 3 streams are those of shard 0 of 1"), said
    assert "secret" not in run.err, run.err


def test_log_json():
    check_log("json", json.loads)


def test_log_logfmt():
    check_log("logfmt", read_logfmt)


def test_log_of_one():
    """Why the only stream failed names it, too; mistakes in the options are records as well."""
    with Watch("--log", "logfmt", "cam=/nonexistent/a.mkv") as run:
        assert run.end() == 1
    said = [read_logfmt(line) for line in run.err.splitlines()]
    assert [(r["level"], r.get("stream"), r["msg"]) for r in said] == [
        ("error", "cam", "/nonexistent/a.mkv: No such file or directory"),
        ("error", None, "1 of 1 streams failed")], said
    with Watch("--log", "json", "--timeout", "x", "videotest:") as run:
        assert run.end() == 1
    assert json.loads(run.err)["msg"].startswith("timeout must be"), run.err
    with Watch("--log", "xml", "videotest:") as run:
        assert run.end() == 1
    assert 'log must be text, logfmt or json, not "xml"' in run.err, run.err


def test_log_on_a_terminal():
    """Nothing is drawn among records."""
    text = read_terminal("--log", "json", "a=videotest:ball", "bad=/nonexistent/a.mkv",
                         until=rb"a  \d+\.\d+ s .*\n.*No such file|No such file.*\na  \d+\.\d+ s ")
    lines = text.splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    assert ("error", "bad") in {(r["level"], r.get("stream")) for r in records}, text
    assert all(line.startswith(("{", "a  ")) for line in lines), text


def test_progress():
    for stdout in (True, False):
        text = read_terminal("--realtime", video(), until=rb"\d %  1\.\dx  0:0\d left", stdout=stdout)
        assert "video80.mkv" in text


def test_batch():
    with Watch("--json", "--batch", "2", "a=" + video(40), "b=" + video(40)) as run:
        code = run.end()
    assert code == 0, run.err
    assert len(run.frames("a")) == len(run.frames("b")) > 30


class FakeBroker(threading.Thread):
    """As much of an MQTT broker as receives what is published, into messages of topic and text."""

    def __init__(self):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.messages = []
        self.start()

    def run(self):
        while True:
            client, _ = self.server.accept()
            with client, client.makefile("rb") as file:
                while packet := self.read(file):
                    self.answer(client, *packet)

    @staticmethod
    def read(file):
        head = file.read(1)
        if not head:
            return None
        length = shift = 0
        while (byte := file.read(1)[0]) & 0x80:
            length |= (byte & 0x7f) << shift
            shift += 7
        return head[0], file.read(length | byte << shift)

    def answer(self, client, kind, body):
        if kind >> 4 == 1:  # CONNECT
            client.sendall(b"\x20\x02\x00\x00")
        elif kind >> 4 == 12:  # PINGREQ
            client.sendall(b"\xd0\x00")
        elif kind >> 4 == 3:  # PUBLISH
            end = 2 + int.from_bytes(body[:2], "big")
            number = body[end:end + 2] if kind & 6 else b""
            self.messages.append((body[2:end].decode(), body[end + len(number):]))
            if kind & 6:
                client.sendall(b"\x40\x02" + number)


def test_mqtt():
    broker = FakeBroker()
    with Watch("--json", "--publish", f"mqtt://127.0.0.1:{broker.port}/effnet/%s",
               "cam=" + video(40)) as run:
        code = run.end()
    if code and "method" in run.err:
        raise tap.Skip("it is built without method=mqtt (libmosquitto-dev, -Dmqtt)")
    assert code == 0, run.err
    assert {topic for topic, _ in broker.messages} == {"effnet/cam"}
    received = [json.loads(text) for _, text in broker.messages]
    assert [f["frame"] for f in received] == [f["frame"] for f in run.frames()]
    assert {f["stream"] for f in received} == {"cam"}


def test_publish_format():
    broker = FakeBroker()
    with Watch("--json", "--publish", f"mqtt://127.0.0.1:{broker.port}/frigate",
               "--publish-format", "frigate", "--threshold", "0", "cam=" + video(40)) as run:
        code = run.end()
    if code and "method" in run.err:
        raise tap.Skip("it is built without method=mqtt (libmosquitto-dev, -Dmqtt)")
    assert code == 0, run.err
    best = [f["results"][0]["classes"][0]["label"] for f in run.frames()]
    changes = [label for i, label in enumerate(best) if i == 0 or best[i - 1] != label]
    assert [text.decode() for _, text in broker.messages] == changes
    assert {topic for topic, _ in broker.messages} == {"frigate/cam/classification/lite0"}


def test_publish_onvif():
    broker = FakeBroker()
    with Watch("--json", "--publish", f"mqtt://127.0.0.1:{broker.port}/cams", "--publish-format", "onvif",
               "cam=" + video(40)) as run:
        code = run.end()
    if code and "method" in run.err:
        raise tap.Skip("it is built without method=mqtt (libmosquitto-dev, -Dmqtt)")
    assert code == 0, run.err
    frame = "{http://www.onvif.org/ver10/schema}Frame"
    documents = [xml.etree.ElementTree.fromstring(text) for _, text in broker.messages]
    assert len(documents) == len(run.frames()) > 0, run.out
    assert all(len(list(document.iter(frame))) == 1 for document in documents)


def test_kafka():
    if not kafka.load():
        raise tap.Skip("there is no mock cluster (librdkafka-dev)")
    config = scratch("kafka.properties")
    with open(config, "w", encoding="utf-8") as file:
        file.write("acks=1\ncompression.type=gzip\n")
    with kafka.Mock() as mock:
        mock.create("effnet.front_door")
        with Watch("--json", "--publish", f"kafka://{mock.address}/effnet.%s", "--kafka-config", config,
                   "front door=" + video(40)) as run:
            code = run.end()
        if code and "method" in run.err:
            raise tap.Skip("it is built without method=kafka (librdkafka-dev, -Dkafka)")
        assert code == 0, run.err
        records = mock.read("effnet.front_door", len(run.frames()))
    assert [record["frame"] for _, record in records] == [f["frame"] for f in run.frames()]
    assert {(key, record["stream"]) for key, record in records} == {("front door", "front door")}


def test_nobody():
    """Without a broker, the stream goes on, and lines that nobody got are counted."""
    for method in "mqtt", "kafka":
        with Watch("--json", "--publish", f"{method}://127.0.0.1:{tap.free_port()}/topic", "cam=" + video(40)
                   ) as run:
            code = run.end()
        if code and "method" in run.err:
            raise tap.Skip(f"it is built without method={method} (-D{method})")
        lost = len(run.frames())
        assert code == 0 and lost > 0, run.err
        assert f"cam: of {lost} lines the broker did not get {lost}" in run.err, run.err


def test_config_is_a_file():
    """A pipe without a writer is not waited for, nor a device read for ever."""
    fifo = scratch("fifo.conf")
    os.mkfifo(fifo)
    for path in (fifo, "/dev/zero", folder.name):
        with Watch("--config", path) as run:
            assert run.end() == 1 and f"{path} is no regular file" in run.err, run.err


def test_fifo_without_a_writer():
    """A FIFO without a writer delays neither other streams nor the end of the program."""
    fifo = scratch("silent")
    os.mkfifo(fifo)
    with Watch("--json", "silent=" + fifo, "cam=videotest:") as run:
        run.wait_frames(1, "cam")
        assert run.stop() == 0, run.err


def test_shards():
    """Two programs divide four streams, first 4:0, then 3:1; no stream is watched twice."""
    count = scratch("shards")
    sources = [f"{name}=videotest:" for name in ("door", "cam0", "cam1", "cam10")]
    common = ("--json", "--threshold", "0", "--max-rate", "5", *sources)
    with open(count, "w", encoding="ascii") as file:
        file.write("1\n")
    with Watch("--shard", f"0/{count}", *common) as first, \
            Watch("--shard", f"1/{count}", *common) as second:
        first.wait_says("4 of 4 streams are those of shard 0 of 1")
        second.wait_says("0 of 4 streams are those of shard 1 of 1")
        for name in ("door", "cam0", "cam1", "cam10"):
            first.wait_frames(2, name)
        with open(count, "w", encoding="ascii") as file:
            file.write("nonsense")
        second.wait_says('must say how many shards there are, from 1 to 10000, not "nonsense"')
        with open(count, "w", encoding="ascii") as file:
            file.write("2\n")
        second.wait_says("1 of 4 streams are those of shard 1 of 2")
        second.wait_frames(2, "cam10")
        first.wait_says("3 of 4 streams are those of shard 0 of 2")
        first.wait_frames(2, "cam1", len(first.frames("cam1")))
        assert first.frames("cam10")[-1]["time"] < second.frames("cam10")[0]["time"]
        assert not second.frames("door") and not second.frames("cam0") and not second.frames("cam1")
        os.unlink(count)
        second.wait_says("No such file")
        assert first.stop() == 0 and second.stop() == 0, first.err + second.err


def test_shard_without_a_count():
    with Watch("--shard", "0//nonexistent", "videotest:") as run:
        assert run.end() == 1 and "/nonexistent" in run.err and run.err.count("\n") == 1, run.err


def test_too_many_streams():
    config = scratch("many.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write("[watch]\nmodel=/nonexistent.pth\n")
        for number in range(1025):
            file.write(f"[stream {number}]\nsource=videotest:\n")
    with Watch("--config", config) as run:
        assert run.end() == 1 and "at most 1024 streams, and these are 1025" in run.err, run.err


def test_names_are_bounded():
    with Watch("n" * 300 + "=videotest:") as run:
        assert run.end() == 1 and "at most 256 bytes" in run.err, run.err
        assert len(run.err) < 1000, run.err


tap.run(sys.modules[__name__])
