# SPDX-License-Identifier: BSD-2-Clause
"""What the recipes in Python share."""
import os
import pathlib
import sys
import warnings

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache",
                      "efficientnet/samples/cockatoo.mp4")


def init():
    """Puts the elements built here before those that are installed."""
    os.environ["GST_PLUGIN_PATH"] = f"{ROOT}/build/gst-plugin:{os.environ.get('GST_PLUGIN_PATH', '')}"
    # jpegparse knows which way up a photograph is, and GStreamer 1.22 does not use it by itself.
    os.environ["GST_PLUGIN_FEATURE_RANK"] = ",".join(
        ["jpegparse:257", *filter(None, [os.environ.get("GST_PLUGIN_FEATURE_RANK")])])
    # PyGObject gets a structure's lists as this deprecated type.
    warnings.filterwarnings("ignore", "GObject.ValueArray")
    Gst.init(None)
    if not Gst.ElementFactory.find("efficientnet"):
        sys.exit("GStreamer has no element efficientnet: pipelines/quickstart builds it")


def argument(number, default):
    return sys.argv[number] if len(sys.argv) > number else default


def to_uri(name):
    is_uri = Gst.uri_is_valid(str(name)) and not pathlib.Path(name).exists()
    return name if is_uri else pathlib.Path(name).absolute().as_uri()


def printable(text):
    """TEXT without what a terminal would obey, since labels are not trusted."""
    return "".join(c if c.isprintable() else "?" for c in text)


def best_class(buffer):
    """(label, score) of the buffer's first result, or None; the label is printable."""
    meta = buffer.get_custom_meta("GstEfficientNetMeta")
    found, results = meta.get_structure().get_list("results") if meta else (False, None)
    if not found or not results.n_values:
        return None
    result = results.get_nth(0)
    label = printable(result.get_array("labels")[1].get_nth(0))
    return label, result.get_array("scores")[1].get_nth(0)


def on_frames(element, function):
    """Calls FUNCTION(pad, buffer) for each buffer that leaves ELEMENT; if that returns False,
    drops the buffer."""
    def probe(pad, info):
        return (Gst.PadProbeReturn.DROP if function(pad, info.get_buffer()) is False else
                Gst.PadProbeReturn.OK)
    element.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, probe)


def play(pipeline):
    """Plays PIPELINE to its end."""
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    message = bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message.type == Gst.MessageType.ERROR:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: "
                 f"{printable(message.parse_error().gerror.message)}")
