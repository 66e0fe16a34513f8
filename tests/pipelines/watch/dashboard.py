# SPDX-License-Identifier: BSD-2-Clause
"""The metrics, as Prometheus sees them, and the dashboard for Grafana: each of its expressions is
run by a real Prometheus that scrapes "effnet watch"."""
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse

import tap
from watching import HERE, PATIENCE, Watch, get, scratch, video

DASHBOARD = os.path.join(HERE, "../../../pipelines/watch/grafana.json")


def need(program):
    if not shutil.which(program):
        raise tap.Skip(f"{program} is missing (Debian: prometheus)")


def expressions():
    """The expression of each query of each panel, with the variables that Grafana fills in."""
    with open(DASHBOARD, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 5
    found = [target["expr"] for panel in panels for target in panel["targets"]]
    found = [e.replace("$stream", ".*").replace("$__rate_interval", "1m") for e in found]
    assert not any("$" in e for e in found), found
    return found


def test_names():
    """promtool has nothing to remark on names, types and units."""
    need("promtool")
    with Watch("--http", "0", "--json", "--threshold", "0", "videotest:ball") as run:
        uri = run.uri()
        run.wait_frames(3, "ball")
        text = get(uri + "metrics")[2]
        assert run.stop() == 0
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          check=False)
    assert done.returncode == 0 and not done.stdout + done.stderr, done.stdout + done.stderr


def test_dashboard():
    """What it asks for is among the metrics."""
    names = {name for e in expressions() for name in re.findall(r"effnet_\w+", e)}
    with Watch("--http", "0", "--json", "--threshold", "0", "videotest:ball") as run:
        uri = run.uri()
        run.wait_frames(3, "ball")
        text = get(uri + "metrics")[2].decode()
        assert run.stop() == 0
    assert len(names) > 5
    for name in names:
        assert re.search(rf"^{name}{{", text, re.M), name


def is_ready(server):
    try:
        return get(f"{server}-/ready")[0] == 200
    except OSError:
        return False


def is_answered(server, expression):
    """Whether EXPRESSION gives a series with a number."""
    query = urllib.parse.urlencode({"query": expression})
    code, _, body = get(f"{server}api/v1/query?{query}")
    answer = json.loads(body)
    assert code == 200 and answer["status"] == "success", (expression, answer)
    return any(math.isfinite(float(found["value"][1])) for found in answer["data"]["result"])


def test_expressions():
    """A live source, which frames wait for, and a film, which is decoded."""
    need("prometheus")
    config, port = scratch("prometheus.yml"), tap.free_port()
    server = f"http://127.0.0.1:{port}/"
    with Watch("--http", "0", "--threshold", "0", "--realtime", "videotest:ball",
               "film=" + video(800)) as run:
        target = urllib.parse.urlsplit(run.uri()).netloc
        with open(config, "w", encoding="utf-8") as file:
            file.write("global: {scrape_interval: 2s}\nscrape_configs:\n- job_name: effnet\n"
                       f"  static_configs: [{{targets: ['{target}']}}]\n")
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={scratch('tsdb')}",
             f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        try:
            missing, end = expressions(), time.monotonic() + PATIENCE
            while missing:
                assert prometheus.poll() is None and time.monotonic() < end, missing
                time.sleep(1)
                if is_ready(server):
                    missing = [e for e in missing if not is_answered(server, e)]
        finally:
            prometheus.kill()
            prometheus.wait()
        assert run.stop() == 0


tap.run(sys.modules[__name__])
