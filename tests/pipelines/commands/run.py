# SPDX-License-Identifier: BSD-2-Clause
import os
import sys
import tempfile

import numpy as np

import tap
from tap import effnet, effnet_fails

folder = tempfile.TemporaryDirectory()
X, Y = (os.path.join(folder.name, name) for name in ("x.npy", "y.npy"))


def save(shape, dtype=np.float32, path=X):
    np.save(path, np.random.default_rng(0).standard_normal(shape).astype(dtype))


def run(*options):
    effnet("run", "--model", tap.model(), "--input", X, "--output", Y, *options)
    return np.load(Y)


def fails(says, *options):
    if os.path.exists(Y):
        os.unlink(Y)
    effnet_fails("run", "--model", tap.model(), "--input", X, "--output", Y, *options, says=says)
    assert not os.path.exists(Y)


def test_logits():
    save((3, 3, 224, 224))
    batch = run()
    assert batch.shape == (3, 1000) and batch.dtype == np.float32
    assert np.isfinite(batch).all() and batch.std() > 0.1
    np.save(X, np.load(X)[1:2])
    assert np.array_equal(run(), batch[1:2])


def test_cache():
    """The same results from cached weights, which are not rewritten, and without a cache."""
    save((1, 3, 224, 224))
    expected = run()
    cache = os.path.join(folder.name, "cache")

    def cached():
        effnet("run", "--model", tap.model(), "--input", X, "--output", Y, "--cache",
               XDG_CACHE_HOME=cache)
        assert np.array_equal(np.load(Y), expected)

    cached()
    (name,) = os.listdir(f"{cache}/efficientnet/weights")
    first = os.stat(f"{cache}/efficientnet/weights/{name}")
    cached()
    second = os.stat(f"{cache}/efficientnet/weights/{name}")
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)
    with open(f"{cache}/efficientnet/weights/{name}", "r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"corrupt!")
    cached()
    assert os.stat(f"{cache}/efficientnet/weights/{name}").st_ino != first.st_ino
    cache = "/dev/null"
    cached()


def test_precisions():
    save((1, 3, 224, 224))
    fails("effnet quantize", "--precision", "int8")
    fails("auto, fp32, bf16, int8", "--precision", "half")
    fails("AVX512-BF16", "--precision", "bf16", "--isa", "c")
    assert np.array_equal(run("--precision", "auto", "--isa", "c"), run("--isa", "c"))
    if tap.have_bf16():
        taken = "fp32" if "slower in bf16" in effnet("info", tap.model()) else "bf16"
        assert np.array_equal(run("--precision", "auto"), run("--precision", taken))
        assert not np.array_equal(run("--precision", "bf16"), run())


def test_embedding():
    save((2, 3, 224, 224))
    features = run("--embedding")
    assert features.shape == (2, 1280) and (features >= 0).all() and features.std() > 0


def test_header_versions():
    save((1, 3, 224, 224))
    logits, x = run(), np.load(X)
    for version in ((1, 0), (2, 0), (3, 0)):
        with open(X, "wb") as file:
            np.lib.format.write_array(file, x, version=version)
        assert np.array_equal(run(), logits)


def test_shapes():
    for shape in ((3, 224, 224), (1, 224, 224, 3), (1, 3, 240, 240), (0, 3, 224, 224), (),
                  (1, 3, 224, 224, 1)):
        save(shape)
        fails("(N, 3, 224, 224)")


def test_types():
    save((1, 3, 224, 224), np.float64)
    fails("<f8")
    save((1, 3, 224, 224), ">f4")
    fails(">f4")
    np.save(X, np.asfortranarray(np.zeros((1, 3, 224, 224), np.float32)))
    fails("Fortran")


def test_damaged_files():
    save((1, 3, 224, 224))
    with open(X, "rb") as file:
        good = file.read()
    for bad in (b"", good[:5], good[:9], good[:40], good[:-1], b"x" + good[1:],
                good.replace(b"(1, ", b"(9, "), good.replace(b"{", b"["),
                good[:6] + b"\x09" + good[7:]):
        with open(X, "wb") as file:
            file.write(bad)
        fails("x.npy")


def test_missing_files():
    os.unlink(X)
    fails("x.npy")
    save((1, 3, 224, 224))
    effnet_fails("run", "--model", tap.model(), "--input", X, "--output", "/nonexistent/y.npy",
                 says="/nonexistent/y.npy")
    effnet_fails("run", "--model", "/nonexistent/m.pth", "--input", X, "--output", Y,
                 says="/nonexistent/m.pth")


def test_full_disk():
    save((1, 3, 224, 224))
    effnet_fails("run", "--model", tap.model(), "--input", X, "--output", "/dev/full",
                 says="/dev/full")
    assert os.path.exists("/dev/full")


def test_input_is_not_overwritten():
    save((1, 3, 224, 224))
    before = np.load(X)
    effnet_fails("run", "--model", tap.model(), "--input", X, "--output", X, says="one file")
    assert np.array_equal(np.load(X), before)


def test_missing_options():
    effnet_fails("run", says="--model")
    effnet_fails("run", "--model", "m", says="--input")
    effnet_fails("run", "--model", "m", "--input", "x", says="--output")


tap.run(sys.modules[__name__])
