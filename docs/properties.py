# SPDX-License-Identifier: BSD-2-Clause
"""The tables of docs/properties.md, from the elements as GStreamer finds them."""
import ctypes
import pathlib
import re

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

PAGE = pathlib.Path(__file__).with_name("properties.md")
TABLE = r"(<!-- begin (\w+), written by docs/generate -->\n).*?(<!-- end \2 -->)"
HEAD = "| property | type | default | can be set | meaning |\n|---|---|---|---|---|\n"
INTEGERS = ("gint", "guint", "gint64", "guint64", "glong", "gulong")
NO_LIMIT = (2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)
PLAYING, READY = 1 << (GObject.PARAM_USER_SHIFT + 4), 1 << (GObject.PARAM_USER_SHIFT + 2)



class Value(ctypes.Structure):
    """A GEnumValue or GFlagsValue."""
    _fields_ = [("value", ctypes.c_int), ("name", ctypes.c_char_p), ("nick", ctypes.c_char_p)]


class EnumClass(ctypes.Structure):
    _fields_ = [("type", ctypes.c_size_t), ("minimum", ctypes.c_int), ("maximum", ctypes.c_int),
                ("count", ctypes.c_uint), ("values", ctypes.POINTER(Value))]


class FlagsClass(ctypes.Structure):
    _fields_ = [("type", ctypes.c_size_t), ("mask", ctypes.c_uint), ("count", ctypes.c_uint),
                ("values", ctypes.POINTER(Value))]


gobject, gst = ctypes.CDLL("libgobject-2.0.so.0"), ctypes.CDLL("libgstreamer-1.0.so.0")
gobject.g_type_class_ref.restype = gobject.g_object_class_find_property.restype = ctypes.c_void_p
gobject.g_param_spec_get_default_value.restype = ctypes.c_void_p
gst.gst_value_serialize.restype = ctypes.c_char_p
gobject.g_type_class_ref.argtypes = [ctypes.c_size_t]
gobject.g_object_class_find_property.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
gobject.g_param_spec_get_default_value.argtypes = [ctypes.c_void_p]
gst.gst_value_serialize.argtypes = [ctypes.c_void_p]


def serialized_default(spec):
    """The default, as gst-launch-1.0 takes it; through C, since PyGObject does not know defaults
    of GStreamer's types."""
    klass = gobject.g_type_class_ref(hash(spec.owner_type))
    found = gobject.g_object_class_find_property(klass, spec.name.encode())
    text = gst.gst_value_serialize(gobject.g_param_spec_get_default_value(found))
    return text.decode() if text else ""


def default_of(spec):
    kind = spec.value_type.name
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return ""
    if kind == "gchararray":
        return f"`{spec.default_value}`" if spec.default_value else "none"
    if kind == "GstStructure":
        return "none"
    if kind == "gfloat":
        return f"{spec.default_value:g}"
    if kind == "guint" and spec.maximum == 2**32 - 1:
        return f"{spec.default_value:#010x}"
    if spec.value_type.is_a(GObject.TYPE_FLAGS):
        return "`" + "+".join(flag.nick.decode() for flag in class_values(spec)
                              if flag.value & int(spec.default_value)) + "`"
    text = serialized_default(spec)
    if not text.strip("<> "):
        return "none"
    return f"`{text}`" if values_of(spec) else text


def range_of(spec, kind, form=str):
    if spec.maximum in NO_LIMIT or spec.maximum > 1e30:
        return f"{kind}, {form(spec.minimum)} or more"
    return f"{kind}, {form(spec.minimum)} to {form(spec.maximum)}"


def type_of(spec):
    kind = spec.value_type
    if kind.name in INTEGERS:
        return range_of(spec, "integer")
    if kind.name in ("gfloat", "gdouble"):
        return range_of(spec, "number", "{:g}".format)
    if kind.is_a(GObject.TYPE_ENUM):
        return "enumeration"
    if kind.is_a(GObject.TYPE_FLAGS):
        return "flags, joined by `+`"
    return {"gchararray": "string", "gboolean": "boolean", "GstStructure": "structure",
            "GstFraction": "fraction", "GstValueArray": "array"}.get(kind.name, kind.name)


def class_values(spec):
    """The values of an enumeration or flags; through C, since what PyGObject knows of them
    changes."""
    kind = EnumClass if spec.value_type.is_a(GObject.TYPE_ENUM) else FlagsClass
    known = ctypes.cast(gobject.g_type_class_ref(hash(spec.value_type)), ctypes.POINTER(kind))[0]
    return sorted(known.values[:known.count], key=lambda value: value.value)


def values_of(spec):
    """Each value of an enumeration or flags: its nick and its sentence."""
    if not (spec.value_type.is_a(GObject.TYPE_ENUM) or spec.value_type.is_a(GObject.TYPE_FLAGS)):
        return []
    return [(value.nick.decode(), value.name.decode()) for value in class_values(spec)]


def meaning_of(spec):
    lines = [spec.blurb]
    for nick, name in values_of(spec):
        # GStreamer's own types have C names where ours have a sentence.
        lines.append(f"`{nick}`" if re.fullmatch("[A-Z0-9_]+", name) else f"`{nick}`: {name}")
    return "<br>".join(line.replace("|", "\\|").replace("<", "\\<") for line in lines)


def when_set(spec):
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return "read only"
    if spec.flags & PLAYING:
        return "at any time"
    assert spec.flags & READY, f"{spec.name} does not say when it can be set"
    return "before PAUSED"


def make(name):
    Gst.init(None)
    element = Gst.ElementFactory.make(name)
    if not element:
        raise LookupError(f"GStreamer has no element {name}")
    return element


def values_by_name(element, name):
    """The values of the property NAME, as values_of()."""
    return values_of(make(element).find_property(name))


def table_of(name):
    element = make(name)
    own = [spec for spec in element.list_properties() if spec.owner_type == type(element).__gtype__]
    return HEAD + "".join(
        f"| `{spec.name}` | {type_of(spec)} | {default_of(spec)} | {when_set(spec)} "
        f"| {meaning_of(spec)} |\n" for spec in own)


def page():
    """The page with new tables, and everything between them unchanged."""
    return re.sub(TABLE, lambda match: match[1] + table_of(match[2]) + match[3], PAGE.read_text(),
                  flags=re.S)
