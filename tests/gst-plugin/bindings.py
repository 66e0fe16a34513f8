# SPDX-License-Identifier: BSD-2-Clause
"""What docs/metadata.md reads in Python from GstAnalytics is what the element's own meta has."""
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import tap

PAGE = (pathlib.Path(os.environ["EFFNET_PLUGIN_SOURCES"]).parent / "docs/metadata.md").read_text()
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


tap.run(sys.modules[__name__])
