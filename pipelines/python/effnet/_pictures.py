# SPDX-License-Identifier: BSD-2-Clause
"""Pictures of every kind as frames of the library, which reads them where they are."""
from __future__ import annotations

import sys
from typing import Any, Iterable, Sequence, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._effnet import ffi, lib
from ._errors import PictureError

# A type checker need not know Pillow's images, which are of these as well.
Pictures = Union[ArrayLike, Iterable[Any]]

_FORMATS = {1: lib.EFFNET_PIXEL_GRAY8, 3: lib.EFFNET_PIXEL_RGB, 4: lib.EFFNET_PIXEL_RGBX}
_MODES = ("RGB", "L")
# Values of more than a byte, which Pillow would clip.
_REFUSED_MODES = ("I", "F")
_EXIF_ORIENTATION = 0x0112
_TURNS = {
    2: lib.EFFNET_ORIENTATION_HORIZ,
    3: lib.EFFNET_ORIENTATION_180,
    4: lib.EFFNET_ORIENTATION_VERT,
    5: lib.EFFNET_ORIENTATION_UL_LR,
    6: lib.EFFNET_ORIENTATION_90R,
    7: lib.EFFNET_ORIENTATION_UR_LL,
    8: lib.EFFNET_ORIENTATION_90L,
}
_MAX_STRIDE = 2**31 - 1
_MAX_SIDE = 2**20
_UINT8 = np.dtype(np.uint8)


def _is_image(picture: object) -> bool:
    """Whether Pillow made it: where nobody imported Pillow, it did not."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(picture, pillow.Image)


def split(pictures: Pictures) -> Union[Sequence[Any], NDArray[Any]]:
    """One after the other, whether there is one, or an array or an iterable of them."""
    if _is_image(pictures):
        return [pictures]
    if isinstance(pictures, (str, bytes)):
        raise PictureError("a picture is an array or an image of Pillow's, not "
                           f"{type(pictures).__name__}: open files with PIL.Image.open()")
    if hasattr(pictures, "__array__"):
        array: NDArray[Any] = np.asarray(pictures)
        return array if array.ndim == 4 else [array]
    try:
        return list(pictures)  # type: ignore[arg-type]
    except TypeError:
        raise PictureError("a picture is an array or an image of Pillow's, not "
                           f"{type(pictures).__name__}") from None


def _from_image(image: Any) -> tuple[Any, int]:
    """Its pixels, and how they must be turned."""
    if image.mode.split(";")[0] in _REFUSED_MODES:
        raise PictureError(f"an image of the mode {image.mode} has no pixels of 8 bits: convert it")
    turn = _TURNS.get(image.getexif().get(_EXIF_ORIENTATION), lib.EFFNET_ORIENTATION_IDENTITY)
    return np.asarray(image if image.mode in _MODES else image.convert("RGB")), turn


def as_array(picture: Any) -> tuple[NDArray[Any], int]:
    """PICTURE as it is in memory, and how it must be turned."""
    turn = lib.EFFNET_ORIENTATION_IDENTITY
    if _is_image(picture):
        picture, turn = _from_image(picture)
    return np.asarray(picture), turn


def _readable(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ARRAY, height x width x channels: itself if a row's pixels follow one another."""
    height, width, channels = array.shape
    row, pixel, sample = array.strides
    if ((channels == 1 or sample == 1) and (width == 1 or pixel == channels) and
            (height == 1 or width * channels <= abs(row) <= _MAX_STRIDE)):
        return array
    return np.ascontiguousarray(array)


def fill_frame(frame: Any, array: NDArray[Any], turn: int) -> NDArray[np.uint8]:
    """Has FRAME describe ARRAY. The result must live as long as FRAME is used."""
    if array.dtype != _UINT8:
        raise PictureError(f"a picture's values must be uint8, not {array.dtype}")
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    if array.ndim != 3 or array.shape[2] not in _FORMATS:
        raise PictureError("a picture must be height x width x 3 (RGB), 4 (RGB and alpha, which is "
                           f"ignored) or 1 (grey), not {' x '.join(map(str, array.shape))}")
    height, width, channels = array.shape
    if not (0 < height <= _MAX_SIDE and 0 < width <= _MAX_SIDE):
        raise PictureError("a picture must have 1 to 2^20 pixels in both directions, not "
                           f"{width} x {height}")
    if array.strides != (width * channels, channels, 1):
        array = _readable(array)
    if array.flags.c_contiguous:
        # Much faster than asking for the address, which matters beside a small network.
        data, stride = ffi.from_buffer("guint8[]", array), width * channels
    else:
        stride = array.strides[0] if height > 1 else width * channels
        data = ffi.cast("guint8 *", array.__array_interface__["data"][0])
    frame.format = _FORMATS[channels]
    frame.width, frame.height = width, height
    frame.plane[0] = data
    frame.stride[0] = stride
    frame.full_range = True
    frame.orientation = turn
    return array
