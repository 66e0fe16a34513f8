# SPDX-License-Identifier: BSD-2-Clause
"""The manual page and the completions know what the program knows."""
import os
import re
import shutil
import subprocess
import sys

import installed
import tap

PATH = f"{os.path.dirname(tap.EFFNET)}:{os.environ['PATH']}"
COMMANDS = re.findall(r"^  ([a-z]+) ", tap.effnet("--help").split("Commands:")[1].split("\n\n")[0],
                      re.M)


def options_of(command):
    return re.findall(r"^  (?:-\w, )?(--[\w-]+)", tap.effnet(command, "--help"), re.M)


def test_manual():
    page = f"{os.environ['EFFNET_BUILD']}/pipelines/effnet.1"
    text = installed.succeed("man", "--local-file", "--warnings", page, LC_ALL="C.UTF-8",
                             MANWIDTH="200", MAN_KEEP_FORMATTING="")
    text = re.sub(".\b", "", text)
    for command in COMMANDS:
        part = text.split(f"effnet {command} ", 1)[1]
        for option in options_of(command):
            assert option == "--help" or option in part, (command, option)


def test_manual_has_the_configuration():
    """The manual has every variable that the sources read, and says which keys are not a
    stream's own."""
    page = open(f"{os.environ['EFFNET_BUILD']}/pipelines/effnet.1", encoding="utf-8").read()
    read = {name for folder in ("engine", "gst-plugin", "pipelines")
            for source in (installed.SOURCES / folder).rglob("*.c")
            for name in re.findall(r'"((?:EFFNET|GST_EFFICIENTNET)_[A-Z_]+)"', source.read_text())}
    assert {"EFFNET_ISA", "EFFNET_MQTT_PASSWORD", "GST_EFFICIENTNET_MODEL_PATH"} <= read, read
    assert all(name in page for name in read), read
    keys = re.search(r"^\.Li (.*)\nand\n\.Li (.*) ,\nwhich are of the program", page, re.M)
    config = f"{installed.folder.name}/fleet.conf"
    refused = []
    for option in options_of("watch"):
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[stream a]\nsource=/nonexistent\n{option[2:]}=true\n")
        if f'has no key "{option[2:]}"' in tap.output_of("watch", "--config", config):
            refused.append(option[2:])
    refused = set(refused) - {"config", "help", "isa"}
    assert refused == {*keys[1].split(" , "), keys[2]}, (refused, keys)


def test_manual_is_clean():
    if not shutil.which("mandoc"):
        raise tap.Skip("mandoc is missing (mandoc)")
    done = installed.run("mandoc", "-T", "lint", "-W", "warning",
                         f"{os.environ['EFFNET_BUILD']}/pipelines/effnet.1")
    assert done.returncode == 0, done.stdout


def complete_bash(*words):
    script = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        compopt() { :; }; _effnet; printf '%s\\n' "${COMPREPLY[@]}" """
    done = subprocess.run(["bash", "-c", script, "bash",
                           str(installed.SOURCES / "pipelines/completion/effnet.bash"), *words],
                          capture_output=True, text=True, env={**os.environ, "PATH": PATH})
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


def test_bash():
    assert complete_bash("effnet", "") == [*COMMANDS, "--help", "--version"]
    assert complete_bash("effnet", "cl") == ["classify"]
    for command in COMMANDS:
        assert complete_bash("effnet", command, "--") == options_of(command), command
    assert complete_bash("effnet", "classify", "--js") == ["--json"]
    assert "c" in complete_bash("effnet", "bench", "--isa", "")
    assert complete_bash("effnet", "brew", "--") == []


PRECISIONS = ["auto", "fp32", "bf16", "int8"]
NETWORKS = [line.split()[0] for line in tap.effnet("fetch", "--list").splitlines()]
ARCHITECTURES = tap.effnet("arch", "--list").split()


def make_models():
    """A model in each place, and in each form."""
    folder = installed.folder.name
    places = (f"{folder}/models", f"{folder}/user/efficientnet/models",
              f"{folder}/system/efficientnet/models")
    for place, name in zip(places, ("flowers.safetensors", "birds/model.safetensors", "fruit.pth")):
        os.makedirs(os.path.dirname(f"{place}/{name}"), exist_ok=True)
        with open(f"{place}/{name}", "w", encoding="utf-8"):
            pass
    os.environ.update(GST_EFFICIENTNET_MODEL_PATH=f"/nonexistent:{folder}/models",
                      XDG_DATA_HOME=f"{folder}/user", XDG_DATA_DIRS=f"/none:{folder}/system")
    return ["flowers", "birds", "fruit"]


def check_values(complete, end):
    """What completes options' values; after them comes END."""
    models = make_models()
    for words, values in ((("classify", "--model"), models), (("bench", "-m"), models),
                          (("info",), models), (("bench", "--arch"), ARCHITECTURES),
                          (("convert", "-a"), ARCHITECTURES), (("scale", "-b"), ARCHITECTURES),
                          (("arch",), ARCHITECTURES), (("fetch",), NETWORKS),
                          (("bench", "-b"), []),
                          (("classify", "--precision"), PRECISIONS),
                          (("bench", "-p"), PRECISIONS),
                          (("watch", "--log"), ["text", "logfmt", "json"]),
                          (("watch", "--transport"), ["auto", "tcp", "udp"]),
                          (("classify", "--labels-file"), [])):
        found = complete("effnet", *words, "")
        assert sorted(found) == sorted(values + end), (words, found)


def test_bash_values():
    check_values(complete_bash, [])
    assert complete_bash("effnet", "classify", "--model", "flo") == ["flowers"]
    assert complete_bash("effnet", "classify", "--model", "=", "flo") == ["flowers"]
    assert complete_bash("effnet", "classify", "--precision", "=") == PRECISIONS


def complete_zsh(*words):
    script = """source=$1; shift; words=("$@"); CURRENT=$#; PREFIX=$words[-1]
        _describe() { print -l -- ${(P)@[-1]} }; _files() { print FILES }
        complete() { source $source }; complete"""
    done = subprocess.run(["zsh", "-f", "-c", script, "zsh",
                           str(installed.SOURCES / "pipelines/completion/_effnet"), *words],
                          capture_output=True, text=True, env={**os.environ, "PATH": PATH})
    assert done.returncode == 0 and not done.stderr, done.stderr
    return [line.split(":", 1)[0] for line in done.stdout.splitlines()]


def test_zsh():
    if not shutil.which("zsh"):
        raise tap.Skip("zsh is missing (zsh)")
    assert complete_zsh("effnet", "") == COMMANDS
    for command in COMMANDS:
        assert complete_zsh("effnet", command, "--") == options_of(command), command
    assert complete_zsh("effnet", "classify", "") == ["FILES"]
    check_values(complete_zsh, ["FILES"])


tap.run(sys.modules[__name__])
