#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Labels in a Python program: frames from an appsink, what the element attached to each of them,
and its messages on the bus. Needs PyGObject and GStreamer's introspection data (Debian:
python3-gi, gir1.2-gst-plugins-base-1.0), and no header or module of this project. GStreamer's
overrides (python3-gst-1.0) may be there or not.

    ./appsink-labels.py film.mp4
"""
import pathlib
import sys
import warnings

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

# PyGObject gets a structure's lists as this deprecated type.
warnings.filterwarnings("ignore", "GObject.ValueArray")


def read_array(result, field):
    _, values = result.get_array(field)
    return [values.get_nth(i) for i in range(values.n_values)]


def read_results(structure):
    """Each result's classes, best first, as (label, score). What is read belongs to STRUCTURE,
    and that to its buffer or message, so it is converted to plain Python values at once."""
    found, results = structure.get_list("results")
    return [list(zip(read_array(results.get_nth(i), "labels"),
                     read_array(results.get_nth(i), "scores")))
            for i in range(results.n_values if found else 0)]


def show_frame(number, sample):
    """Prints a line per frame: its time, its size, and the best class of each result."""
    buffer = sample.get_buffer()
    # Some versions of the overrides let structures of caps be read only in a "with".
    size = GstVideo.VideoInfo.new_from_caps(sample.get_caps())
    meta = buffer.get_custom_meta("GstEfficientNetMeta")
    results = read_results(meta.get_structure()) if meta else []
    best = ", ".join(f"{classes[0][1]:.1%} {classes[0][0]}" for classes in results)
    print(f"frame {number}, {buffer.pts / Gst.SECOND:.3f} s, {size.width}x{size.height}: "
          f"{best}")


def show_message(structure):
    """Prints what the element posts when the best class changes."""
    for (label, score), *_ in read_results(structure):
        print(f"change at {structure.get_value('pts') / Gst.SECOND:.3f} s: {label} ({score:.1%})")


def show_messages(bus):
    """Handles messages; False once the pipeline has failed."""
    while message := bus.pop_filtered(Gst.MessageType.ELEMENT | Gst.MessageType.ERROR):
        if message.type == Gst.MessageType.ERROR:
            print(f"appsink-labels: {message.parse_error().gerror.message}", file=sys.stderr)
            return False
        if message.has_name("efficientnet"):
            show_message(message.get_structure())
    return True


def main():
    if len(sys.argv) != 2:
        sys.exit("appsink-labels.py FILE-or-URI")
    Gst.init(None)
    name = sys.argv[1]
    uri = name if Gst.uri_is_valid(name) else pathlib.Path(name).absolute().as_uri()
    pipeline = Gst.parse_launch(
        "uridecodebin name=source ! videoconvert ! efficientnet post-messages=changes "
        "! video/x-raw ! appsink name=sink sync=false max-buffers=4")
    pipeline.get_by_name("source").set_property("uri", uri)
    sink, bus = pipeline.get_by_name("sink"), pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    number = 0
    while (good := show_messages(bus)) and not sink.get_property("eos"):
        if sample := sink.emit("try-pull-sample", Gst.SECOND // 10):
            show_frame(number, sample)
            number += 1
    pipeline.set_state(Gst.State.NULL)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
