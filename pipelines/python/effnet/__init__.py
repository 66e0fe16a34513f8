# SPDX-License-Identifier: BSD-2-Clause
"""Classifies pictures with the EfficientNet family of networks, on the CPU.

    import effnet
    from PIL import Image

    model = effnet.Model("lite0")
    for picture in model.classify([Image.open("cat.jpg"), Image.open("rose.jpg")]):
        print(picture[0].label, picture[0].score)
"""
from ._errors import (Error, FormatError, ModelError, NotFoundError, OutOfMemoryError, PictureError,
                      SettingsError)
from ._info import ModelInfo
from ._model import Class, Model
from ._pictures import Pictures
from ._version import __version__

__all__ = ["Class", "Error", "FormatError", "Model", "ModelError", "ModelInfo", "NotFoundError",
           "OutOfMemoryError", "PictureError", "Pictures", "SettingsError", "__version__"]
