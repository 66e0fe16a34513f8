# SPDX-License-Identifier: BSD-2-Clause
"""Models, and what they make of pictures."""
from __future__ import annotations

import dataclasses
import os
import warnings
from typing import (Any, Callable, List, Mapping, Optional, Sequence, Tuple, Union)

import numpy as np
from numpy.typing import NDArray

from ._effnet import ffi, lib
from ._errors import ModelError, PictureError, SettingsError, call
from ._gate import gate
from ._info import ModelInfo, read_info, text, texts
from ._pictures import Pictures, as_array, fill_frame, split

Path = Union[str, "os.PathLike[str]"]
Labels = Union[Path, Sequence[str]]

# Pictures that are inferred at once: what is not shared by the sessions of a model grows by them.
_BATCH = 8
_FLOAT32 = np.dtype(np.float32)
_PADDINGS = {
    "auto": lib.EFFNET_PADDING_AUTO,
    "same": lib.EFFNET_PADDING_SAME,
    "symmetric": lib.EFFNET_PADDING_SYMMETRIC,
}
_OPTIONS = ("arch", "resolution", "mean", "std", "padding", "epsilon")


@dataclasses.dataclass(frozen=True)
class Class:
    """One of the classes of a picture."""
    index: int
    label: str
    """The index as text where the model's labels are unknown."""
    score: float


def _c_string(value: Path, what: str) -> Any:
    data = os.fsencode(value)
    if b"\0" in data:
        raise SettingsError(f"{what} must not have a zero in it")
    return ffi.new("char[]", data)


def _find(model: Optional[Path]) -> str:
    """Where the program finds it."""
    folders = [ffi.new("char[]", os.fsencode(folder)) for folder in
               os.environ.get("GST_EFFICIENTNET_MODEL_PATH", "").split(os.pathsep)]
    name = ffi.NULL if model is None else _c_string(model, "a model's name")
    path = call(lib.effnet_model_find_in, name, ffi.new("char *[]", [*folders, ffi.NULL]))
    try:
        return os.path.abspath(os.fsdecode(ffi.string(path)))
    finally:
        lib.g_free(path)


def _three(name: str, value: Any) -> List[float]:
    numbers = [float(number) for number in value]
    if len(numbers) != 3:
        raise SettingsError(f"{name} must be three numbers, not {len(numbers)}")
    return numbers


def _fill_options(c_options: Any, options: Mapping[str, Any]) -> List[Any]:
    """What is returned must live as long as C_OPTIONS is used."""
    kept = []
    for name, value in options.items():
        if name == "arch":
            kept.append(_c_string(value, "arch"))
            c_options.arch = kept[-1]
        elif name in ("mean", "std"):
            setattr(c_options, name, _three(name, value))
            setattr(c_options, f"set_{name}", True)
        elif name == "padding":
            if value not in _PADDINGS:
                raise SettingsError(f"padding must be {', '.join(_PADDINGS)}, not {value}")
            c_options.padding = _PADDINGS[value]
        elif name in _OPTIONS:
            setattr(c_options, name, value)
        else:
            raise SettingsError(f"there is no option {name}; the options are {', '.join(_OPTIONS)}")
    return kept


def _open(path: str, precision: str, options: Mapping[str, Any], cache: bool) -> Any:
    c_options = ffi.new("EffNetModelOptions *")
    c_precision = ffi.new("EffNetPrecision *")
    call(lib.effnet_precision_parse, _c_string(precision, "precision"), c_precision)
    kept = _fill_options(c_options, options)
    c_options.precision = c_precision[0]
    if cache:
        c_options.cache = lib.effnet_model_get_cache_folder()
    model = call(lib.effnet_model_open, _c_string(path, "a path"), c_options)
    del kept
    return ffi.gc(model, lib.effnet_model_unref)


def _read_labels(labels: Labels, n_classes: int) -> Tuple[str, ...]:
    if isinstance(labels, (str, os.PathLike)):
        loaded = call(lib.effnet_labels_load, _c_string(labels, "a path"), n_classes)
        try:
            return texts(loaded)
        finally:
            lib.g_strfreev(loaded)
    if len(labels) != n_classes:
        raise SettingsError(f"{len(labels)} labels were given, but the model has {n_classes} classes")
    return tuple(labels)


class Model:
    """A network with its weights, opened once. Several threads may use it at the same time; it can be
    pickled, by the path of its file, and be used in a process that was forked."""

    def __init__(self, model: Optional[Path] = None, precision: str = "auto", threads: int = 0,
                 labels: Optional[Labels] = None, *, options: Optional[Mapping[str, Any]] = None,
                 cache: bool = False) -> None:
        """MODEL is a file, or the name of an installed model; without it, the default one. PRECISION
        is what it computes in, such as "fp32"; "auto": the fastest that model and CPU support. A
        call computes on up to THREADS threads of those that all models of a process share; 0: on all
        of them. LABELS are the path of a file, a label a line, or a sequence, instead of the model's
        own. OPTIONS are what the checkpoint does not say or says wrongly: arch, resolution, mean,
        std, padding, epsilon. With CACHE, packed weights are kept in the user's cache folder, so
        that the model opens faster the next time.

        Raises an Error of the kind of what is wrong."""
        if threads < 0:
            raise SettingsError(f"threads must be at least 0, not {threads}")
        settings = dict(options or {})
        with gate:
            self._model = _open(_find(model), precision, settings, cache)
            c_info = lib.effnet_model_get_info(self._model)
            if labels is not None:
                known: Optional[Tuple[str, ...]] = _read_labels(labels, c_info.n_classes)
            else:
                known = texts(c_info.labels) if c_info.labels else None
                if c_info.labels_warning:
                    warnings.warn(text(c_info.labels_warning), stacklevel=2)
        self._info = read_info(c_info, known)
        # What another process opens it by.
        self._settings = {"precision": precision, "threads": threads, "options": settings,
                          "labels": known if labels is not None else None, "cache": cache}
        self._activation = c_info.activation
        self._threads = threads
        self._idle: List[Any] = []
        with gate:
            self._give_session(self._take_session())  # an error of it is one of opening the model

    @property
    def info(self) -> ModelInfo:
        """How the checkpoint was understood."""
        return self._info

    def __repr__(self) -> str:
        return f"<effnet.Model {self._info.path}: {self._info.arch}, {self._info.precision}>"

    def __reduce__(self) -> Tuple[Any, ...]:
        return _restore, (self._info.path, self._settings)

    def _take_session(self) -> Any:
        """One that no other thread uses, for _give_session()."""
        try:
            return self._idle.pop()
        except IndexError:
            return ffi.gc(call(lib.effnet_session_new, self._model, _BATCH, self._threads),
                          lib.effnet_session_free)

    def _give_session(self, session: Any) -> None:
        if len(self._idle) < lib.effnet_cpu_get_threads():
            self._idle.append(session)

    def _describe(self, picture: Any, frame: Any) -> Tuple[Any, bool]:
        """What the engine reads PICTURE from, which FRAME describes unless it is normalised already, and
        whether it is."""
        array, turn = as_array(picture)
        if array.dtype != _FLOAT32:
            return fill_frame(frame, array, turn), False
        expected = (self._info.in_channels, self._info.resolution, self._info.resolution)
        if array.shape != expected:
            raise PictureError("normalised float32 must be channels x height x width of "
                               f"{expected}, not {array.shape}")
        return ffi.from_buffer("float[]", np.ascontiguousarray(array)), True

    def _infer(self, pictures: Pictures, *results: Tuple[Callable[[Any, int], Any], int]
               ) -> List[NDArray[np.float32]]:
        """For each of RESULTS, as many numbers of each picture as it says, which its function finds
        in a session. As few statements as there can be: the caches are full of the network, and each
        takes far longer than in a loop of its own."""
        items = split(pictures)
        outs = [np.empty((len(items), width), np.float32) for _, width in results]
        targets = [(ffi.from_buffer("float[]", out), result, width, width * out.itemsize)
                   for out, (result, width) in zip(outs, results)]
        frames = ffi.new("EffNetFrame[]", min(len(items), _BATCH))
        for first in range(0, len(items), _BATCH):
            # Before the gate, since what is not NumPy's may do anything to become an array.
            described = [self._describe(picture, frames + place)
                         for place, picture in enumerate(items[first:first + _BATCH])]
            with gate:
                session = self._take_session()
                try:
                    for place, (data, normalised) in enumerate(described):
                        if normalised:
                            lib.effnet_session_set_tensor(session, place, data)
                        else:
                            call(lib.effnet_session_set_frame, session, place, frames + place)
                    lib.effnet_session_run(session, len(described))
                    for numbers, result, width, size in targets:
                        for place in range(len(described)):
                            ffi.memmove(numbers + (first + place) * width, result(session, place), size)
                finally:
                    self._give_session(session)
        return outs

    def _logits(self) -> Tuple[Callable[[Any, int], Any], int]:
        if self._info.n_classes == 0:
            raise SettingsError(f"{self._info.path} has no classifier: only embed() can be asked of it")
        return lib.effnet_session_get_logits, self._info.n_classes

    def _features(self) -> Tuple[Callable[[Any, int], Any], int]:
        return lib.effnet_session_get_features, self._info.n_features

    def logits(self, pictures: Pictures) -> NDArray[np.float32]:
        """The logits of each picture: N x n_classes.

        PICTURES are an array of uint8, N x height x width x 3 (RGB), or an iterable of such arrays of
        any size and images of Pillow's; or one of them, of which the result is a row. Arrays may also
        have 4 channels, of which the last is ignored, or 1, or none: grey. Images are turned as their
        EXIF says. What preprocess() returned is taken as well. The interpreter's lock is released
        while the engine reads and computes; pictures must not be changed meanwhile."""
        return self._infer(pictures, self._logits())[0]

    def embed(self, pictures: Pictures) -> NDArray[np.float32]:
        """The pooled features of each picture, from which the logits are computed: N x n_features.
        PICTURES are as logits() takes them."""
        return self._infer(pictures, self._features())[0]

    def logits_and_features(self, pictures: Pictures
                            ) -> Tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What logits() and embed() return, of one inference."""
        logits, features = self._infer(pictures, self._logits(), self._features())
        return logits, features

    def classify(self, pictures: Pictures, top_k: int = 5,
                 threshold: float = float("-inf")) -> List[List[Class]]:
        """The TOP_K classes of each picture whose scores are at least THRESHOLD, best first.
        PICTURES are as logits() takes them."""
        return [self.best(row, top_k, threshold) for row in self.logits(pictures)]

    def best(self, logits: NDArray[np.float32], top_k: int = 5,
             threshold: float = float("-inf")) -> List[Class]:
        """The TOP_K classes of a picture with these LOGITS, as classify() returns them."""
        if top_k < 1:
            raise SettingsError(f"top_k must be at least 1, not {top_k}")
        n_classes = self._info.n_classes
        scores = np.array(logits, np.float32)
        if scores.shape != (n_classes,):
            raise SettingsError(f"the logits of a picture are {n_classes}, not of shape {scores.shape}")
        finite = np.isfinite(scores)
        if not finite.all():
            index = int(finite.argmin())
            raise ModelError(f"{self._info.path} answers a picture with {scores[index]} for class "
                             f"{index}, where a finite number is expected")
        numbers = ffi.from_buffer("float[]", scores)
        top = ffi.new("EffNetClass[]", min(top_k, n_classes))
        lib.effnet_scores_from_logits(self._activation, numbers, n_classes, numbers)
        found = lib.effnet_scores_top(numbers, n_classes, len(top), threshold, top)
        return [self._class(top[i]) for i in range(found)]

    def _class(self, found: Any) -> Class:
        labels = self._info.labels
        return Class(found.index, labels[found.index] if labels else str(found.index), found.score)

    def preprocess(self, pictures: Pictures) -> NDArray[np.float32]:
        """What the network sees of each picture: N x channels x resolution x resolution, cropped,
        resized and normalised, as "effnet run" takes it. PICTURES are as logits() takes them."""
        items = split(pictures)
        side = self._info.resolution
        out = np.empty((len(items), self._info.in_channels, side, side), np.float32)
        frame = ffi.new("EffNetFrame *")
        seen = ffi.gc(call(lib.effnet_input_new, self._model), lib.effnet_input_free)
        for picture, chw in zip(items, out):
            kept = fill_frame(frame, *as_array(picture))
            with gate:
                call(lib.effnet_input_set_frame, seen, frame)
                lib.effnet_input_get_tensor(seen, ffi.from_buffer("float[]", chw))
            del kept
        return out


def _restore(path: str, settings: Mapping[str, Any]) -> Model:
    return Model(path, **settings)
