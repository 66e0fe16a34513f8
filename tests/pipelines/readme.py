# SPDX-License-Identifier: BSD-2-Clause
"""Every command that the README and the pages in docs/ show is run: the indented blocks, and what
stands in backticks and has arguments. One case a command."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import broker
import installed
import kafka
import tap

SOURCES, BUILD = installed.SOURCES, pathlib.Path(os.environ["EFFNET_BUILD"])
HERE = pathlib.Path(installed.folder.name)
PAGES = [SOURCES / "README.md", *sorted((SOURCES / "docs").glob("*.md"))]
PROGRAMS = (r"(?:effnet|gst-[a-z]+-1\.0|meson|ssh|sudo|systemctl|export|debian/build"
            r"|(?:\./)?(?:pipelines|tests)/[^\s`]+)")
# In a sentence: with an argument, as the others are names.
INLINE = rf"`({PROGRAMS} [^`]+)`"
NAMES = r"effnet [a-z]+|effnet scale --plot"

# What stands for something of the reader's, or would take too long here. Everything else is run as
# written, in a folder with the files that the pages name.
INSTEAD = (
    # This test is among those that it would run.
    (r"^\./tests/run$", f"bash -n {SOURCES}/tests/run"),
    # tests/docs/pages.py compares the packages with those that quickstart installs.
    (r"^sudo apt install .*", "true"),
    (r"^pipelines/python/make-wheel$", f"bash -n {SOURCES}/pipelines/python/make-wheel"),
    (r"^debian/build$", f"bash -n {SOURCES}/debian/build"),
    (r"^sudo ninja -C \S+ uninstall$", f"ninja -C {BUILD} -t query uninstall"),
    (r"^sudo systemctl (?:enable|disable) --now (\S+)@\S+$",
     rf"find {HERE}/installed -name '\1@.service' | grep ."),
    (r"^sudo apt purge (.*)", rf'for name in \1; do grep "^Package: ${{name%\\*}}" '
     rf'{SOURCES}/debian/control; done'),
    (r"^sudo effnet fetch ", f"XDG_DATA_DIRS={HERE}/service effnet fetch "),
    # What tests fetch exists.
    (r"^effnet fetch NAME$", "effnet fetch lite0"),
    (r"^(pipelines/capacity .*)$", rf"\1 --measured {SOURCES}/docs/capacity.json"),
    (r"^(\./)?(pipelines|tests)/", rf"{SOURCES}/\2/"),
    # Configures again, but installs the existing build into a folder.
    (r"^sudo meson install -C \S+ && sudo ldconfig$",
     f"meson install --no-rebuild -C {BUILD} --destdir {HERE}/installed"),
    (r"-C build(-install)?(?= |$)", f"-C {BUILD}"),
    (r"^(meson devenv .*)$", r"\1 effnet --version"),
    (r"^(meson setup \S+)", rf"\1 {SOURCES}"),
    # Cameras and a screen.
    (r"^effnet watch /dev/video0 door=\S+ --http 8080$", "effnet watch a.mp4 door=holiday.mp4 --http 0"),
    (r"^effnet watch --on-change .*", "effnet watch --on-change true a.mp4"),
    (r"^(effnet watch --snapshot .*) yard=\S+", r"\1 holiday.mp4"),
    (r"^effnet watch --teach$", "effnet watch --teach gate --http 0 a.mp4"),
    (r"^(effnet watch --teach .*) --http 8080 yard=\S+", r"\1 --http 0 holiday.mp4"),
    (r"^(effnet watch --publish mqtt://)home\.local(/.*) door=\S+$", r"\1localhost\2 holiday.mp4"),
    (r"^ssh pi libcamera-vid \S+ 0 --codec mjpeg -o -",
     "gst-launch-1.0 -q uridecodebin uri=file:///tmp/a.mp4 ! videoconvert ! jpegenc ! fdsink"),
    (r"^effnet watch videotest:ball --http 8080$", "effnet watch a.mp4 --http 0"),
    (r"\bSOURCE\.\.\.", "a.mp4"),
    (r"\bv4l2src\b", "videotestsrc num-buffers=30"),
    (r"\bautovideosink\b", "fakesink"),
    (r"file:///tmp/", f"file://{HERE}/"),
    # GStreamer 1.28's; tests/gst-plugin/gstefficientnet-tensors.c has both.
    (r" tensors=softmax meta=0 ! classifiertensordecoder \S+", ""),
    # What is written is shown.
    (r"^(effnet classify .*--output (\S+).*)$", r"\1 && cat \2"),
    (r'"part-\$SLURM_ARRAY_TASK_ID"', "names.txt"),
    (r"--model flowers\.pth --model-options \S+ flower\.jpg$", "cat.jpg"),
    # Words in capitals.
    (r"FILE-or-URI\.\.\.", "cat.jpg"),
    (r"\beffnet explain PICTURE --output HEAT\.png", "effnet explain cat.jpg --output heat.png"),
    (r"\beffnet eval DIR --model M\b", "effnet eval gate --model gate.safetensors"),
    (r"\beffnet learn DIR --output M\b", "effnet learn gate --model lite0 --output gate"),
    (r"\bNAME\b", "b0"),
    (r"\bIN --output OUT\b", "tulips.onnx --output out"),
    (r"\bM$|(?<=--model )M\b|(?<=--arch )A\b", "lite0"),
    (r"--images DIR\b", "--images photos"),
    (r"\[--base B\] \[--plot FILE\.svg\]", "--base lite0 --plot plot.svg"),
    # Long measurements.
    (r"^effnet bench ", "effnet bench --seconds 0.1 "),
    (r"^effnet scale ", "effnet scale --to 1 --seconds 0.01 "),
)


def prepare():
    """The files that the pages assume."""
    import numpy
    from PIL import Image
    installed.use_model()
    shutil.copy(tap.model(), HERE / "models/lite0.pth")
    (HERE / "service/efficientnet/models").mkdir(parents=True)
    shutil.copy(tap.model(), HERE / "service/efficientnet/models/lite0.pth")
    (HERE / "photos").mkdir()
    for name in ("cat.jpg", "rose.jpg", "flower.jpg", "photos/1.jpg", "photos/2.jpg"):
        Image.open(tap.sample("chelsea.png")).convert("RGB").save(HERE / name)
    for number, image in enumerate(tap.photographs(6)):
        folder = HERE / "gate" / ("open" if number % 3 else "closed")
        folder.mkdir(parents=True, exist_ok=True)
        image.save(folder / f"{number}.jpg")
    shutil.copytree(HERE / "gate", HERE / "more")
    (HERE / "list.csv").write_text("gate/open/1.jpg,car;person\ngate/open/2.jpg,car\n"
                                   "gate/closed/0.jpg,\ngate/closed/3.jpg,person\n")
    film = installed.make_film(tap.sample("coffee.png"))
    shutil.copy(film, HERE / "holiday.mp4")
    shutil.copy(film, HERE / "a.mp4")
    subprocess.run([os.environ["EFFNET_WRITE_LITE0"], HERE / "flowers.safetensors"], check=True)
    (HERE / "names.txt").write_text("cat.jpg\nholiday.mp4\n")
    (HERE / "flowers.txt").write_text("".join(f"flower {i}\n" for i in range(10)))
    (HERE / "tulips.txt").write_text("".join(f"tulip {i}\n" for i in range(7)))
    sys.path.append(str(SOURCES / "tests/pipelines/convert"))
    import models
    models.write_onnx(HERE / "tulips.onnx", models.efficientnet())
    models.CLASSES = 10
    models.write_onnx(HERE / "flowers.onnx", models.efficientnet())
    net = models.mobilenet(hidden=((100, "relu"),))
    models.write_legacy_h5(HERE / "keras_model.h5", net, models.keras_config(net))
    with zipfile.ZipFile(HERE / "converted_keras.zip", "w") as archive:
        archive.write(HERE / "keras_model.h5", "keras_model.h5")
        archive.writestr("labels.txt", "".join(f"{i} flower {i}\n" for i in range(10)))
    numpy.save(HERE / "X.npy", numpy.zeros((1, 3, 224, 224), numpy.float32))


def commands_of(page):
    # Fenced blocks are in other languages.
    text = re.sub(r"^```.*?^```\n", "", page.read_text(), flags=re.M | re.S)
    blocks = re.findall(r"(?:^    .*\n)+", text, re.M)
    lines = [line.strip() for block in blocks
             for line in re.sub(r"\\\n *", "", block).splitlines()]
    inline = [span for span in re.findall(INLINE, text) if not re.fullmatch(NAMES, span)]
    return lines + inline


def commands():
    found = [command for page in PAGES if page.name != "api.md" for command in commands_of(page)]
    return list(dict.fromkeys(found))


def substitute(command):
    for pattern, instead in INSTEAD:
        command = re.sub(pattern, instead, command)
    return command


def run(command):
    if command == "./pipelines/quickstart" and BUILD != SOURCES / "build":
        raise tap.Skip("quickstart builds into build/, which is not what is tested: run tests/run")
    if "method=mqtt" in command:
        with broker.Broker() as there:
            run_line(re.sub(r"mqtts://[\w.]+", f"mqtt://{there.address}", substitute(command)))
    elif "method=kafka" in command:
        with kafka.Mock() as there:
            run_line(re.sub(r"kafkas://[\w.]+", f"kafka://{there.address}", substitute(command)))
    else:
        run_line(substitute(command))


def run_line(line):
    print(f"# {line}", flush=True)
    done = subprocess.run(["bash", "-e", "-c", line], capture_output=True, text=True, cwd=HERE,
                          env={**os.environ, "PATH": f"{BUILD}/pipelines:{os.environ['PATH']}"})
    assert done.returncode == 0, f"{line}: exit {done.returncode}: {done.stderr[-2000:]}"
    assert "CRITICAL" not in done.stderr and "WARNING" not in done.stderr, done.stderr[-2000:]
    if re.match("effnet (?!run)", line):
        assert done.stdout, line


def test_pages_have_commands():
    """Commands are recognised as intended."""
    found = commands()
    assert len(found) >= 50 and "./pipelines/quickstart" in found, found
    assert all(re.match(PROGRAMS, command) for command in found), found


def test_files():
    assert (HERE / "a.jsonl").read_text().count("\n") == 1
    assert (HERE / "changes.jsonl").read_text().count("\n") == 1
    for name in ("Y.npy", "plot.svg", "tulips.safetensors", "lite0-int8.safetensors"):
        assert (HERE / name).stat().st_size > 1000, name
    assert list((HERE / "espressos").iterdir())


if __name__ == "__main__":
    installed.install()
    prepare()
    module = sys.modules[__name__]
    last = vars(module).pop("test_files")
    for command in commands():
        setattr(module, f"test_{command}", lambda command=command: run(command))
    module.test_files = last
    tap.run(module)
