#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares one inference of each network with the runtimes that one would use instead: in fp32,
or with --precision bf16, in which only OpenVINO of the others computes on a CPU.

Needs (PyPI): timm torch onnx onnxruntime openvino. The networks are timm's with random weights,
exported by torch.onnx. Each runtime runs in a process of its own and they take turns, so that
changes in the machine's speed affect all alike. Prints docs/performance.md's table: medians in
milliseconds, and our time over that of the fastest other."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NETWORKS = {  # ours: timm's, pixels
    "b0": ("efficientnet_b0", 224), "b1": ("efficientnet_b1", 240),
    "b2": ("efficientnet_b2", 260), "b3": ("efficientnet_b3", 300),
    "b4": ("efficientnet_b4", 380), "lite0": ("tf_efficientnet_lite0", 224),
    "es": ("efficientnet_es", 224), "v2-b0": ("tf_efficientnetv2_b0", 192),
    "v2-s": ("tf_efficientnetv2_s", 300), "mobilenet-v2": ("mobilenetv2_100", 224),
    "resnet50": ("resnet50", 224),
}
OTHERS = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
OTHERS_OF = {"fp32": ["onnxruntime", "openvino"], "bf16": ["openvino"]}
OPENVINO_HINTS = {"fp32": "f32", "bf16": "bf16"}


def export(name, folder):
    path = folder / f"{name}.onnx"
    if not path.exists():
        import timm
        import torch
        timm_name, size = NETWORKS[name]
        network = timm.create_model(timm_name, pretrained=False, exportable=True).eval()
        torch.onnx.export(network, torch.randn(1, 3, size, size), path, opset_version=17,
                          input_names=["x"], output_names=["y"], dynamo=False)
    return path


def load_onnxruntime(path, threads, precision="fp32"):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x})


def load_openvino(path, threads, precision="fp32"):
    import openvino
    core = openvino.Core()
    request = core.compile_model(core.read_model(path), "CPU", {
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": OPENVINO_HINTS[precision]}).create_infer_request()
    return lambda x: request.infer({"x": x})


def worker(who, path, size, threads, seconds, precision):
    import time

    import numpy
    x = numpy.random.default_rng(0).standard_normal((1, 3, size, size), dtype=numpy.float32)
    infer = globals()[f"load_{who}"](path, threads, precision)
    times, end = [], 0
    for _ in range(5):
        infer(x)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        begin = time.perf_counter()
        infer(x)
        times.append(1e3 * (time.perf_counter() - begin))
    print(json.dumps(times))


def measure(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr[-500:]}")
    return done.stdout


def compare(name, folder, threads, rounds, seconds, precision):
    path, times = export(name, folder), {}
    ours = [ROOT / "build/pipelines/effnet", "bench", "--arch", name, "--raw", "--threads", threads,
            "--seconds", seconds, "--precision", precision]
    for _ in range(rounds):
        for who in OTHERS_OF[precision]:
            out = measure([sys.executable, __file__, "--worker", who, path, NETWORKS[name][1],
                           threads, seconds, precision])
            times.setdefault(who, []).extend(json.loads(out.splitlines()[-1]))
        times.setdefault("ours", []).extend(float(line) for line in measure(ours).split())
    return {who: statistics.median(values) for who, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--precision", choices=OTHERS_OF, default="fp32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    columns = [OTHERS[who] for who in OTHERS_OF[arguments.precision]]
    print(f"| network | {' | '.join(columns)} | ours | ratio |")
    print("|---|" + "---|" * (len(columns) + 2))
    for name in arguments.networks:
        medians = compare(name, arguments.folder, arguments.threads, arguments.rounds,
                          arguments.seconds, arguments.precision)
        ours = medians.pop("ours")
        others = " | ".join(f"{medians[who]:.2f}" for who in OTHERS_OF[arguments.precision])
        print(f"| `{name}` | {others} | {ours:.2f} | {ours / min(medians.values()):.2f} |",
              flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]),
               sys.argv[7])
    else:
        main()
