# SPDX-License-Identifier: BSD-2-Clause
"""Tests of programs: the functions test_… of a module, one TAP case each. With --overrides,
Python has GStreamer's overrides (Debian: python3-gst-1.0), here and in what is started."""
import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
import traceback

COMMANDS = ("classify", "fetch", "watch", "run", "bench", "arch", "scale", "learn", "eval", "explain", "quantize",
            "convert", "info")
EFFNET = os.environ.get("EFFNET_PROGRAM", "effnet")
DATA = os.environ.get("EFFNET_TEST_DATA", "")
MODELS = os.environ.get("EFFNET_TEST_MODELS") or os.path.join(
    os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "efficientnet/models")
SAMPLES = os.environ.get("EFFNET_TEST_SAMPLES") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "efficientnet/samples")
OVERRIDES = os.environ.get("EFFNET_TEST_OVERRIDES") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "efficientnet/python3-gst")


class Skip(Exception):
    pass


def use_overrides():
    """The overrides that are installed or unpacked; without any, nothing of the module is run."""
    folder = f"{OVERRIDES}/{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(folder)
    os.environ["PYTHONPATH"] = f"{os.environ.get('PYTHONPATH', '')}{os.pathsep}{folder}"
    if not importlib.util.find_spec("gi") or not importlib.util.find_spec("gi.overrides.Gst"):
        print("1..0 # SKIP python3-gst-1.0 is missing (tests/fetch-overrides)")
        sys.exit()


if "--overrides" in sys.argv:
    use_overrides()


def need(path, what):
    """PATH, or the case is skipped for want of WHAT."""
    if not os.path.exists(path):
        raise Skip(f"{what} is missing")
    return path


def gstreamer():
    """GStreamer in Python, or the case is skipped for want of it."""
    try:
        import gi
        gi.require_version("Gst", "1.0")
        from gi.repository import Gst
    except (ImportError, ValueError) as missing:
        raise Skip(f"GStreamer in Python is missing (python3-gi, gir1.2-gstreamer-1.0): {missing}"
                   ) from missing
    Gst.init(None)
    return Gst


def free_port():
    """A port of TCP that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(what, condition, patience):
    """What CONDITION returns once that is true; after PATIENCE seconds, the case fails with WHAT, which
    may be a function."""
    end = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.1)
    return found


def first_buffer(elements):
    """The test pattern's first frame behind ELEMENTS."""
    gst = gstreamer()
    pipeline = gst.parse_launch(
        f"videotestsrc num-buffers=1 ! {elements} ! appsink name=sink sync=false")
    pipeline.set_state(gst.State.PLAYING)
    buffer = pipeline.get_by_name("sink").emit("pull-sample").get_buffer()
    pipeline.set_state(gst.State.NULL)
    return buffer


def documented(page, name):
    """The functions of that name in a page's Python blocks."""
    found = []
    for code in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S):
        if f"def {name}(" in code:
            names = {}
            exec("import gi\n" + code, names)
            found.append(names[name])
    return found


def replace_file(path, text):
    """Writes a file that readers see as it was or as it will be."""
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(f"{path}.new", path)


def sanitized():
    """Whether the programs have the address sanitizer, with which they are some ten times slower."""
    return "sanitized" in os.environ.get("EFFNET_TEST_BUILD", "")


def model(name="lite0"):
    return need(f"{MODELS}/{name}.pth", f"the model {name} (effnet fetch)")


def sample(name):
    return need(f"{SAMPLES}/{name}", f"the sample {name} (pipelines/fetch-samples)")


def photographs(count):
    """N pictures, all different: the samples, then mirrored, then upside down."""
    try:
        from PIL import Image, ImageOps
    except ImportError as missing:
        raise Skip("Pillow is missing (python3-pil)") from missing
    turns = (lambda image: image, ImageOps.mirror, ImageOps.flip)
    names = ("chelsea.png", "coffee.png", "rocket.jpg")
    return [turn(Image.open(sample(name)).convert("RGB")) for turn in turns for name in names][:count]


def effnet(*arguments, **environment):
    """What a command prints, which must succeed. GLib's warnings are failures as well."""
    done = subprocess.run([EFFNET, *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}: {done.stderr[-2000:]}"
    assert "CRITICAL" not in done.stderr and "WARNING" not in done.stderr, done.stderr[-2000:]
    return done.stdout


def effnet_fails(*arguments, says, **environment):
    """Checks that a command fails, with one line on stderr that contains SAYS and an exit code
    that is not a signal's."""
    done = subprocess.run([EFFNET, *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})
    lines = done.stderr.splitlines()
    assert done.returncode == 1, f"{arguments}: exit {done.returncode}: {done.stderr[-2000:]}"
    assert len(lines) == 1 and lines[0].startswith("effnet"), f"{arguments}: {done.stderr[-2000:]!r}"
    assert says in lines[0], f"{arguments}: {says!r} is not in {lines[0]!r}"
    return done.stdout


def run_network(folder, model, x, *options, **environment):
    """The result of "effnet run" for X, through files in FOLDER."""
    import numpy
    numpy.save(f"{folder}/x.npy", x)
    effnet("run", "--model", model, "--input", f"{folder}/x.npy", "--output", f"{folder}/y.npy",
           *options, **environment)
    return numpy.load(f"{folder}/y.npy")


def output_of(*arguments):
    """Whatever a command prints, whether it succeeds or not."""
    done = subprocess.run([EFFNET, *arguments], capture_output=True, text=True)
    return done.stdout + done.stderr


def have_bf16():
    return "AVX512-BF16" not in output_of("bench", "--arch", "mobilenet-v2", "--seconds", "0",
                                          "--precision", "bf16")


def run(module):
    """All cases of a module, in the order of its source."""
    cases = [(n, f) for n, f in vars(module).items() if n.startswith("test_")]
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for number, (name, case) in enumerate(cases, 1):
        verdict, note = "ok", ""
        try:
            case()
        except Skip as reason:
            note = f" # SKIP {reason}"
        except Exception:  # anything that goes wrong in a case is its failure
            verdict = "not ok"
            failed += 1
            print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
        print(f"{verdict} {number} {name}{note}", flush=True)
    sys.exit(failed > 0)
