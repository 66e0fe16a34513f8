# SPDX-License-Identifier: BSD-2-Clause
"""Two classes of two sources: collected, learned, used, and put back."""
import json
import os
import re
import sys

import tap
from teachclient import Teacher, two_sources
from watching import fickle_model, get, plugin, scratch

plugin("jpegenc")


def first_labels(run):
    return [stream["classes"][0]["label"] if stream["classes"] else None
            for stream in json.loads(get(run.uri() + "state.json")[2])["streams"]]


def collect_two(run):
    assert run.collect(0, "a ball", 2) >= 2 and run.collect(1, "bars", 2) >= 2


def wait_labels(run, *labels):
    run.wait_state(lambda _: first_labels(run) == list(labels))


def wait_any_labels(run):
    found = []
    run.wait_state(lambda _: found.append(first_labels(run)) or None not in found[-1])
    return found[-1]


def test_learned():
    """While frames flow, by a process of its own; the old model is there to be put back."""
    with Teacher("learned", "--json", *two_sources()) as run:
        before = wait_any_labels(run)
        collect_two(run)
        now = run.learn()
        assert now["failure"] is None and re.fullmatch(r"model-\d{8}-\d{6}", now["current"]), now
        assert now["models"] == [now["current"]]
        wait_labels(run, "a ball", "bars")
        report = json.loads(run.get("report", model=now["current"], as_="json"))
        assert "a ball" in json.dumps(report), report
        status, headers, body = run.call("report", "GET", model=now["current"], as_="html")
        assert status == 200 and "sandbox" in headers["Content-Security-Policy"], headers
        assert b"<html" in body
        run.post("use")
        assert run.state()["current"] is None
        wait_labels(run, *before)
        run.post("use", model=now["current"])
        wait_labels(run, "a ball", "bars")
        frames = run.frames("a")
        assert [frame["frame"] for frame in frames] == sorted({frame["frame"] for frame in frames})
        assert not os.path.exists(f"{run.folder}/.learning")
        assert run.stop() == 0
    assert re.search(r"learned/model-\S+ was learned, and is in use", run.err), run.err
    with Teacher("learned", *two_sources()) as run:
        run.wait_says("is in use, which was learned here")
        wait_labels(run, "a ball", "bars")
        assert run.stop() == 0
    os.truncate(f"{run.folder}/{now['current']}.safetensors", 1000)
    with Teacher("learned", *two_sources()) as run:
        run.wait_says(f"{now['current']}.safetensors")
        wait_labels(run, *before)
        assert run.stop() == 0


def test_batch():
    """Streams that are inferred together change together."""
    with Teacher("batch", "--batch", "2", *two_sources()) as run:
        collect_two(run)
        assert run.learn()["failure"] is None
        wait_labels(run, "a ball", "bars")
        assert run.stop() == 0


def test_model_of_its_own():
    """A stream that names its model keeps it."""
    path = scratch("own.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[watch]\nsmoothing=0\n[stream own]\nsource=videotest:ball\nmodel={fickle_model()}\n")
    # The command line's model would be every stream's.
    with open(path, "a", encoding="utf-8") as file:
        file.write("[stream b]\nsource=videotest:smpte\n[stream c]\nsource=videotest:ball\n")
    environment = {"GST_EFFICIENTNET_MODEL_PATH": scratch("models")}
    os.makedirs(scratch("models"), exist_ok=True)
    if not os.path.exists(scratch("models/default.safetensors")):
        os.symlink(scratch("lite0.safetensors"), scratch("models/default.safetensors"))
    with Teacher("own", "--config", path, model=None, **environment) as run:
        before = wait_any_labels(run)
        assert run.collect(1, "bars", 2) >= 2 and run.collect(2, "ball", 2) >= 2
        assert run.learn()["failure"] is None
        wait_labels(run, before[0], "bars", "ball")
        assert run.stop() == 0


def test_pictures():
    """What was collected can be seen, and taken away."""
    with Teacher("seen", *two_sources()) as run:
        assert run.collect(0, "ball") == 1 and run.collect(1, "bars", 1) >= 1
        (name,) = json.loads(run.get("pictures.json", from_="taught", class_="ball"))
        assert run.files("ball") == [name]
        status, headers, body = run.call("picture", "GET", from_="taught", class_="ball", name=name)
        assert status == 200 and headers["Content-Type"] == "image/jpeg" and body[:2] == b"\xff\xd8"
        run.post("remove", from_="taught", class_="ball", name=name)
        assert [c["name"] for c in run.state()["classes"]] == ["bars"]
        assert not os.path.exists(f"{run.folder}/ball")
        assert run.stop() == 0


def test_accepted():
    """What the model was not sure of is taken over as what it is."""
    unsure = scratch("doubts")
    with Teacher("accepted", "--collect", unsure, *two_sources()) as run:
        assert run.collect(0, "ball") == 1
        (name,) = run.files("ball")
        os.makedirs(f"{unsure}/cat")
        os.rename(f"{run.folder}/ball/{name}", f"{unsure}/cat/{name}")
        state = run.wait_state(lambda now: "cat" in [c["name"] for c in now["unsure"]])
        assert state["classes"] == [{"name": "ball", "files": 0, "bytes": 0}], state
        assert run.fails("accept", class_="cat", name=name, as_="../x")
        assert run.fails("accept", class_="cat", name="other.jpg", as_="ball")
        assert os.path.exists(f"{unsure}/cat/{name}")
        run.post("accept", class_="cat", name=name, as_="ball")
        assert run.files("ball") == [name] and not os.path.exists(f"{unsure}/cat/{name}")
        assert run.stop() == 0


tap.run(sys.modules[__name__])
