# SPDX-License-Identifier: BSD-2-Clause
"""The engine's errors as exceptions."""
from __future__ import annotations

from typing import Any, Callable, NoReturn

from ._effnet import ffi, lib


class Error(Exception):
    """What could not be done: one sentence that names the file, the tensor or the setting, what was
    expected and what was found."""


class NotFoundError(Error, FileNotFoundError):
    """There is no such file or name, or it cannot be read."""


class FormatError(Error, ValueError):
    """The bytes are not what the file format asks for."""


class ModelError(Error, ValueError):
    """A well-formed file, but not of a network that the engine knows."""


class SettingsError(Error, ValueError):
    """Settings that contradict each other, the model or the CPU."""


class PictureError(Error, ValueError):
    """A picture that cannot be read: its type, its shape, its size."""


class OutOfMemoryError(Error, MemoryError):
    """More memory than there is."""


_CLASSES = {
    lib.EFFNET_ERROR_NOT_FOUND: NotFoundError,
    lib.EFFNET_ERROR_FORMAT: FormatError,
    lib.EFFNET_ERROR_MODEL: ModelError,
    lib.EFFNET_ERROR_SETTINGS: SettingsError,
    lib.EFFNET_ERROR_FRAME: PictureError,
    lib.EFFNET_ERROR_MEMORY: OutOfMemoryError,
}


def _throw(error: Any) -> NoReturn:
    message = ffi.string(error.message).decode(errors="replace")
    ours = error.domain == lib.effnet_error_quark()
    cls = _CLASSES.get(error.code, Error) if ours else Error
    lib.g_error_free(error)
    raise cls(message)


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function of the library whose last parameter is a GError."""
    error = ffi.new("GError **")
    result = function(*arguments, error)
    if error[0] != ffi.NULL:
        _throw(error[0])
    return result
