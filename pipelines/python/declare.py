# SPDX-License-Identifier: BSD-2-Clause
"""declare.py OUTPUT.c: the source of effnet._effnet. What it declares is what the library's headers
do; the compiler compares each structure, constant and function with them once more."""
import pathlib
import re
import sys

import cffi

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include/effnet"
# Those after which they are included.
ORDER = ("error", "precision", "arch", "cpu", "model", "frame", "input", "scores", "session")
GLIB = """
typedef int gint;
typedef int gboolean;
typedef unsigned int guint;
typedef uint8_t guint8;
typedef uint32_t guint32;
typedef uint64_t guint64;
typedef size_t gsize;
typedef guint32 GQuark;
typedef struct { GQuark domain; gint code; char *message; ...; } GError;
void g_error_free(GError *error);
void g_free(void *memory);
void g_strfreev(char **strings);
"""
NOISE = r"/\*.*?\*/|^#.*?$|^G_(?:BEGIN|END)_DECLS$|^G_DEFINE_AUTOPTR_CLEANUP_FUNC\(.*?\)$"


def declarations(header):
    text = (INCLUDE / f"{header}.h").read_text()
    return re.sub(NOISE, "", text, flags=re.M | re.S)


ffi = cffi.FFI()
ffi.cdef(GLIB + "".join(map(declarations, ORDER)))
ffi.set_source("effnet._effnet", "#include <effnet/effnet.h>")
ffi.emit_c_code(sys.argv[1])
