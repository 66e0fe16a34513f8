# SPDX-License-Identifier: BSD-2-Clause
"""The package effnet by itself: what it takes, what it refuses, threads, processes, memory. Of the
project it needs nothing but the checkpoint EFFNET_TEST_CHECKPOINT, or a program that writes one."""
import concurrent.futures
import inspect
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import time

import numpy
from PIL import Image, ImageOps

import effnet
import tap
from effnet import _effnet, _pictures
from effnet._gate import gate

FOLDER = tempfile.TemporaryDirectory(prefix="effnet-test-")
CLASSES, SIDE = 10, 64
CALLS, SPARE = 10_000, 1 << 20


def checkpoint():
    path = os.environ.get("EFFNET_TEST_CHECKPOINT") or f"{FOLDER.name}/lite0.safetensors"
    if not os.path.exists(path):
        subprocess.run([os.environ["EFFNET_WRITE_LITE0"], path], check=True)
    return path


def open_model(**settings):
    return effnet.Model(checkpoint(), **{"precision": "fp32", "options": {"resolution": SIDE}, **settings})


MODEL = open_model()


def picture(seed=1, height=70, width=90, channels=3):
    return numpy.random.default_rng(seed).integers(0, 256, (height, width, channels), numpy.uint8)


def same(pictures, expected, model=MODEL):
    found = model.logits(pictures)
    assert found.shape == (len(expected), CLASSES) and found.dtype == numpy.float32, found.shape
    assert (found == expected).all(), abs(found - expected).max()


def refuses(kind, says, call, *arguments, **settings):
    try:
        call(*arguments, **settings)
    except effnet.Error as error:
        assert type(error) is kind, repr(error)
        assert says in str(error), f"{says!r} is not in {error}"
        return
    raise AssertionError(f"{arguments} {settings}: nothing was raised")


def test_one_or_many():
    one = picture()
    expected = MODEL.logits(one)
    assert expected.shape == (1, CLASSES) and numpy.isfinite(expected).all() and expected.any()
    same([one], expected)
    same(one[numpy.newaxis], expected)
    same((item for item in (one, one)), numpy.repeat(expected, 2, axis=0))
    assert MODEL.logits([]).shape == (0, CLASSES)
    assert MODEL.logits(numpy.zeros((0, 5, 5, 3), numpy.uint8)).shape == (0, CLASSES)


def test_many_sizes():
    """A picture's scores depend neither on how many there are nor on their sizes."""
    pictures = [picture(seed, 40 + 7 * seed, 100 - 3 * seed) for seed in range(19)]
    expected = numpy.concatenate([MODEL.logits(one) for one in pictures])
    assert len(numpy.unique(expected, axis=0)) == len(pictures)
    same(pictures, expected)
    same(numpy.stack([picture(seed) for seed in range(9)]),
         numpy.concatenate([MODEL.logits(picture(seed)) for seed in range(9)]))


def test_views():
    """Of any strides, and read where they are."""
    whole = picture(3, 100, 120, 4)
    for view in (whole[10:80, 20:95, :3], whole[::-1, :, :3], whole[:, ::-1, :3], whole[:, :, 2::-1],
                 whole[::2, ::3, :3], whole[:, :, :3].transpose(1, 0, 2), whole[:1, :, :3],
                 whole[:, :1, :3], numpy.broadcast_to(whole[:1, :, :3], (50, 120, 3)), whole[5:, 7:]):
        same(view, MODEL.logits(numpy.array(view, order="C")))
    frozen = picture()
    frozen.setflags(write=False)
    same(frozen, MODEL.logits(picture()))


def test_not_copied():
    """A picture of many rows is read with the strides that it has."""
    whole = picture(5, 600, 900)
    for view in (whole[100:500, 100:800], whole[::-1], whole[::3], whole[:, :, 0:3]):
        kept = _pictures.fill_frame(_effnet.ffi.new("EffNetFrame *"), view, 0)
        assert numpy.shares_memory(kept, whole)


def test_channels():
    color = picture(4, 50, 60, 4)
    same(color, MODEL.logits(color[:, :, :3].copy()))
    grey = color[:, :, 0].copy()
    expected = MODEL.logits(numpy.repeat(grey[:, :, numpy.newaxis], 3, axis=2))
    same(grey, expected)
    same(grey[:, :, numpy.newaxis], expected)


class HasArray:
    """As tensors of other libraries have it."""

    def __array__(self, dtype=None, copy=None):
        return picture()


def test_other_arrays():
    same(HasArray(), MODEL.logits(picture()))
    same([HasArray(), picture(2)], MODEL.logits([picture(), picture(2)]))


def test_images():
    image = Image.fromarray(picture(6))
    expected = MODEL.logits(picture(6))
    same(image, expected)
    same([image, picture(6)], numpy.repeat(expected, 2, axis=0))
    image.putalpha(77)
    same(image, expected)
    for mode in ("1", "L", "LA", "P", "CMYK", "YCbCr", "HSV"):
        other = Image.fromarray(picture(7)).convert(mode)
        same(other, MODEL.logits(numpy.asarray(other.convert("RGB"))))


def test_orientation():
    """To within what a pixel more on one side of the crop makes."""
    slopes = numpy.zeros((60, 80, 3), numpy.uint8)
    slopes[:, :, 0] = numpy.arange(80) * 3
    slopes[:, :, 1] = numpy.arange(60)[:, numpy.newaxis] * 4
    for orientation in range(1, 9):
        path = f"{FOLDER.name}/{orientation}.png"
        image = Image.fromarray(slopes)
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(path, exif=exif)
        with Image.open(path) as turned:
            upright = numpy.asarray(ImageOps.exif_transpose(turned))
        with Image.open(path) as turned:
            seen = MODEL.preprocess(turned)
        assert abs(seen - MODEL.preprocess(upright)).max() < 0.15, orientation


def test_refused_pictures():
    for says, bad in (("not str", "cat.jpg"), ("not int", 3), ("not float64", numpy.zeros((4, 4, 3))),
                      ("not uint16", [numpy.zeros((4, 4, 3), numpy.uint16)]),
                      ("not 3 x 8 x 8", numpy.zeros((3, 8, 8), numpy.uint8)),
                      ("not 8 x 8 x 2", [numpy.zeros((8, 8, 2), numpy.uint8)]),
                      ("not 1 x 0", numpy.zeros((0, 1, 3), numpy.uint8)),
                      ("not 0 x 1", numpy.zeros((1, 0, 3), numpy.uint8)),
                      ("not 1048577 x 1", numpy.zeros((1, 2**20 + 1), numpy.uint8)),
                      ("not (3, 63, 64)", numpy.zeros((1, 3, SIDE - 1, SIDE), numpy.float32)),
                      ("mode I;16", Image.fromarray(numpy.zeros((4, 4), numpy.uint16))),
                      ("mode F", Image.fromarray(numpy.zeros((4, 4), numpy.float32)))):
        refuses(effnet.PictureError, says, MODEL.logits, bad)
    refuses(effnet.PictureError, "not float32", MODEL.preprocess,
            numpy.zeros((1, 3, SIDE, SIDE), numpy.float32))


def test_classify():
    logits = MODEL.logits([picture(), picture(2)]).astype(float)
    expected = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    found = MODEL.classify([picture(), picture(2)], top_k=3)
    for classes, scores in zip(found, expected):
        assert [one.index for one in classes] == list(numpy.argsort(-scores, kind="stable")[:3])
        assert numpy.allclose([one.score for one in classes], sorted(scores)[:-4:-1], atol=1e-6)
        assert all(one.label == str(one.index) for one in classes)
    (best, *_), _ = MODEL.classify([picture(), picture(2)], top_k=CLASSES + 5)
    assert len(_) == CLASSES and best == found[0][0]
    assert [len(classes) for classes in MODEL.classify(picture(), threshold=best.score)] == [1]
    assert MODEL.classify(picture(), threshold=2) == [[]]
    refuses(effnet.SettingsError, "at least 1", MODEL.classify, picture(), top_k=0)


def test_not_finite():
    """Which would be less than any threshold, and so be no class at all."""
    for value in numpy.nan, numpy.inf:
        logits = numpy.zeros(CLASSES, numpy.float32)
        logits[3] = value
        refuses(effnet.ModelError, f"with {value} for class 3, where a finite", MODEL.best, logits)


def test_labels():
    names = [f"name {i} ä" for i in range(CLASSES)]
    path = pathlib.Path(FOLDER.name, "labels.txt")
    path.write_text("\n".join(names) + "\n", "utf-8")
    for labels in (names, tuple(names), path, str(path)):
        model = open_model(labels=labels)
        assert model.info.labels == tuple(names)
        assert all(one.label == names[one.index] for one in model.classify(picture())[0])
    for labels in (names[1:], names + ["more"]):
        refuses(effnet.SettingsError, f"{len(labels)} labels", open_model, labels=labels)
    path.write_text("\n".join(names[1:]))
    refuses(effnet.SettingsError, "9", open_model, labels=path)
    refuses(effnet.NotFoundError, "none.txt", open_model, labels="none.txt")


def test_embed():
    features = MODEL.embed([picture(), picture(2)])
    assert features.shape == (2, MODEL.info.n_features) and features.dtype == numpy.float32
    assert (features[:1] == MODEL.embed(picture())).all() and (features[0] != features[1]).any()


def test_preprocess():
    """What the network sees gives the same logits, whichever way it comes."""
    pictures = [picture(), picture(2, 300, 50)]
    seen = MODEL.preprocess(pictures)
    assert seen.shape == (2, 3, SIDE, SIDE) and seen.dtype == numpy.float32
    same(seen, MODEL.logits(pictures))
    same(seen[1], MODEL.logits(pictures[1]))
    same(numpy.asfortranarray(seen), MODEL.logits(pictures))
    assert (MODEL.embed(seen) == MODEL.embed(pictures)).all()


def test_info():
    info = MODEL.info
    assert info.path == os.path.abspath(checkpoint()) and info.arch.startswith("lite0"), info
    assert (info.resolution, info.n_classes, info.in_channels) == (SIDE, CLASSES, 3), info
    assert (info.precision, info.activation, info.labels) == ("fp32", "softmax", None), info
    assert any(line.startswith("resolution: 64") for line in info.origins), info.origins
    assert info.path in repr(MODEL)
    other = open_model(options={"arch": "lite0", "resolution": SIDE, "mean": (0.1, 0.2, 0.3),
                                "std": [1, 2, 3], "padding": "symmetric", "epsilon": 0.5}).info
    assert numpy.allclose(other.mean + other.std, (0.1, 0.2, 0.3, 1, 2, 3)), other
    assert (other.padding, other.epsilon) == ("symmetric", 0.5), other


def test_refused_models():
    bad = pathlib.Path(FOLDER.name, "bad.safetensors")
    bad.write_bytes(b"\x08\0\0\0\0\0\0\0nonsense")
    refuses(effnet.FormatError, "bad.safetensors", effnet.Model, bad)
    refuses(effnet.NotFoundError, "there is no model", effnet.Model, "no-such-model")
    refuses(effnet.SettingsError, "fp33", open_model, precision="fp33")
    refuses(effnet.SettingsError, "threads", open_model, threads=-1)
    refuses(effnet.SettingsError, "zero", effnet.Model, "a\0b")
    for says, options in (("no option colour", {"colour": 1}), ("padding", {"padding": "odd"}),
                          ("three", {"mean": [1, 2]})):
        refuses(effnet.SettingsError, says, open_model, options=options)
    refuses(effnet.ModelError, "b0", open_model, options={"arch": "b0"})
    for kind, base in ((effnet.NotFoundError, FileNotFoundError), (effnet.FormatError, ValueError),
                       (effnet.OutOfMemoryError, MemoryError)):
        assert issubclass(kind, base) and issubclass(kind, effnet.Error)


def test_found_by_name():
    folder = os.path.dirname(checkpoint())
    name = os.path.basename(checkpoint()).partition(".")[0]
    before = os.environ.get("GST_EFFICIENTNET_MODEL_PATH")
    os.environ["GST_EFFICIENTNET_MODEL_PATH"] = folder
    try:
        assert effnet.Model(name).info.path == os.path.abspath(checkpoint())
    finally:
        del os.environ["GST_EFFICIENTNET_MODEL_PATH"]
        if before is not None:
            os.environ["GST_EFFICIENTNET_MODEL_PATH"] = before


def test_threads():
    """More than there are sessions for, with the results of one."""
    pictures = [picture(seed) for seed in range(5)]
    expected = MODEL.logits(pictures)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for found in pool.map(MODEL.logits, [pictures] * 60):
            assert (found == expected).all()


def test_lock_is_released():
    """Where no thread is switched by the clock, another one runs while the engine computes."""
    counted, going = [0], [True]

    def count():
        while going[0]:
            counted[0] += 1
            time.sleep(0.0001)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread = threading.Thread(target=count)
        thread.start()
        before = counted[0]
        for _ in range(10_000):
            MODEL.logits(picture())
            if counted[0] > before + 1:
                break
        assert counted[0] > before + 1
    finally:
        sys.setswitchinterval(interval)
        going[0] = False
        thread.join()


def spawned(function, *arguments):
    """What a function returns in a new process."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def test_pickled():
    names = [f"n{i}" for i in range(CLASSES)]
    model = pickle.loads(pickle.dumps(open_model(labels=names, threads=1)))
    assert model.info == open_model(labels=names).info
    assert (spawned(model.logits, [picture()]) == MODEL.logits(picture())).all()


def forked(work):
    """What WORK returns in a child."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with open(writer, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        result = pickle.load(pipe)
    os.waitpid(child, 0)
    return result


def test_forked():
    """While other threads compute, and with threads of the child's own."""
    expected = MODEL.logits(picture())
    going = [True]

    def compute():
        while going[0]:
            MODEL.logits([picture()] * 3)

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            found = forked(lambda: MODEL.logits(picture()))
            assert (found == expected).all()
    finally:
        going[0] = False
        for thread in threads:
            thread.join()
    cores = len(os.sched_getaffinity(0))
    if not tap.sanitized() and cores > 1:
        many = forked(lambda: (MODEL.logits(picture()), len(os.listdir("/proc/self/task")))[1])
        assert many > 1, many


def resident():
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def call_often():
    """How much more memory there is in use after so many calls."""
    model = open_model(options={"resolution": 32}, labels=[str(i) for i in range(CLASSES)])
    one, image = picture(1, 20, 20), Image.fromarray(picture(1, 20, 20))
    for i in range(CALLS + 1000):
        if i == 1000:
            before = resident()
        model.classify([one, image], top_k=2)
        if i % 10 == 0:
            model.preprocess(one)
            try:
                model.embed("nothing")
            except effnet.PictureError:
                pass
    return resident() - before


def test_no_growth():
    if tap.sanitized():
        raise tap.Skip("sanitizers keep what was freed")
    more = spawned(call_often)
    assert more <= SPARE, f"{more} bytes more after {CALLS} calls"


def test_fork_before_later_calls():
    """Threads that take turns do not keep a fork out."""
    inside, leave, entered = threading.Event(), threading.Event(), threading.Event()

    def call():
        with gate:
            inside.set()
            leave.wait()

    def call_later():
        with gate:
            entered.set()

    threads = [threading.Thread(target=call), threading.Thread(target=forked, args=(int,)),
               threading.Thread(target=call_later)]
    threads[0].start()
    inside.wait()
    threads[1].start()
    while not gate._forks:
        time.sleep(0.001)
    threads[2].start()
    assert not entered.wait(0.2)
    leave.set()
    for thread in threads:
        thread.join()
    assert entered.is_set()


def test_nothing_of_gstreamer():
    script = ("import effnet, sys; effnet.Model(sys.argv[1]); maps = open('/proc/self/maps').read(); "
              "assert 'libeffnet' in maps and 'libgst' not in maps, maps")
    subprocess.run([sys.executable, "-c", script, checkpoint()], check=True)


def test_documented():
    assert pathlib.Path(effnet.__file__).with_name("py.typed").exists()
    for name in effnet.__all__:
        thing = getattr(effnet, name)
        if inspect.isclass(thing):
            assert inspect.getdoc(thing), name
            for method, value in vars(thing).items():
                if not method.startswith("_") and (inspect.isfunction(value) or
                                                   isinstance(value, property)):
                    assert value.__doc__, f"{name}.{method}"


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
