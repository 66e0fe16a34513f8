#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures the frames per second of a whole pipeline on one core: from a 1080p NV12 frame in
memory, over and over, to the logits of a 224x224 network in fp32. Ours is the element. The
others are what one would write instead: videoconvertscale, an appsink and a tensor of the frame
for ONNX Runtime or OpenVINO. Each runs in a process of its own and they take turns; pin it to a
core (taskset -c 1).

Needs python3-gi with GStreamer, and (PyPI) numpy onnxruntime openvino. MODEL.onnx is as
compare.py exports it (build/bench/b0.onnx)."""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

from compare import OTHERS, ROOT, load_onnxruntime, load_openvino

SOURCE = ("videotestsrc pattern=snow num-buffers=1 ! video/x-raw,format=NV12,width=1920,height=1080 "
          "! imagefreeze num-buffers={frames} ! ")
OURS = "efficientnet model={model} threads=1 precision=fp32 ! fakesink name=sink"
THEIRS = ("videoconvertscale ! video/x-raw,format=RGB,width=224,height=224 "
          "! appsink name=sink sync=false")
LOAD = {"onnxruntime": load_onnxruntime, "openvino": load_openvino}


def pull_all(sink, infer):
    """Preprocesses and infers each frame that arrives."""
    import numpy
    from gi.repository import Gst
    mean, std = numpy.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], numpy.float32)
    scale, shift = (1 / (255 * std))[:, None, None], (mean / std)[:, None, None]
    while sample := sink.emit("pull-sample"):
        buffer = sample.get_buffer()
        # GStreamer's overrides (python3-gst-1.0) return no tuple, but what unpacks like one.
        _, pixels = buffer.map(Gst.MapFlags.READ)
        picture = numpy.frombuffer(pixels.data, numpy.uint8).reshape(224, 224, 3)
        tensor = picture.transpose(2, 0, 1) * scale - shift
        buffer.unmap(pixels)
        infer(tensor[None])


def worker(who, model, frames):
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
    Gst.init(None)
    pipeline = Gst.parse_launch(SOURCE.format(frames=frames) +
                                (OURS.format(model=model) if who == "ours" else THEIRS))
    infer = LOAD[who](model, 1) if who in LOAD else None
    pipeline.set_state(Gst.State.PAUSED)
    if pipeline.get_state(60 * Gst.SECOND)[0] != Gst.StateChangeReturn.SUCCESS:
        sys.exit("the pipeline does not start")
    begin = time.perf_counter()
    pipeline.set_state(Gst.State.PLAYING)
    if infer:
        pull_all(pipeline.get_by_name("sink"), infer)
    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE,
                                                    Gst.MessageType.EOS | Gst.MessageType.ERROR)
    if message.type == Gst.MessageType.ERROR:
        sys.exit(message.parse_error()[0].message)
    print(frames / (time.perf_counter() - begin))
    pipeline.set_state(Gst.State.NULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL.onnx")
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    models = dict.fromkeys(OTHERS, arguments.model)
    models["ours"] = arguments.model.with_suffix(".safetensors")
    subprocess.run([ROOT / "build/pipelines/effnet", "convert", "--output", models["ours"],
                    arguments.model], check=True)
    environment = os.environ | {"GST_PLUGIN_PATH": str(ROOT / "build/gst-plugin")}
    fps = {who: [] for who in models}
    for _ in range(arguments.rounds):
        for who, model in models.items():
            fps[who].append(float(subprocess.check_output(
                [sys.executable, __file__, "--worker", who, model, str(arguments.frames)],
                env=environment)))
    for who, values in fps.items():
        print(f"{OTHERS.get(who, who)}: {statistics.median(values):.1f} frames a second")
    others = max(statistics.median(fps[who]) for who in OTHERS)
    print(f"ours / the faster of the others: {statistics.median(fps['ours']) / others:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
