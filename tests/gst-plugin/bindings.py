# SPDX-License-Identifier: BSD-2-Clause
"""What other languages read is what the element's own meta has: Python, from GstAnalytics as in
docs/metadata.md, and Rust, in the example."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings

import tap

ROOT = pathlib.Path(os.environ["EFFNET_PLUGIN_SOURCES"]).parent
PAGE = (ROOT / "docs/metadata.md").read_text()
CRATES = pathlib.Path("/usr/share/cargo/registry")
folder = tempfile.TemporaryDirectory(prefix="effnet-test-")
MODEL = f"{folder.name}/default.safetensors"
subprocess.run([os.environ["EFFNET_WRITE_LITE0"], MODEL], check=True)
warnings.filterwarnings("ignore", "GObject.ValueArray")


def classifier(top_k, meta="analytics"):
    return f'efficientnet model={MODEL} model-options="o,resolution=32" top-k={top_k} meta={meta}'


def readers():
    try:
        analytics = tap.documented(PAGE, "read_classifications")[0]
    except (ImportError, ValueError) as missing:
        raise tap.Skip("GstAnalytics in Python is missing (from Debian 13 on, "
                       "gir1.2-gst-plugins-bad-1.0)") from missing
    return analytics, tap.documented(PAGE, "read_results")[0]


def test_one_element():
    analytics, custom = readers()
    for meta in "analytics", "analytics+frame":
        buffer = tap.first_buffer(classifier(3, meta))
        results = custom(buffer)
        assert len(results) == 1 and len(results[0]) == 3, results
        assert analytics(buffer) == results, (analytics(buffer), results)


def test_two_elements():
    analytics, custom = readers()
    buffer = tap.first_buffer(f"{classifier(3)} ! {classifier(2)}")
    results = custom(buffer)
    assert [len(classes) for classes in results] == [3, 2], results
    assert analytics(buffer) == results, (analytics(buffer), results)


def test_none():
    analytics, _ = readers()
    assert analytics(tap.first_buffer("identity")) == []
    assert analytics(tap.first_buffer(classifier(3, "0"))) == []


def build_rust():
    """The example, of the crates that Debian has; Cargo writes beside it, so into a copy."""
    if not shutil.which("cargo") or not list(CRATES.glob("gstreamer-app-[0-9]*")):
        raise tap.Skip("Rust's bindings are missing (from Debian 14 on, cargo and "
                       "librust-gstreamer-app-dev)")
    sources = f"{folder.name}/rust"
    shutil.copytree(ROOT / "pipelines/examples/rust", sources)
    subprocess.run(["cargo", "build", "--quiet", "--offline",
                    "--config", 'source.crates-io.replace-with="debian"',
                    "--config", f'source.debian.directory="{CRATES}"'],
                   cwd=sources, env=os.environ | {"CARGO_HOME": f"{folder.name}/cargo"}, check=True)
    return f"{sources}/target/debug/appsink-labels"


def run_rust(program, elements):
    return subprocess.run([program, "videotestsrc", "num-buffers=1", "!", *elements.split()],
                          capture_output=True, text=True, timeout=120)


def test_rust():
    program = build_rust()
    custom = tap.documented(PAGE, "read_results")[0]
    for elements in classifier(3), f"{classifier(3)} ! {classifier(2)}", "identity":
        done = run_rust(program, elements)
        assert done.returncode == 0, done.stderr
        found = [re.findall(r"([0-9.]+) % ([^,]+)", line) for line in done.stdout.splitlines()]
        expected = custom(tap.first_buffer(elements))
        assert [[label for _, label in classes] for classes in found] == \
            [[label for label, _ in classes] for classes in expected], (found, expected)
        for ours, theirs in zip(found, expected):
            for (percent, _), (_, score) in zip(ours, theirs):
                assert abs(float(percent) - 100 * score) < 0.0501, (found, expected)
    done = run_rust(program, "efficientnet model=/nothing")
    assert done.returncode == 1 and "there is no file /nothing" in done.stderr, done


tap.run(sys.modules[__name__])
