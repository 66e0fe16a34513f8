# SPDX-License-Identifier: BSD-2-Clause
"""Files as rows of a table, for engines that spread files over processes and machines.

Pictures are read by Pillow, videos by PyAV: the extras "images" and "videos"."""
from __future__ import annotations

import functools
import importlib
import io
import os
from typing import Any, BinaryIO, Dict, Iterator, Optional, Tuple, Union

import numpy as np

from ._model import Labels, Model, Path

Row = Dict[str, Any]
"""path; frame (its number in a video, from 0) and pts (s), None of a picture; labels and scores, best
first; embedding, None unless asked for; error, None unless there is one, and then the others are."""

VIDEO_SUFFIXES = (".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg",
                  ".mts", ".ogv", ".ts", ".webm", ".wmv")
PICTURE_SUFFIXES = (".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


def is_video(path: str) -> bool:
    """By its suffix."""
    return path.lower().endswith(VIDEO_SUFFIXES)


def _open(model: Optional[Path], precision: str, threads: int,
          labels: Union[None, Path, Tuple[str, ...]]) -> Model:
    return Model(model, precision, threads, labels)


_open_once = functools.lru_cache(maxsize=4)(_open)
"""Once for each process and settings."""


def _describe(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text else type(error).__name__


class FileClassifier:
    """Classifies pictures and videos: a row for each picture, and for each frame of a video that is
    looked at. It consists of its settings, so it can be pickled and sent to where files are; there,
    each process opens the model once."""

    def __init__(self, model: Optional[Path] = None, precision: str = "auto", *, threads: int = 1,
                 labels: Optional[Labels] = None, top_k: int = 5, every: float = 1.0,
                 embedding: bool = False) -> None:
        """MODEL, PRECISION, THREADS and LABELS are as Model takes them. A row has at most TOP_K
        classes. Of a video, the first frame is looked at, and then one every EVERY seconds; 0: each
        frame. With EMBEDDING, rows have the pooled features as well."""
        known = labels if labels is None or isinstance(labels, (str, os.PathLike)) else tuple(labels)
        self._threads = threads
        self._settings: Tuple[Any, ...] = (model, precision, threads, known)
        self._top_k = top_k
        self._every = every
        self._embedding = embedding

    @property
    def model(self) -> Model:
        """Opened, in this process."""
        return _open_once(*self._settings)

    def rows(self, path: str, content: Union[None, bytes, BinaryIO] = None) -> Iterator[Row]:
        """The rows of the file PATH; or of CONTENT, which then is only called so. What is wrong with
        a file is in a row, after those of the frames before it; what is wrong with the model is
        raised."""
        model = self.model
        frames = self._read_video if is_video(path) else self._read_picture
        source = io.BytesIO(content) if isinstance(content, bytes) else content
        try:
            for frame, pts, picture in frames(path if source is None else source):
                yield self._classify(model, path, frame, pts, picture)
        except Exception as error:  # pylint: disable=broad-except; decoders raise what they like
            yield self._row(path, error=_describe(error))

    @staticmethod
    def _row(path: str, **values: Any) -> Row:
        row: Row = dict.fromkeys(("frame", "pts", "labels", "scores", "embedding", "error"))
        return {"path": path, **row, **values}

    def _classify(self, model: Model, path: str, frame: Optional[int], pts: Optional[float],
                  picture: Any) -> Row:
        logits, features = model.logits_and_features(picture)
        best = model.best(logits[0], self._top_k)
        return self._row(path, frame=frame, pts=pts, labels=[found.label for found in best],
                         scores=[found.score for found in best],
                         embedding=features[0] if self._embedding else None)

    @staticmethod
    def _read_picture(source: Any) -> Iterator[Tuple[None, None, Any]]:
        from PIL import Image, UnidentifiedImageError  # an extra

        try:
            image = Image.open(source)
        except UnidentifiedImageError:
            raise ValueError("it is no picture of a kind that Pillow can read") from None
        with image:
            image.load()
            yield None, None, image

    def _read_video(self, source: Any) -> Iterator[Tuple[int, Optional[float], Any]]:
        av = importlib.import_module("av")  # an extra
        if not hasattr(av.VideoFrame, "rotation"):
            raise ValueError("PyAV 14.2 or later is needed, which says how videos are turned")
        due: Optional[float] = None
        with av.open(source) as container:
            if not container.streams.video:
                raise ValueError("there is no video in it")
            stream = container.streams.video[0]
            stream.codec_context.thread_count = self._threads
            for number, frame in enumerate(container.decode(stream)):
                time = frame.time
                if time is not None:
                    if due is not None and time < due:
                        continue
                    due = _next(time, due, self._every)
                yield number, time, np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)


def _next(time: float, due: Optional[float], every: float) -> float:
    """When to look at the frame after the one at TIME, which was DUE: times stay EVERY seconds
    apart, without adding up how late frames are."""
    if every == 0:
        return time
    first = time if due is None else due
    return first + every * (1 + int((time - first) / every))
