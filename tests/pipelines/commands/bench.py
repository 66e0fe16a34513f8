# SPDX-License-Identifier: BSD-2-Clause
import sys

import tap
from tap import effnet, effnet_fails

QUICK = ("--arch", "lite0", "--seconds", "0.05")


def test_latency():
    text = effnet("bench", *QUICK)
    assert "lite0, fp32" in text
    for word in ("min", "p50", "p90", "p99", "max", "inferences"):
        assert word in text, text


def test_raw():
    times = [float(line) for line in effnet("bench", *QUICK, "--raw").splitlines()]
    assert len(times) >= 5 and min(times) > 0


def test_runs():
    assert len(effnet("bench", "--arch", "lite0", "--runs", "2", "--raw").splitlines()) == 2
    effnet_fails("bench", "--arch", "lite0", "--runs", "-1", says="--runs")


def test_profile():
    lines = effnet("bench", *QUICK, "--threads", "1", "--profile").splitlines()
    rows = lines[lines.index(next(l for l in lines if l.startswith("op "))) + 1:]
    names = [row.split()[0] for row in rows]
    assert names[0] == "stem" and names[-2] == "total" and len(rows) > 30, names
    assert "classifier" in names and "GFLOP/s" in rows[-1]
    shares = [float(row.split("%")[0].split()[-1]) for row in rows[:-2]]
    assert abs(sum(shares) - 100) < 5, shares


def test_batch_and_threads():
    assert "2 threads" in effnet("bench", *QUICK, "--batch", "2", "--threads", "2") or \
        "1 thread," in effnet("bench", *QUICK, "--batch", "2", "--threads", "2")
    assert "1 thread, batch 3" in effnet("bench", *QUICK, "--batch", "3", "--threads", "1")


def test_isa():
    assert "kernels c," in effnet("bench", "--arch", "lite0", "--seconds", "0", "--isa", "c")


def test_model():
    assert "lite0" in effnet("bench", "--model", tap.model(), "--seconds", "0")


def test_failures():
    effnet_fails("bench", says="either --model or --arch")
    effnet_fails("bench", "--arch", "b0", "--model", "x", says="either --model or --arch")
    effnet_fails("bench", "--arch", "b99", says="b99")
    effnet_fails("bench", "--model", "/nonexistent.pth", says="/nonexistent.pth")
    effnet_fails("bench", "--arch", "b0", "--raw", "--profile", says="--profile")
    for option in ("--threads=-1", "--batch=0", "--batch=x", "--seconds=-1", "--seconds=nan"):
        effnet_fails("bench", "--arch", "b0", option, says=option.split("=")[0])
    effnet_fails("bench", "--arch", "b0", "extra", says="extra")


tap.run(sys.modules[__name__])
