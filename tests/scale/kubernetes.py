# SPDX-License-Identifier: BSD-2-Clause
"""The manifests of pipelines/kubernetes: by the schemas of the API, and by what the program does with
the arguments that they give it."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import kubernetes_validate
import yaml

import tap

FOLDER = pathlib.Path(os.environ["EFFNET_SOURCES"]) / "pipelines/kubernetes"
VERSIONS = ("1.28", "1.34")
PATIENCE = 120  # s; nothing here is about speed


def load(name):
    with open(FOLDER / name, encoding="utf-8") as file:
        return yaml.safe_load(file)


def test_schemas():
    """All but those of kinds that are not Kubernetes' own."""
    foreign = {"kustomization.yaml", "monitor.yaml"}
    names = {path.name for path in FOLDER.glob("*.yaml")}
    assert foreign < names and len(names) > 8, names
    for name in sorted(names - foreign):
        for version in VERSIONS:
            kubernetes_validate.validate(load(name), version, strict=True)


def test_schemas_find_mistakes():
    wrong = load("statefulset.yaml")
    wrong["spec"]["template"]["spec"]["containers"][0]["livenessprobe"] = {}
    try:
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)
    except kubernetes_validate.ValidationError:
        return
    raise AssertionError("a misspelt key was taken")


def test_kustomization():
    """It names what is there; and the image, the secret and the labels are those of the others."""
    kustomization, pods = load("kustomization.yaml"), load("statefulset.yaml")["spec"]
    named = {*kustomization["resources"], *kustomization["secretGenerator"][0]["files"]}
    assert named | {"kustomization.yaml", "archive.yaml", "Containerfile"} == set(os.listdir(FOLDER)), named
    container, = pods["template"]["spec"]["containers"]
    assert container["image"] == kustomization["images"][0]["name"]
    volumes = {volume["name"]: volume for volume in pods["template"]["spec"]["volumes"]}
    assert volumes["fleet"]["secret"]["secretName"] == kustomization["secretGenerator"][0]["name"]
    assert volumes["shards"]["configMap"]["name"] == load("shards.yaml")["metadata"]["name"]
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    labels = pods["template"]["metadata"]["labels"]
    assert pods["selector"]["matchLabels"] == labels == load("service.yaml")["spec"]["selector"]
    for name in ("disruption.yaml", "monitor.yaml"):
        assert load(name)["spec"]["selector"]["matchLabels"] == labels
    assert load("network.yaml")["spec"]["podSelector"]["matchLabels"] == labels
    assert load("shards.yaml")["data"]["count"] == str(pods["replicas"])
    for name, template in (("statefulset", pods["template"]), ("archive", load("archive.yaml")["spec"]["template"])):
        security = template["spec"]["containers"][0]["securityContext"]
        assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"], name
        assert security["capabilities"] == {"drop": ["ALL"]} and template["spec"]["securityContext"]["runAsNonRoot"]
        assert "cpu" in template["spec"]["containers"][0]["resources"]["requests"]


def answer(path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:8080{path}", timeout=PATIENCE) as found:
            return found.status
    except urllib.error.HTTPError as found:
        return found.code
    except OSError:
        return 0


def write_volumes(folder, model):
    """What is mounted in a pod: the manifests' fleet and count, but of sources that are here."""
    for name in ("fleet", "shards"):
        (folder / name).mkdir()
    text = (FOLDER / "fleet.conf").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^source=.*$", "source=videotest:ball", text).replace("transport=tcp\n", "")
    (folder / "fleet/fleet.conf").write_text(text.replace("model=lite0", f"model={model}\nthreshold=0"), encoding="utf-8")
    (folder / "shards/count").write_text(load("shards.yaml")["data"]["count"], encoding="utf-8")


def probe(process):
    """Asks as Kubernetes does, until everything is answered as it should be."""
    container, = load("statefulset.yaml")["spec"]["template"]["spec"]["containers"]
    for name, path in (("startupProbe", "/readyz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")):
        assert container[name]["httpGet"] == {"path": path, "port": "http"}, name
        end = time.monotonic() + PATIENCE
        while answer(path) != 200:
            assert process.poll() is None and time.monotonic() < end, process.stderr.read()
            time.sleep(0.2)


def test_pod():
    """Its arguments, with the folders that a pod would have."""
    pod = load("statefulset.yaml")["spec"]["template"]["spec"]
    container, = pod["containers"]
    with tempfile.TemporaryDirectory(prefix="effnet-pod-") as root:
        write_volumes(pathlib.Path(root), tap.model())
        arguments = [argument.replace("$(SHARD)", "1").replace("/etc/efficientnet", root)
                     for argument in container["args"]]
        process = subprocess.Popen([tap.EFFNET, *arguments], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        try:
            probe(process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(pod["terminationGracePeriodSeconds"]) == 0
        finally:
            process.kill()
            process.stderr.close()


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
