# SPDX-License-Identifier: BSD-2-Clause
"""rtspserver.py VIDEO PORT: serves VIDEO (VP8 in Matroska) to each client from the start, and
prints the port."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
path, port = sys.argv[1:]
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( filesrc location={path} ! matroskademux ! rtpvp8pay name=pay0 pt=96 )")
factory.set_shared(False)
server.get_mount_points().add_factory("/video", factory)
assert server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
