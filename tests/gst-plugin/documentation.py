# SPDX-License-Identifier: BSD-2-Clause
"""What gst-inspect says and what the README says are about the same properties."""
import os
import pathlib
import re
import subprocess
import sys

import tap

README = (pathlib.Path(os.environ["EFFNET_PLUGIN_SOURCES"]).parent / "README.md").read_text()


def elements():
    Gst = tap.gstreamer()
    for name in ("efficientnet", "efficientnetpublish", "efficientnetoverlay"):
        factory = Gst.ElementFactory.find(name)
        if factory:
            yield name, factory, factory.create(None)


def own_properties(element):
    own = type(element).__gtype__
    return [spec for spec in element.list_properties() if spec.owner_type == own]


def readme_properties(name):
    """Those of the table that follows on the element's name."""
    part = re.split(rf"^(?:## Properties of )?`{name}`[^|]*^\| property \| default \| meaning \|\n",
                    README, maxsplit=1, flags=re.M)
    assert len(part) == 2, f"the README has no table of the properties of {name}"
    rows = part[1].split("\n\n")[0].splitlines()[1:]
    return {found for row in rows for found in re.findall("`([^`]+)`", row.split("|")[1])}


def test_readme():
    for name, _, element in elements():
        there = {spec.name for spec in own_properties(element)}
        assert readme_properties(name) == there, (name, readme_properties(name) ^ there)


def test_inspect():
    for name, factory, element in elements():
        assert factory.get_metadata("long-name").istitle() or "EfficientNet" in factory.get_metadata(
            "long-name"), name
        description = factory.get_metadata("description")
        assert description[0].isupper() and not description.endswith("."), description
        for spec in own_properties(element):
            assert spec.nick and spec.blurb, spec.name
            assert spec.nick[0].isupper() and spec.blurb[0].isupper(), spec.blurb
            assert not spec.blurb.endswith("."), spec.blurb
            assert "  " not in spec.blurb, spec.blurb
        done = subprocess.run(["gst-inspect-1.0", name], capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, done.stderr
        for spec in own_properties(element):
            assert re.search(rf"^  {spec.name} +: ", done.stdout, re.M), spec.name


tap.run(sys.modules[__name__])
