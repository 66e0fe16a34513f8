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


def test_manual_is_clean():
    if not shutil.which("mandoc"):
        raise tap.Skip("mandoc is not installed")
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
    os.makedirs(f"{installed.folder.name}/models", exist_ok=True)
    with open(f"{installed.folder.name}/models/flowers.safetensors", "w", encoding="utf-8"):
        pass
    os.environ["GST_EFFICIENTNET_MODEL_PATH"] = f"{installed.folder.name}/models"
    assert complete_bash("effnet", "classify", "--model", "flo") == ["flowers"]


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
        raise tap.Skip("zsh is not installed")
    assert complete_zsh("effnet", "") == COMMANDS
    for command in COMMANDS:
        assert complete_zsh("effnet", command, "--") == options_of(command), command
    assert complete_zsh("effnet", "classify", "") == ["FILES"]


tap.run(sys.modules[__name__])
