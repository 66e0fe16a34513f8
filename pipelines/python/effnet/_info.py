# SPDX-License-Identifier: BSD-2-Clause
"""How a checkpoint was understood."""
from __future__ import annotations

import dataclasses
import os
from typing import Any, List, Optional, Tuple

from ._effnet import ffi, lib

_PADDINGS = {lib.EFFNET_PADDING_SAME: "same", lib.EFFNET_PADDING_SYMMETRIC: "symmetric"}
_INTERPOLATIONS = {
    lib.EFFNET_INTERPOLATION_BILINEAR: "bilinear",
    lib.EFFNET_INTERPOLATION_BICUBIC: "bicubic",
}
_RESIZES = {lib.EFFNET_RESIZE_CENTER_CROP: "center-crop", lib.EFFNET_RESIZE_STRETCH: "stretch"}
_ACTIVATIONS = {
    lib.EFFNET_ACTIVATION_SOFTMAX: "softmax",
    lib.EFFNET_ACTIVATION_SIGMOID: "sigmoid",
    lib.EFFNET_ACTIVATION_NONE: "none",
}


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """How a checkpoint was understood."""
    path: str
    name: str
    """The file's name without folder and suffix."""
    arch: str
    """The network, e.g. "b0"."""
    naming: str
    """Whose tensor names: timm, torchvision, ..."""
    resolution: int
    """The side of the square input, in pixels."""
    in_channels: int
    """3, or 1 for grey."""
    n_classes: int
    """0: there is no classifier."""
    n_features: int
    """The length of what embed() returns of a picture."""
    mean: Tuple[float, float, float]
    """Of a pixel scaled to 0..1, in RGB order; as std."""
    std: Tuple[float, float, float]
    crop_fraction: float
    """How much of the shorter side is seen."""
    interpolation: str
    resize_mode: str
    padding: str
    epsilon: float
    activation: str
    precision: str
    """Never "auto"."""
    labels: Optional[Tuple[str, ...]] = dataclasses.field(repr=False)
    """A label for each class, where they are known."""
    origins: Tuple[str, ...] = dataclasses.field(repr=False)
    """"what: value (from where)", as "effnet info" prints it."""
    params: int


def text(string: Any) -> str:
    return ffi.string(string).decode(errors="replace") if string else ""


def texts(strings: Any) -> Tuple[str, ...]:
    """Of an array that NULL ends."""
    found: List[str] = []
    while strings and strings[len(found)]:
        found.append(text(strings[len(found)]))
    return tuple(found)


def read_info(info: Any, labels: Optional[Tuple[str, ...]]) -> ModelInfo:
    return ModelInfo(
        path=os.fsdecode(ffi.string(info.path)),
        name=text(info.name),
        arch=text(info.arch),
        naming=text(info.naming),
        resolution=info.resolution,
        in_channels=info.in_channels,
        n_classes=info.n_classes,
        n_features=info.n_features,
        mean=tuple(info.mean),
        std=tuple(info.std),
        crop_fraction=info.crop_fraction,
        interpolation=_INTERPOLATIONS.get(info.interpolation, "auto"),
        resize_mode=_RESIZES.get(info.resize_mode, "auto"),
        padding=_PADDINGS.get(info.padding, "auto"),
        epsilon=info.epsilon,
        activation=_ACTIVATIONS[info.activation],
        precision=text(lib.effnet_precision_get_name(info.precision)),
        labels=labels,
        origins=texts(info.origins),
        params=info.params,
    )
