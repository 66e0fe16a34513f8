# SPDX-License-Identifier: BSD-2-Clause
"""What cffi makes of the library's headers."""
from typing import Any

ffi: Any
lib: Any
