# SPDX-License-Identifier: BSD-2-Clause
"""What gst-inspect says about the elements; docs/properties.md is tested in tests/docs/."""
import re
import subprocess
import sys

import tap


def elements():
    Gst = tap.gstreamer()
    for name in ("efficientnet", "efficientnetpublish", "efficientnetoverlay"):
        factory = Gst.ElementFactory.find(name)
        if factory:
            yield name, factory, factory.create(None)


def own_properties(element):
    own = type(element).__gtype__
    return [spec for spec in element.list_properties() if spec.owner_type == own]


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
