# SPDX-License-Identifier: BSD-2-Clause
"""Only what happens before watching starts; the rest is in watch/."""
import sys

import tap
from tap import effnet, effnet_fails


def test_help():
    text = effnet("watch", "--help")
    for option in ("--model", "--json", "--http", "--rtsp-out", "--record", "--config", "--isa"):
        assert f"{option}=" in text or f"{option} " in text, option
    assert "SOURCE" in text and "/dev/video" in text


def test_nothing_to_watch():
    effnet_fails("watch", says="name a source")


def test_options():
    for option, says in (("--nope", "--nope"), ("--top-k=0", "top-k"), ("--precision=int3", "int3"),
                         ("--transport=pigeon", "pigeon"), ("--timeout=soon", "soon"),
                         ("--isa=mmx", "mmx")):
        effnet_fails("watch", option, "videotest:", says=says)


def test_names():
    effnet_fails("watch", "a=videotest:", "a=videotest:ball", says='"a"')
    effnet_fails("watch", "a=", says="empty")


tap.run(sys.modules[__name__])
