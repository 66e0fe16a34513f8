#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whether two builds of effnet give the same logits, to the bit: for a change that must not be one.

usage: builds.py OLD/effnet NEW/effnet MODEL... [--isa LEVEL...] [--precision PRECISION...]

Each MODEL (a checkpoint, quantised or not) runs in both builds, at every level that both have and in
every precision that the model has there, on the same random tensors. A line each; what differs says
by how much. Exit code 1: something differs.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np


def get_values(program, option):
    """What PROGRAM's help says that OPTION is one of."""
    text = subprocess.run([program, "bench", "--help"], capture_output=True, text=True, check=True)
    values, = re.findall(rf"^{option} is one of (.*)\.$", text.stdout, re.M)
    return values.split(", ")


def get_level(program, isa):
    """The level that PROGRAM runs at if ISA is the highest allowed."""
    head = subprocess.run([program, "bench", "--arch", "lite0", "--seconds", "0", "--isa", isa],
                          capture_output=True, text=True)
    return head.stdout.partition("kernels ")[2].partition(",")[0]


def get_resolution(program, model):
    info = subprocess.run([program, "info", model], capture_output=True, text=True, check=True)
    for line in info.stdout.splitlines():
        if "resolution" in line:
            return int("".join(c for c in line.partition("resolution")[2] if c.isdigit() or c == " ")
                       .split()[0])
    sys.exit(f"{model}: effnet info does not say the resolution")


def run(program, model, isa, precision, tensors):
    """The logits, or the error."""
    with tempfile.NamedTemporaryFile(suffix=".npy") as out:
        done = subprocess.run([program, "run", "--model", model, "--isa", isa, "--precision",
                               precision, "--input", tensors, "--output", out.name],
                              capture_output=True, text=True)
        if done.returncode:
            return done.stderr.strip()
        return np.load(out.name)


def compare(old, new):
    """A word for the result, and whether the two are the same."""
    if isinstance(old, str) or isinstance(new, str):
        return (f"old: {old}; new: {new}", False) if type(old) is not type(new) else ("", True)
    if old.tobytes() == new.tobytes():
        return "equal", True
    noise = np.sqrt(np.mean((old - new) ** 2)) / old.std()
    return f"differ by {noise:.2e} of the logits' deviation", False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--isa", nargs="+", help="default: all of OLD's")
    parser.add_argument("--precision", nargs="+", help="default: all but auto")
    options = parser.parse_args()
    isas = options.isa or get_values(options.old, "ISA")
    precisions = options.precision or get_values(options.old, "PRECISION")[1:]
    failed = False
    levels = [isa for isa in isas
              if get_level(options.old, isa) == get_level(options.new, isa) == isa]
    for model in options.models:
        size = get_resolution(options.old, model)
        with tempfile.NamedTemporaryFile(suffix=".npy") as tensors:
            rng = np.random.default_rng(0)
            np.save(tensors.name, rng.standard_normal((2, 3, size, size)).astype(np.float32))
            for isa in levels:
                for precision in precisions:
                    word, same = compare(run(options.old, model, isa, precision, tensors.name),
                                         run(options.new, model, isa, precision, tensors.name))
                    failed |= not same
                    if word:
                        print(f"{pathlib.Path(model).name} {isa} {precision}: {word}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
