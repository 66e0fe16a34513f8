# SPDX-License-Identifier: BSD-2-Clause
"""The container and the pod of pipelines/kubernetes, as far as a root can be one: the first process of its
own, nobody's, without privileges, and without a place to write to but /tmp."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import kubernetes
import tap

ROOT = pathlib.Path(os.environ["EFFNET_ROOT"])
SHARD = "0"  # which has one of the fleet's streams
# Mounts end with the process.
ENTER = r"""
root=$1 volumes=$2 size=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
for name in fleet shards; do
    mount --bind "$volumes/$name" "$root/etc/efficientnet/$name"
    mount -o remount,bind,ro "$root/etc/efficientnet/$name"
done
mount -t tmpfs -o "size=$size,mode=1777" tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
"""


def recipe(word):
    """What the Containerfile has after WORD."""
    return re.findall(rf"(?m)^{word} (.*)$", (kubernetes.FOLDER / "Containerfile").read_text("utf-8"))


def start(volumes, *command):
    """A process like a container's: unshare's child."""
    pod = kubernetes.load("statefulset.yaml")["spec"]["template"]["spec"]
    security = pod["securityContext"]
    size, = (volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if volume["name"] == "tmp")
    for name in ("fleet", "shards"):
        (ROOT / "etc/efficientnet" / name).mkdir(exist_ok=True)
    return subprocess.Popen(
        ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "bash", "-euc", ENTER,
         "enter", ROOT, volumes, size.removesuffix("i"), "setpriv", f"--reuid={security['runAsUser']}",
         f"--regid={security['runAsGroup']}", f"--groups={security['fsGroup']}", "--no-new-privs",
         "--bounding-set=-all", "--inh-caps=-all", "env", "--ignore-environment", "PATH=/usr/bin:/bin",
         *(word for line in recipe("ENV") for word in line.split()), *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def child_of(process):
    number, = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    return int(number)


def test_user():
    """The image and the pod agree on who runs it, and a model is where that one finds it."""
    security = kubernetes.load("statefulset.yaml")["spec"]["template"]["spec"]["securityContext"]
    assert recipe("USER") == [f"{security['runAsUser']}:{security['runAsGroup']}"]
    with tempfile.TemporaryDirectory(prefix="effnet-pod-") as folder:
        kubernetes.write_volumes(pathlib.Path(folder), "lite0")
        with start(folder, *json.loads(recipe("ENTRYPOINT")[0]), "info", "lite0") as process:
            out, err = process.communicate()
            assert process.returncode == 0 and "lite0" in out, err
        with start(folder, "sh", "-c", "echo > /etc/efficientnet/x || echo > /usr/x || echo > /var/tmp/x") as process:
            out, err = process.communicate()
            assert process.returncode != 0 and err.count("Read-only file system") == 3, err


def test_pod():
    pod = kubernetes.load("statefulset.yaml")["spec"]["template"]["spec"]
    container, = pod["containers"]
    arguments = [argument.replace("$(SHARD)", SHARD) for argument in container["args"]]
    with tempfile.TemporaryDirectory(prefix="effnet-pod-") as folder:
        kubernetes.write_volumes(pathlib.Path(folder), "lite0")
        # As a secret is mounted for a group.
        os.chmod(folder, 0o755)
        os.chown(f"{folder}/fleet/fleet.conf", 0, pod["securityContext"]["fsGroup"])
        os.chmod(f"{folder}/fleet/fleet.conf", 0o440)
        process = start(folder, *json.loads(recipe("ENTRYPOINT")[0]), *arguments)
        try:
            kubernetes.probe(process)
            child = child_of(process)
            status = dict(line.split(":\t", 1) for line in
                          pathlib.Path(f"/proc/{child}/status").read_text("ascii").splitlines())
            assert set(status["Uid"].split()) == {str(pod["securityContext"]["runAsUser"])}, status["Uid"]
            assert status["NSpid"].split()[-1] == "1" and status["NoNewPrivs"] == "1", status
            assert {status[f"Cap{kind}"].strip("0") for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {""}, status
            line = process.stdout.readline()
            os.kill(child, signal.SIGTERM)
            out, err = process.communicate(timeout=pod["terminationGracePeriodSeconds"])
            assert process.returncode == 0, err
            out = line + out
            assert out.endswith("\n") and all(json.loads(line)["stream"] for line in out.splitlines()), out
        finally:
            process.kill()
            process.communicate()


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
