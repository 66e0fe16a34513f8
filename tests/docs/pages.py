# SPDX-License-Identifier: BSD-2-Clause
"""The pages agree with the elements, the headers and the scripts, and their links lead
somewhere."""
import os
import pathlib
import re
import subprocess
import sys

import tap

SOURCES = pathlib.Path(os.environ["EFFNET_SOURCES"])
PAGES = [*sorted(SOURCES.glob("*.md")), *sorted((SOURCES / "docs").glob("*.md"))]
WORDS = 1500
AGAIN = 'it is not what docs/generate writes: run "ninja -C build update-docs" and commit the result'
sys.path.append(str(SOURCES / "docs"))


def test_api():
    import api
    assert api.PAGE.read_text() == api.page(), f"docs/api.md: {AGAIN}"


def test_headers_are_documented():
    import api
    assert not api.undocumented(), api.undocumented()


def test_models():
    tap.gstreamer()
    import models
    assert models.PAGE.read_text() == models.page(), f"docs/models.md: {AGAIN}"


def test_properties():
    Gst = tap.gstreamer()
    import properties
    for name in re.findall(r"<!-- begin (\w+)", properties.PAGE.read_text()):
        if not Gst.ElementFactory.find(name):
            raise tap.Skip(f"{name} is not built: tests/run installs what it needs")
    assert properties.PAGE.read_text() == properties.page(), f"docs/properties.md: {AGAIN}"


def test_all_elements_have_a_table():
    Gst = tap.gstreamer()
    text = (SOURCES / "docs/properties.md").read_text()
    plugins = [plugin for plugin in Gst.Registry.get().get_plugin_list()
               if plugin.get_source() == "gst-efficientnet"]
    features = [feature for plugin in plugins
                for feature in Gst.Registry.get().get_feature_list_by_plugin(plugin.get_name())]
    names = [feature.get_name() for feature in features if isinstance(feature, Gst.ElementFactory)]
    assert len(names) >= 2, names
    for name in names:
        assert f"<!-- begin {name}, " in text, f"docs/properties.md has no table of {name}"


def headings(page):
    """Headings, as GitHub names them in addresses."""
    text = re.sub(r"^```.*?^```\n", "", page.read_text(), flags=re.M | re.S)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^#+ (.*)$", text, re.M)}


def test_links():
    count = 0
    for page in PAGES:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if re.match(r"\w+:", link):
                continue
            path, _, heading = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{page.name}: there is no {link}"
            assert not heading or heading in headings(target), f"{page.name}: no heading {link}"
            count += 1
    assert count >= 40, count


def test_every_page_is_linked():
    text = (SOURCES / "README.md").read_text()
    for page in PAGES:
        name = str(page.relative_to(SOURCES))
        assert name == "README.md" or f"({name})" in text, f"the README does not name {name}"


def test_readme_is_short():
    words = len((SOURCES / "README.md").read_text().split())
    assert words <= WORDS, f"the README has {words} words, more than {WORDS}"


def test_packages():
    script = f'. "{SOURCES}/pipelines/lib.sh"; echo "${{build_packages[@]}}" "${{run_packages[@]}}"'
    wanted = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True,
                            check=True).stdout.split()
    page = re.sub(r"\\\n *", "", (SOURCES / "docs/install.md").read_text())
    named, = re.findall(r"^    sudo apt install --no-install-recommends (.*)$", page, re.M)
    assert named.split() == wanted, f"docs/install.md names other packages than pipelines/lib.sh: {wanted}"


tap.run(sys.modules[__name__])
