#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares "effnet classify --files-from" with what one would write instead: Pillow and ONNX Runtime
behind torch's DataLoader with two workers. Both read the same pictures, ten times, on two cores.

Needs (PyPI): timm torch onnx onnxruntime pillow. The network is Lite0; the other's has random
weights, exported by torch.onnx. Both take turns, so that changes in the machine's speed affect both
alike; of a machine that others use, too, the CPU's time says more. What starting takes (importing torch takes
seconds) is measured with an empty list, and left out. What decoding takes is measured without the
inference: by pictures of 32 x 32 pixels, and by a DataLoader alone."""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PIXELS, SHORTER_SIDE, BATCH, WORKERS, CORES = 224, 256, 32, 2, 2


def export(path):
    import timm
    import torch
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False, exportable=True).eval()
    torch.onnx.export(network, torch.zeros(1, 3, PIXELS, PIXELS), path, opset_version=17,
                      input_names=["x"], output_names=["y"], dynamo=False,
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


class Pictures:
    """A data set for the DataLoader: a picture as the network was trained on it."""

    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        import numpy
        from PIL import Image
        picture = Image.open(self.paths[i]).convert("RGB")
        scale = SHORTER_SIDE / min(picture.size)
        picture = picture.resize([round(side * scale) for side in picture.size], Image.BICUBIC)
        x, y = ((side - PIXELS) // 2 for side in picture.size)
        pixels = numpy.asarray(picture.crop((x, y, x + PIXELS, y + PIXELS)), numpy.float32)
        return ((pixels - 127) / 128).transpose(2, 0, 1)


def other(network, listed, decode_only):
    """What runs in a process of its own: prints the best class of each picture."""
    import numpy
    import onnxruntime
    import torch
    torch.set_num_threads(1)
    with open(listed, encoding="utf-8") as file:
        paths = file.read().splitlines()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = CORES
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    for batch in torch.utils.data.DataLoader(Pictures(paths), BATCH, num_workers=WORKERS):
        if decode_only:
            continue
        logits = session.run(None, {"x": batch.numpy()})[0]
        for row in logits:
            print(int(numpy.argmax(row)))


def run(command):
    """Seconds, and seconds of CPU."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return end - begin, cpu


def measure(arguments, folder):
    pictures = sorted(str(path) for path in pathlib.Path(arguments.pictures).iterdir()) * 10
    listed, empty, network = folder / "list", folder / "empty", folder / "lite0.onnx"
    listed.write_text("".join(f"{path}\n" for path in pictures), encoding="utf-8")
    empty.touch()
    subprocess.run([sys.executable, __file__, "--export", network], check=True)
    ours = [arguments.effnet, "classify", "--model", arguments.model, "--files-from"]
    others = [sys.executable, __file__, "--other", network]
    commands = {
        "ours, auto": [*ours, listed],
        "ours, fp32": [*ours, listed, "--precision", "fp32"],
        "the other": [*others, listed],
        "ours, decoding": [*ours, listed, "--model-options", "resolution=32"],
        "the other, decoding": [*others, listed, "--decode-only"],
    }
    starts = {"ours": [*ours, empty], "the other": [*others, empty]}
    found = {name: [] for name in commands}
    for _ in range(arguments.rounds):
        start = {name: run(command) for name, command in starts.items()}
        for name, command in commands.items():
            seconds, cpu = (whole - part for whole, part in zip(run(command), start[name.split(",")[0]]))
            found[name].append((len(pictures) / seconds, cpu / len(pictures) * 1000))
    return len(pictures), found


def report(count, found):
    def median(name, which):
        return statistics.median(row[which] for row in found[name])

    print(f"{count} pictures, {len(next(iter(found.values())))} rounds, load {os.getloadavg()[0]:.1f}")
    for name in found:
        print(f"  {name:20} {median(name, 0):7.1f} pictures/s {median(name, 1):7.2f} ms of CPU a picture")
    for name in "ours, auto", "ours, fp32":
        rates = [ours[0] / other[0] for ours, other in zip(found[name], found["the other"])]
        share = median("ours, decoding", 1) / median(name, 1)
        print(f"{name}: {statistics.median(rates):.2f} times as many pictures a second (of pairs "
              f"{min(rates):.2f} to {max(rates):.2f}), {median('the other', 1) / median(name, 1):.2f} "
              f"times less CPU; decoding and scaling are {share:.0%} of its CPU")
    share = median("the other, decoding", 1) / median("the other", 1)
    print(f"the other: decoding and scaling are {share:.0%} of its CPU")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="?", help="a folder of pictures")
    parser.add_argument("--effnet", default=str(ROOT / "build/pipelines/effnet"))
    parser.add_argument("--model", default="lite0")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="a file for all that was measured")
    parser.add_argument("--export", help=argparse.SUPPRESS)
    parser.add_argument("--other", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--decode-only", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.export:
        export(arguments.export)
        return
    if arguments.other:
        other(*arguments.other, arguments.decode_only)
        return
    if not arguments.pictures:
        parser.error("name a folder of pictures")
    # Only two cores, however many there are.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory() as folder:
        count, found = measure(arguments, pathlib.Path(folder))
    report(count, found)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
