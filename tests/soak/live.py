#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""How live pipelines behave for longer than tests have time for. Run it in `meson devenv`, on a
machine that does nothing else; `--help` behind a part names its settings. Each part prints what it
saw and fails where that is not as promised; with --lenient only where no clock is involved.

    live.py streams --seconds 60          # eight cameras of one model: none late, memory shared
    live.py camera --model b4 --fps 60    # more than the CPU can do: every frame passes at once
    live.py latency                       # with wait, what is announced is what it takes
    live.py cycles --count 1000           # states up and down
    live.py sizes                         # 1x1 to 8192x8192
    live.py downstream                    # that is slow, blocks, or fails
    live.py soak --minutes 60             # memory does not grow
"""
import argparse
import resource
import subprocess
import sys
import time

import gi
gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


class Failure(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failure(what)


def net(options, properties=""):
    model = f'model="{options.model}" ' if options.model else ""
    more = f'model-options="o,resolution={options.resolution}" ' if options.resolution else ""
    return f"efficientnet {model}{more}{properties}"


def status(field):
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def wait(pipeline, seconds=None):
    """Runs until the end of the stream or for SECONDS; passes announced latencies on to the
    sinks, as applications do."""
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        left = Gst.CLOCK_TIME_NONE if end is None else int(max(0, end - time.monotonic()) * Gst.SECOND)
        message = pipeline.get_bus().timed_pop_filtered(
            left, Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.LATENCY)
        if message and message.type == Gst.MessageType.ERROR:
            raise Failure(message.parse_error()[0].message)
        if not message or message.type == Gst.MessageType.EOS:
            return
        pipeline.recalculate_latency()


def play(line, seconds=None):
    pipeline = Gst.parse_launch(line)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        wait(pipeline, seconds)
    except Failure:
        stop(pipeline)
        raise
    return pipeline


def stop(pipeline):
    expect(pipeline.set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS, "it does not stop")


def stat(element, name):
    return element.get_property("stats").get_value(name)


def child(options, part, *arguments):
    """Runs PART in a process of its own, to measure its own peak of memory; returns what it
    prints."""
    command = [sys.executable, __file__, part, *arguments]
    for name in ("model", "resolution"):
        if getattr(options, name):
            command += [f"--{name}", str(getattr(options, name))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


# Cameras whose frames cost nothing: drawing those of eight would take a whole core.
SOURCE = ("videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=1280,height=720 ! "
          "imagefreeze is-live=true ! video/x-raw,framerate=30/1")


def run_one_streams(options):
    """Prints frames shown, frames late, inferences, peak kB. A frame that comes when the next
    one is due is late; those of the first two seconds, while the process starts, do not count."""
    line = " ".join(
        f"{SOURCE} ! {net(options, options.properties) if options.properties != 'none' else 'identity'}"
        f" name=net{i} ! queue ! fakesink name=sink{i} sync=true qos=true max-lateness=33000000"
        for i in range(options.count))
    pipeline = play(line, min(2, options.seconds / 2))
    sinks = [pipeline.get_by_name(f"sink{i}") for i in range(options.count)]

    def counts():
        return [sum(stat(sink, name) for sink in sinks) for name in ("rendered", "dropped")]
    before = counts()
    wait(pipeline, options.seconds)
    shown, late = (now - then for now, then in zip(counts(), before))
    inferences = 0 if options.properties == "none" else sum(
        stat(pipeline.get_by_name(f"net{i}"), "inferences") for i in range(options.count))
    stop(pipeline)
    print(shown, late, inferences, status("VmHWM"))


def streams(options):
    """Eight 720p30 cameras with one model, two inferences per second each: inferring together,
    and each by itself."""
    def run(count, properties, seconds):
        return [int(word) for word in child(options, "one-streams", "--count", str(count),
                                            "--seconds", str(seconds), "--properties", properties)]
    base = "max-rate=2/1"
    share = f"model-instance-id=cameras batch-size={max(1, options.count // 2)} batch-timeout=5000000"
    short = min(5, options.seconds)
    own = run(1, base, short)[3] - run(1, "none", short)[3]
    bare = run(options.count, "none", short)[3]
    for properties in (f"{base} late-policy=skip-inference {share}", f"{base} {share}",
                       f"{base} late-policy=skip-inference"):
        shown, late, inferences, peak = run(options.count, properties, options.seconds)
        print(f"{options.count} streams, {options.seconds:g} s, {properties}: {shown} frames shown, "
              f"{late} late, {inferences} inferences; memory {(peak - bare) / 1024:.1f} MB, where one "
              f"stream alone has {own / 1024:.1f} MB")
        expect(inferences > 0, "nothing was inferred")
        expect(options.lenient or late == 0, f"{late} frames were late")
        if share in properties:
            expect(peak - bare < own + 10 * 1024, "memory is more than one model's and 10 MB")


def camera(options):
    """A network that cannot keep up with a camera: how much later than it came each frame
    leaves."""
    line = (f"videotestsrc is-live=true pattern=ball num-buffers={int(options.seconds * options.fps)} ! "
            f"video/x-raw,format=I420,width=1280,height=720,framerate={options.fps}/1 ! "
            f"{net(options, 'name=net late-policy=skip-inference')} ! fakesink sync=true qos=true")
    pipeline = Gst.parse_launch(line)
    element = pipeline.get_by_name("net")
    came, took = {}, []

    def see_in(pad, info):
        came[info.get_buffer().pts] = time.monotonic()
        return Gst.PadProbeReturn.OK

    def see_out(pad, info):
        took.append(time.monotonic() - came.pop(info.get_buffer().pts))
        return Gst.PadProbeReturn.OK

    element.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see_in)
    element.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, see_out)
    pipeline.set_state(Gst.State.PLAYING)
    wait(pipeline)
    frames, inferences, skipped = (stat(element, name) for name in ("frames", "inferences", "skipped"))
    stop(pipeline)
    took.sort()
    wanted = int(options.seconds * options.fps)
    print(f"{options.fps} fps, skip-inference: {frames} of {wanted} frames passed, {inferences} inferences, "
          f"{skipped} skipped; added latency p50 {1e3 * took[len(took) // 2]:.2f} ms, p99 "
          f"{1e3 * took[len(took) * 99 // 100]:.2f} ms, most {1e3 * took[-1]:.2f} ms")
    expect(frames == wanted == len(took), "frames are missing")
    expect(options.lenient or took[-1] < 2 / options.fps, "a frame was held for two frames' time")


def latency(options):
    """With wait: the answer to LATENCY, and how long frames really take."""
    pipeline = play(
        "videotestsrc is-live=true pattern=ball ! video/x-raw,width=1280,height=720,framerate=15/1 ! "
        f"{net(options, 'name=net')} ! fakesink name=sink sync=true qos=true max-lateness=5000000",
        options.seconds)
    element, sink = pipeline.get_by_name("net"), pipeline.get_by_name("sink")
    query = Gst.Query.new_latency()
    expect(element.query(query), "LATENCY is not answered")
    live, least, _ = query.parse_latency()
    p50, p99 = (stat(element, f"latency-{name}") for name in ("p50", "p99"))
    shown, late = stat(sink, "rendered"), stat(sink, "dropped")
    stop(pipeline)
    print(f"wait: announced {least / 1e6:.2f} ms (the source's frame among it), an inference takes "
          f"p50 {p50 / 1e6:.2f} ms, p99 {p99 / 1e6:.2f} ms; {shown} frames shown, {late} late")
    expect(live, "the pipeline is not live")
    expect(options.lenient or p50 <= least, "it takes longer than announced")
    expect(options.lenient or late * 50 <= shown, "more than one frame in fifty is late")


def grown(before):
    return (status("VmRSS") - before) / 1024


def cycles(options):
    """NULL to PLAYING and back, with frames flowing; memory after a tenth of the cycles and at
    the end."""
    pipeline = Gst.parse_launch(
        f"videotestsrc ! video/x-raw,width=320,height=240 ! tee name=t ! queue ! {net(options)} ! fakesink "
        f"name=a async=false t. ! queue ! {net(options, 'late-policy=skip-inference')} ! fakesink async=false")
    before = None
    start = time.monotonic()
    for i in range(options.count):
        expect(pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE, "it does not play")
        if i % 3 == 0:
            time.sleep(0.01)
        elif i % 3 == 1:
            pipeline.set_state(Gst.State.PAUSED)
        expect(pipeline.set_state(Gst.State.NULL if i % 2 else Gst.State.READY) ==
               Gst.StateChangeReturn.SUCCESS, "it does not stop")
        if before is None and i >= options.count // 10:
            before = status("VmRSS")
    stop(pipeline)
    print(f"{options.count} cycles in {time.monotonic() - start:.1f} s, memory grown by {grown(before):.2f} MB "
          "after the first tenth")
    expect(options.lenient or grown(before) < 1, "memory grows by more than 1 MB")


def sizes(options):
    """Sizes of every order of magnitude, and odd ones; the output has the size of the input."""
    sides = [1, 2, 3, 5, 7, 13, 33, 127, 255, 641, 1081, 2047, 4097, 8191, 8192]
    if options.count:
        sides = sides[:options.count]
    pairs = [(side, side) for side in sides] + [(1, sides[-1]), (sides[-1], 1)]
    for form in ("I420", "RGB", "UYVY"):
        for width, height in pairs:
            pipeline = play(
                f"videotestsrc num-buffers=1 ! video/x-raw,format={form},width={width},height={height} ! "
                f"{net(options, 'name=net')} ! fakesink name=sink")
            expect(stat(pipeline.get_by_name("net"), "inferences") == 1, f"{form} {width}x{height}")
            stop(pipeline)
    print(f"{3 * len(pairs)} sizes from 1x1 to {sides[-1]}x{sides[-1]}: each is inferred")


def downstream(options):
    """Downstream that is slow, that blocks until a flush, that fails."""
    pipeline = play(f"videotestsrc num-buffers=20 ! {net(options, 'name=net')} ! identity sleep-time=20000 ! "
                    "fakesink")
    expect(stat(pipeline.get_by_name("net"), "frames") == 20, "frames are missing")
    stop(pipeline)
    for policy in ("wait", "skip-inference"):
        pipeline = Gst.parse_launch(f"videotestsrc ! {net(options, f'late-policy={policy}')} ! identity name=i ! "
                                    "fakesink")
        pad = pipeline.get_by_name("i").get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BLOCK | Gst.PadProbeType.BUFFER,
                      lambda pad, info: Gst.PadProbeReturn.OK)
        pipeline.set_state(Gst.State.PLAYING)
        time.sleep(0.2)
        start = time.monotonic()
        stop(pipeline)
        expect(options.lenient or time.monotonic() - start < 2, "it does not stop while blocked")
        failing = (f"videotestsrc num-buffers=10 ! {net(options, f'late-policy={policy}')} ! "
                   "identity error-after=3 ! fakesink")
        try:
            play(failing)
        except Failure:
            continue
        raise Failure("the error is lost")
    print("downstream that is slow, blocks, fails: frames pass, states change, the error arrives")


def soak(options):
    """Everything that allocates, for a long time; memory after a tenth of the time and at the
    end."""
    rate = f"video/x-raw,format=I420,width=640,height=360,framerate={options.fps}/1"
    share = "model-instance-id=soak batch-size=2 batch-timeout=10000000"
    pipeline = Gst.parse_launch(
        f"videotestsrc is-live=true pattern=ball ! {rate} ! tee name=t "
        f"t. ! queue ! {net(options, 'post-messages=all smoothing=0.5 embedding=true ' + share)} "
        "! efficientnetpublish location=/dev/null ! fakesink "
        f"t. ! queue ! {net(options, 'late-policy=skip-inference change-threshold=0.01 ' + share)} "
        "! videoconvert ! fakesink")
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    start, end = time.monotonic(), time.monotonic() + 60 * options.minutes
    before = None
    while time.monotonic() < end:
        message = bus.timed_pop(Gst.SECOND)
        while message:
            expect(message.type != Gst.MessageType.ERROR, "an error was posted")
            message = bus.pop()
        if before is None and time.monotonic() - start > 6 * options.minutes:
            before = status("VmRSS")
    after = grown(before)
    cpu = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    stop(pipeline)
    print(f"{options.minutes} minutes at {options.fps} fps: memory grown by {after:.2f} MB, {cpu:.0f} s of CPU")
    expect(options.lenient or after < 1, "memory grows by more than 1 MB")


PARTS = {"streams": streams, "one-streams": run_one_streams, "camera": camera, "latency": latency,
         "cycles": cycles, "sizes": sizes, "downstream": downstream, "soak": soak}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--model", default="", help="the installed default where none is named")
    parser.add_argument("--resolution", type=int, default=0, help="of the network; 0: its own")
    parser.add_argument("--lenient", action="store_true", help="expect nothing of the clock")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--fps", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--properties", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.fps = options.fps or (5 if options.part == "soak" else 60)
    if not options.count and options.part != "sizes":
        options.count = 1000 if options.part == "cycles" else 8
    Gst.init(None)
    try:
        PARTS[options.part](options)
    except (Failure, GLib.Error, subprocess.CalledProcessError) as failure:
        sys.exit(f"live.py: {options.part}: {failure}")


main()
