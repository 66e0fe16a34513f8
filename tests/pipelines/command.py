# SPDX-License-Identifier: BSD-2-Clause
"""What all commands have in common."""
import concurrent.futures
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap
from tap import COMMANDS, effnet, effnet_fails

def test_unknown_option():
    for command in COMMANDS:
        effnet_fails(command, "--nope", says="--nope")


def test_unknown_isa():
    for command, argument in (("arch", "b0"), ("info", "x"), ("bench", "--arch=b0")):
        for isa in ("mmx", "c4"):  # the tests' own level is not in what users have
            effnet_fails(command, argument, "--isa", isa, says=isa)


def test_unknown_precision():
    for command in ("run", "bench", "classify"):
        effnet_fails(command, "--precision", "int3", "--model", "m", *(
            ("--input", "x", "--output", "y") if command == "run" else
            ("x",) if command == "classify" else ()), says="int3")


def test_model_options():
    commands = (("run", "--model", "m", "--input", "x", "--output", "y"), ("info", "m"),
                ("bench", "--model", "m"), ("bench", "--arch", "b0"), ("classify", "x"),
                ("watch", "x"))
    for command in commands:
        effnet_fails(*command, "--model-options", "padding=both",
                     says="padding must be same or symmetric, not both")
    assert "256 x 256 pixels" in effnet("info", tap.model(), "--model-options", "resolution=256")


def test_labels_that_do_not_fit():
    """Whoever opens a model whose own labels are too few is told, with both numbers."""
    with tempfile.TemporaryDirectory() as folder:
        path, cat = os.path.join(folder, "m.pth"), tap.sample("chelsea.png")
        shutil.copy(tap.model(), path)
        with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump({"id2label": {"0": "a", "1": "b", "2": "c"}}, file)
        os.mkdir(os.path.join(folder, "photos"))
        shutil.copy(cat, os.path.join(folder, "photos"))
        for run in (("classify", cat), ("classify", "--json", cat), ("watch", cat), ("info", path),
                    ("explain", cat, "--output", os.path.join(folder, "heat.png")),
                    ("bench", "--runs", "1"),
                    ("convert", path, "--output", os.path.join(folder, "c.safetensors")),
                    ("quantize", "--images", os.path.join(folder, "photos"), "--output",
                     os.path.join(folder, "q.safetensors"))):
            model = () if path in run else ("--model", path)
            done = subprocess.run([tap.EFFNET, *run, *model], capture_output=True, text=True)
            assert done.returncode == 0, (run, done.stderr)
            assert "config.json has 3 labels, the model 1000 classes" in done.stderr, (run, done.stderr)
            assert done.stderr.count("3 labels") == 1, (run, done.stderr)
            assert "tabby" not in done.stdout, run  # ImageNet's would be a guess


def test_options_anywhere():
    assert effnet("arch", "b0", "--json") == effnet("arch", "--json", "b0")
    assert effnet("arch", "--json", "--", "b0") == effnet("arch", "--json", "b0")


def test_arguments_that_are_too_many():
    effnet_fails("arch", "b0", "b1", says='"b1"')
    effnet_fails("run", "x", says='"x"')


def test_numbers_that_are_none():
    effnet_fails("bench", "--arch", "b0", "--threads", "two", says="two")


def test_isa_is_a_cap():
    for isa in ("c", "blas"):
        head = ("bench", "--arch", "lite0-r32", "--seconds", "0")
        assert f"kernels {isa}," in effnet(*head, "--isa", isa)
        assert f"kernels {isa}," in effnet(*head, EFFNET_ISA=isa)
    assert "kernels c," in effnet(*head, "--isa", "c", EFFNET_ISA="blas")


# A title, a colour, clearing the screen (twice), a line of its own, writing from the right.
HOSTILE = "\x1b]0;title\x07\x1b[31m\x1b[2J\x9b2J\neffnet: all is well\u202e"


def safetensors(path, tensors, metadata=None):
    """A file of float tensors of one element each, as its header says."""
    header = {name: {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]}
              for i, name in enumerate(tensors)}
    text = json.dumps({"__metadata__": metadata, **header} if metadata else header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + bytes(4 * len(tensors)))
    return path


def hostile_files(folder):
    name = os.path.join(folder, HOSTILE.replace("/", ""))
    labels, model = name + ".txt", name + ".pth"
    with open(labels, "w", encoding="utf-8") as file:
        file.write("".join(f"{HOSTILE.splitlines()[0]} {i}\n" for i in range(1000)))
    shutil.copy(tap.model(), model)
    shutil.copy(tap.sample("chelsea.png"), name + ".png")
    for kind in ("onnx", "tflite", "h5", "jpg", "npy", "conf"):
        with open(f"{name}.{kind}", "w", encoding="utf-8") as file:
            file.write("nothing\n")
    os.mkdir(name)
    shutil.copy(name + ".jpg", name)
    shutil.copy(name + ".png", name)
    with open(name + ".csv", "w", encoding="utf-8") as file:
        file.writelines(f'"{path}",{label}\n' for path, label in (
            (name + ".png", "a"), (f"{name}/{os.path.basename(name)}.png", "b"), (name + ".jpg", "a")))
    safetensors(name + ".safetensors", [HOSTILE, HOSTILE + ".weight"], {"arch": HOSTILE})
    return name, model, labels


def commands_with(name, model, labels):
    """Each of the commands, when it succeeds and when it fails."""
    bad = name + ".safetensors"
    return [
        ("arch", name), ("arch", "--base", name), (name,),
        ("bench", "--model", model, "--seconds", "0", "--profile"), ("bench", "--model", bad),
        ("bench", "--arch", name),
        ("classify", "--model", model, "--labels-file", labels, name + ".png", name + ".jpg", name),
        ("classify", "--model", model, "--labels-file", labels, "--format", "csv", name),
        ("classify", "--model", bad, name + ".png"),
        ("classify", "--model", model, "--precision", name, name),
        ("convert", name + ".onnx", "--output", name + ".out.safetensors"),
        ("convert", name + ".tflite", "--output", name), ("convert", name + "none", "--output", name),
        ("fetch", name), ("fetch", name + "none", "--sha256", name),
        ("info", model), ("info", bad), ("info", name),
        ("eval", "--list", name + ".csv", "--model", model), ("eval", name, "--model", model),
        ("eval", "--list", name + ".conf", "--model", bad),
        ("explain", name + ".png", "--model", model, "--output", name + ".heat.png"),
        ("explain", name + ".jpg", "--model", bad, "--json"),
        ("learn", "--list", name + ".csv", "--model", model, "--output", name + ".own.safetensors"),
        ("learn", os.path.dirname(name), "--model", model, "--output", name + ".own.safetensors"),
        ("learn", "--list", name + ".conf", "--model", bad, "--output", name),
        ("quantize", "--model", model, "--images", name, "--output", name + ".q.safetensors"),
        ("quantize", "--model", model, "--images", name + "none", "--output", name),
        ("run", "--model", model, "--input", name + ".npy", "--output", name + ".out.npy"),
        ("run", "--model", bad, "--input", name + ".npy", "--output", name),
        ("scale", "--base", name), ("scale", "--plot", name, "--no-latency"),
        ("watch", "--model", model, "--labels-file", labels, name + ".png"),
        ("watch", "--model", bad, name + ".png"), ("watch", "--config", name + ".conf"),
        ("watch", "--model", model, name + ".jpg", name + "none"),
    ]


def test_nothing_reaches_the_terminal():
    """Whatever files' names and contents are, of control characters only newlines are printed."""
    with tempfile.TemporaryDirectory() as folder:
        runs = commands_with(*hostile_files(folder))
        assert {run[0] for run in runs} >= set(COMMANDS), runs
        for arguments in runs:
            done = subprocess.run([tap.EFFNET, *arguments], capture_output=True, timeout=100)
            text = (done.stdout + done.stderr).decode()  # must be valid
            found = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
            assert text and not found, (arguments, text[max(0, found.start() - 80):][:160])
            assert not re.search("^effnet: all is well", text, re.M), (arguments, text)
            assert all(len(line) < 1600 for line in done.stderr.decode().splitlines()), text


def test_passwords_are_hidden():
    """Passwords in addresses, for all commands that take them; nobody answers at this one."""
    uris = ("rtsp://admin:s3cr3t@127.0.0.1:1/a", "http://admin:s3cr3t@127.0.0.1:1/a?password=s3cr3t",
            "foo://admin:s3cr3t@bar")
    model = tap.model()

    def run(command, more, uri):
        done = subprocess.run(["timeout", "-s", "TERM", "6", tap.EFFNET, command, "--model", model,
                               *more, uri, uri], capture_output=True, text=True)
        return command, done.stdout + done.stderr

    runs = itertools.product(("classify", "watch"), ((), ("--json",)), uris)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # they wait most of the time
        for command, text in pool.map(lambda arguments: run(*arguments), runs):
            assert text and "s3cr3t" not in text, (command, text)
    for method in "mqtt", "kafka":
        text = tap.output_of("watch", "--publish", f"{method}://admin:s3cr3t@host", "x")
        assert "admin:***@host" in text, text


def test_output_stays_when_commands_fail():
    """A failure leaves what was at --output, and beside it."""
    import numpy
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.npy")
        tensors = os.path.join(folder, "x.npy")
        numpy.save(tensors, numpy.zeros((2, 3, 224, 224), numpy.float32))
        os.truncate(tensors, os.path.getsize(tensors) - 400)
        os.mkdir(f"{folder}/pictures")
        shutil.copy(tap.sample("chelsea.png"), f"{folder}/pictures")
        with open(f"{folder}/bad.onnx", "wb") as file:
            file.write(b"\x08\x07" + bytes(100))
        model = f"{folder}/out.safetensors"
        for name in (path, model, model + ".new", f"{folder}/out.svg"):
            with open(name, "w", encoding="utf-8") as file:
                file.write("mine")
        before = sorted(os.listdir(folder))
        with open(tensors, "rb") as file:  # through a pipe, whose end cannot be foreseen
            done = subprocess.run(f'cat "{tensors}" | "{tap.EFFNET}" run --model "{tap.model()}" '
                                  f'--input /dev/stdin --output "{path}"', shell=True,
                                  capture_output=True, text=True)
        assert done.returncode == 1 and "ends before its last element" in done.stderr, done
        effnet_fails("convert", f"{folder}/bad.onnx", "--output", model, says="bad.onnx")
        effnet_fails("quantize", "--model", f"{folder}/bad.onnx", "--images", f"{folder}/pictures",
                     "--output", model, says="bad.onnx")
        effnet_fails("scale", "--base", "nope", "--plot", f"{folder}/out.svg", says="nope")
        assert sorted(os.listdir(folder)) == before, os.listdir(folder)
        for name in (path, model, model + ".new", f"{folder}/out.svg"):
            assert open(name, encoding="utf-8").read() == "mine", name
        effnet("quantize", "--model", tap.model(), "--images", f"{folder}/pictures", "--output", model)
        assert sorted(os.listdir(folder)) == before, os.listdir(folder)
        assert open(model + ".new", encoding="utf-8").read() == "mine"


tap.run(sys.modules[__name__])
