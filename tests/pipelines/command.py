# SPDX-License-Identifier: BSD-2-Clause
"""What is alike in all commands."""
import sys

import tap
from tap import COMMANDS, effnet, effnet_fails

def test_unknown_option():
    for command in COMMANDS:
        effnet_fails(command, "--nope", says="--nope")


def test_unknown_isa():
    for command, argument in (("arch", "b0"), ("info", "x"), ("bench", "--arch=b0")):
        effnet_fails(command, argument, "--isa", "mmx", says="mmx")


def test_unknown_precision():
    for command in ("run", "bench", "classify"):
        effnet_fails(command, "--precision", "int3", "--model", "m", *(
            ("--input", "x", "--output", "y") if command == "run" else
            ("x",) if command == "classify" else ()), says="int3")


def test_options_anywhere():
    assert effnet("arch", "b0", "--json") == effnet("arch", "--json", "b0")
    assert effnet("arch", "--json", "--", "b0") == effnet("arch", "--json", "b0")


def test_arguments_that_are_too_many():
    effnet_fails("arch", "b0", "b1", says='"b1"')
    effnet_fails("run", "x", says='"x"')


def test_numbers_that_are_none():
    effnet_fails("bench", "--arch", "b0", "--threads", "two", says="two")


def test_isa_is_a_cap():
    for isa in ("c", "blas"):
        head = ("bench", "--arch", "lite0", "--seconds", "0")
        assert f"kernels {isa}," in effnet(*head, "--isa", isa)
        assert f"kernels {isa}," in effnet(*head, EFFNET_ISA=isa)
    assert "kernels c," in effnet(*head, "--isa", "c", EFFNET_ISA="blas")


tap.run(sys.modules[__name__])
