# SPDX-License-Identifier: BSD-2-Clause
"""Whole pipelines, as a user runs them: what they print, what they leave, and what Python reads."""
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
import xml.etree.ElementTree

import broker
import kafka
import tap

LAUNCH = "gst-launch-1.0"
NET = 'efficientnet model-options="o,resolution=32"'
# What a documented line needs and a test machine lacks.
INSTEAD = {
    r"filesrc location=\S+ ! decodebin": "videotestsrc num-buffers=1",
    r"uridecodebin uri=\S+": "videotestsrc num-buffers=30",
    r"v4l2src": "videotestsrc num-buffers=30",
    r"autovideosink": "fakesink",
}
# What a record has, other than one of JSON lines.
BEGINS = {"format=dlstreamer": '"objects":[{', "format=onvif": "<tt:Object "}
TT = "{http://www.onvif.org/ver10/schema}"

folder = tempfile.TemporaryDirectory(prefix="effnet-test-")
subprocess.run([os.environ["EFFNET_WRITE_LITE0"], f"{folder.name}/default.safetensors"], check=True)
os.environ["GST_EFFICIENTNET_MODEL_PATH"] = folder.name


def run(line, **environment):
    return subprocess.run(line, shell=True, capture_output=True, text=True, cwd=folder.name,
                          env={**os.environ, **environment})


def succeed(line, **environment):
    done = run(line, **environment)
    assert done.returncode == 0, f"{line}: exit {done.returncode}: {done.stderr[-2000:]}"
    assert "CRITICAL" not in done.stderr and "WARNING" not in done.stderr, done.stderr[-2000:]
    return done


def test_json_lines():
    done = succeed(f"{LAUNCH} -q videotestsrc num-buffers=3 ! {NET} ! efficientnetpublish ! fakesink")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["frame"] for line in lines] == [0, 1, 2], lines
    for line in lines:
        assert list(line) == ["stream", "frame", "pts", "time", "resolution", "results"], line
        result, = line["results"]
        assert list(result) == ["element", "model", "region", "roi_id", "age", "classes"], result
        scores = [c["score"] for c in result["classes"]]
        assert len(scores) == 5 and scores == sorted(scores, reverse=True), scores
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), line


def is_missing(element):
    return run(f"gst-inspect-1.0 --exists {element}").returncode != 0


def documented_lines():
    sources = os.environ["EFFNET_PLUGIN_SOURCES"]
    for name in sorted(os.listdir(sources)):
        with open(os.path.join(sources, name), encoding="utf-8") as source:
            text = source.read()
        for block in re.findall(r"\|\[\n(.*?)\n \* \]\|", text, re.S):
            line = re.sub(r"^ \* ?", "", block, flags=re.M)
            if line.startswith(LAUNCH):
                yield name, line.replace("\\\n", " ")


def test_documented_lines():
    lines = list(documented_lines())
    assert len(lines) >= 8, lines
    if is_missing("efficientnetoverlay"):
        lines = [line for line in lines if "efficientnetoverlay" not in line[1]]
    with broker.Broker() as mqtt, kafka.Mock() as cluster:
        for name, line in lines:
            for pattern, instead in {**INSTEAD, "localhost:1883": mqtt.address,
                                     "localhost:9092": cluster.address}.items():
                line = re.sub(pattern, instead, line)
            done = succeed(line)
            if "efficientnetpublish" in line and ".jsonl" not in line and "method=" not in line:
                key = next((word for form, word in BEGINS.items() if form in line), '"results":[{')
                assert key in done.stdout, f"{name}: {line}: {done.stdout!r}"
    with open(f"{folder.name}/cam0.jsonl", encoding="utf-8") as published:
        assert [json.loads(line)["frame"] for line in published] == [0, 10, 20]


def test_onvif():
    """Each line is a document, whatever the labels are."""
    labels = ["<a>&\"'", "\x01\x02", "\ufffe", "]]>", *"defghi"]
    with open(f"{folder.name}/labels.txt", "w", encoding="utf-8") as file:
        file.writelines(f"{label}\n" for label in labels)
    done = succeed(f"{LAUNCH} -q videotestsrc num-buffers=3 ! {NET} top-k=10 name=net labels-file=labels.txt "
                   f"! efficientnetpublish format=onvif stream='<door>' ! fakesink")
    lines = done.stdout.splitlines()
    assert len(lines) == 3, lines
    for line in lines:
        document = xml.etree.ElementTree.fromstring(line)
        frame = document.find(f"{TT}VideoAnalytics/{TT}Frame")
        assert frame.get("Source") == "net", line
        datetime.datetime.fromisoformat(frame.get("UtcTime").replace("Z", "+00:00"))
        types = frame.findall(f"{TT}Object/{TT}Appearance/{TT}Class/{TT}Type")
        assert sorted(kind.text for kind in types) == sorted(
            ["<a>&\"'", "  ", "\ufffd", "]]>", *"defghi"]), line
        assert abs(sum(float(kind.get("Likelihood")) for kind in types) - 1) < 1e-4, line


def test_reader_gone():
    done = run(f"{LAUNCH} -q videotestsrc num-buffers=2000 ! {NET} inference-interval=100 ! "
               f"efficientnetpublish ! fakesink | head -n 1")
    assert len(done.stdout.splitlines()) == 1
    assert "nobody reads standard output" in done.stderr, done.stderr


def objects_left(stderr):
    assert "object-alive.class" in stderr, "the tracer leaks is not there"
    return re.findall(r"object-alive, type-name=\(string\)(?!%s).*", stderr)


def test_leaks():
    """Neither a pipeline that played nor one that was refused leaks objects."""
    environment = {"GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1"}
    done = run(f"{LAUNCH} -q videotestsrc num-buffers=30 ! tee name=t ! queue ! {NET} ! fakesink "
               f"t. ! queue ! {NET} late-policy=skip-inference post-messages=all "
               "! efficientnetpublish location=leaks.jsonl ! fakesink", **environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not objects_left(done.stderr), objects_left(done.stderr)
    overlay = "identity" if is_missing("efficientnetoverlay") else "efficientnetoverlay"
    share = "model-instance-id=leaks batch-size=2 batch-timeout=1000000"
    done = run(f"{LAUNCH} -q videotestsrc num-buffers=30 ! tee name=t ! queue ! {NET} {share} ! {overlay} "
               f"! fakesink t. ! queue ! {NET} {share} ! {overlay} ! videoconvert ! fakesink",
               **environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not objects_left(done.stderr), objects_left(done.stderr)
    done = run(f"{LAUNCH} -q videotestsrc num-buffers=30 ! {NET} model=/nonexistent/m.pth ! fakesink",
               **environment)
    assert done.returncode != 0 and "/nonexistent/m.pth" in done.stderr, done.stderr[-2000:]
    assert not objects_left(done.stderr), objects_left(done.stderr)


def read_meta(buffer):
    """Results as any program reads them, without a header or a library of ours."""
    ok, results = buffer.get_custom_meta("GstEfficientNetMeta").get_structure().get_list("results")
    assert ok and results.n_values == 1
    result = results.get_nth(0)
    arrays = {}
    for field in ("labels", "indices", "scores"):
        ok, array = result.get_array(field)
        assert ok
        arrays[field] = [array.get_nth(i) for i in range(array.n_values)]
    numbers = {field: result.get_int(field)[1] for field in ("x", "y", "w", "h", "width", "height",
                                                             "roi_id")}
    return {"element": result.get_string("element"), "model": result.get_string("model"),
            "age": result.get_uint("age")[1], "pts": result.get_uint64("pts")[1],
            **arrays, **numbers}


def test_python():
    Gst = tap.gstreamer()
    # PyGObject gets a structure's lists as this deprecated type.
    warnings.filterwarnings("ignore", "GObject.ValueArray")
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48 ! {NET} name=net ! tee ! queue "
        "! videoconvert ! videoscale ! video/x-raw,format=RGB,width=20,height=10 "
        "! appsink name=sink sync=false")
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    for number in range(5):
        sample = sink.emit("pull-sample")
        result = read_meta(sample.get_buffer())
        assert result["element"] == "net" and result["model"] == "default", result
        assert (result["width"], result["height"]) == (64, 48), result
        assert (result["x"], result["y"], result["w"], result["h"]) == (0, 0, 64, 48), result
        assert result["roi_id"] == -1 and result["age"] == 0, result
        assert result["pts"] == sample.get_buffer().pts, result
        assert result["labels"] == [str(i) for i in result["indices"]], result
        assert result["scores"] == sorted(result["scores"], reverse=True), result
        assert len(result["scores"]) == 5 and 0 < sum(result["scores"]) <= 1, (number, result)
    stats = pipeline.get_by_name("net").get_property("stats")
    assert stats.get_uint64("inferences")[1] == 5, stats.to_string()
    pipeline.set_state(Gst.State.NULL)


def test_shared_model():
    """Sixteen elements with one model take far less memory than sixteen models."""
    def peak(n):
        branches = " ".join(f"t. ! queue ! {NET} ! fakesink" for _ in range(n))
        line = [LAUNCH, "-q", *f"videotestsrc num-buffers=2 ! tee name=t {branches}".replace(
            '"', "").split()]
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, status
        return usage.ru_maxrss

    one, many = peak(1), peak(16)
    assert many - one < 5 * 13000, f"{one} kB for one, {many} kB for sixteen"


def test_stop_in_the_midst():
    """A live pipeline that is interrupted at any time ends cleanly."""
    for policy in ("wait", "skip-inference"):
        process = subprocess.Popen(
            [LAUNCH, "-e", "-q", "videotestsrc", "is-live=true", "!", "efficientnet",
             "model-options=o,resolution=64", f"late-policy={policy}", "!", "efficientnetpublish",
             "!", "fakesink"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(2)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0 and "CRITICAL" not in errors, (process.returncode, errors)


tap.run(sys.modules[__name__])
