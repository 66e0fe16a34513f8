# SPDX-License-Identifier: BSD-2-Clause
import json
import os
import sys
import tempfile

import tap
from tap import effnet, effnet_fails

QUICK = ("--base", "mobilenet-v1-025", "--seconds", "0", "--threads", "1")


def walk(*arguments):
    return json.loads(effnet("scale", "--json", *arguments))


def test_costs():
    found = walk("--no-latency", "--to", "3")
    assert (found["base"], found["precision"]) == ("b0", "fp32") and found["threads"] >= 1, found
    points = found["points"]
    assert [(p["scaling"], p["phi"]) for p in points] == [
        (s, phi) for s in ("compound", "depth", "width", "resolution") for phi in range(4)]
    for point in points:
        assert "latency_ms" not in point
        assert point["params"] > 5e6 and point["layers"] >= 82 and point["activation_bytes"] > 1e6
        assert 0.7 < point["macs"] / (0.386e9 * 1.92 ** point["phi"]) < 1.7, point
    alone = json.loads(effnet("arch", "--base", "b0", "--phi", "2", "--json"))
    assert all(points[2][key] == alone[key] for key in alone), (points[2], alone)


def test_names():
    """The base network by our name, and as many threads as there are."""
    for name in ("tf_efficientnet_lite0", 'efficientnet_lite0.a"b'):
        found = walk("--no-latency", "--to", "0", "--base", name, "--threads", "4096")
        assert found["base"] == "lite0", found
        assert found["threads"] == walk("--no-latency", "--to", "0")["threads"], found


def test_single_dimensions():
    points = {(p["scaling"], p["phi"]): p for p in walk("--no-latency", "--to", "1")["points"]}
    base = points["compound", 0]
    for kind in ("depth", "width", "resolution"):
        changed = [key for key in ("depth", "width", "resolution")
                   if points[kind, 1][key] != base[key]]
        assert changed == [kind], (kind, changed)
    assert all(points["compound", 1][key] > base[key] for key in ("depth", "width", "resolution"))


def test_latency():
    points = walk("--to", "1", *QUICK)["points"]
    assert len(points) == 8 and all(p["latency_ms"] > 0 for p in points), points


def test_table():
    lines = effnet("scale", "--no-latency", "--to", "1", "--step", "0.5").splitlines()
    assert len(lines) == 13 and lines[0].split()[:2] == ["scaling", "phi"], lines
    assert lines[1].split() == ["compound", "0", "1", "1", "224", "5.289", "0.386",
                                lines[1].split()[-1]], lines[1]
    timed = effnet("scale", "--to", "0", *QUICK).splitlines()
    assert all(len(line.split()) == len(lines[1].split()) + 1 for line in timed[1:]), timed


def test_budget():
    found = walk("--budget", "0.01s", *QUICK)
    assert found["budget_ms"] == 10 and found["compound"]["latency_ms"] <= 10, found
    for point in (found["named"], found["compound"]):
        assert point is None or found["largest"]["macs"] >= point["macs"], found
    last = effnet("scale", "--budget", "200fps", *QUICK).splitlines()[-1]
    assert last.startswith("largest within 5 ms: "), last
    name = last.split()[-1]
    assert json.loads(effnet("arch", name, "--json"))["name"] == name


def test_plot():
    with tempfile.TemporaryDirectory() as folder:
        if "cairo" in tap.output_of("scale", "--no-latency", "--plot", f"{folder}/x.pdf"):
            raise tap.Skip("it is built without cairo (libcairo2-dev, -Dplot)")
        for name, magic in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG")):
            effnet("scale", "--no-latency", "--to", "1", "--plot", f"{folder}/{name}")
            with open(f"{folder}/{name}", "rb") as file:
                assert file.read(len(magic)) == magic
        effnet_fails("scale", "--no-latency", "--plot", f"{folder}/x.pdf", says=".svg or .png")
        assert not os.path.exists(f"{folder}/x.pdf")


def test_failures():
    effnet_fails("scale", "--base", "b99", says="b99")
    effnet_fails("scale", "b0", says='"b0"')
    for option in ("--to=-1", "--to=nan", "--step=0", "--threads=-1", "--seconds=-1"):
        effnet_fails("scale", option, says=option.split("=")[0])
    for budget in ("fast", "0ms", "-1", "nan", "10fpm", "inf"):
        effnet_fails("scale", f"--budget={budget}", says="33ms")
    effnet_fails("scale", "--budget=0.002ms", *QUICK, says="takes at most")
    effnet_fails("scale", "--budget=5ms", "--no-latency", says="--no-latency")
    effnet_fails("scale", "--precision=int3", says="int3")


tap.run(sys.modules[__name__])
