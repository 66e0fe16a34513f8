# SPDX-License-Identifier: BSD-2-Clause
"""without-cuda.py DIRECTORY: makes the torch of PyPI load without the 3 GB of CUDA that it names.

DIRECTORY is torch/lib. What its libraries want of CUDA's becomes libraries of functions that fail;
on the CPU none is called but those that register kernels.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

THEIRS = re.compile(r"lib(cu|nccl|nv)")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wanted_by(libraries):
    """The missing libraries, each with its functions' versions, and all functions."""
    needed, functions, defined = {}, set(), set()
    for library in libraries:
        for name in re.findall(r"NEEDED.*\[(.*)\]", output_of("readelf", "-d", library)):
            needed.setdefault(name, set())
        for line in output_of("readelf", "-V", "-W", library).splitlines():
            if found := re.search(r" File: (\S+)", line):
                file = found[1]
            elif found := re.match(r"\s*0x\w+:\s+Name: (\S+)\s+Flags: .* Version: ", line):
                needed.setdefault(file, set()).add(found[1])
        for line in output_of("nm", "-D", library).splitlines():
            kind, symbol = line.split()[-2:]
            (functions if kind == "U" else defined).add(symbol)
    present = {library.name for library in libraries}
    return ({n: v for n, v in needed.items() if THEIRS.match(n) and n not in present},
            {f for f in functions if f.split("@")[0] not in defined})


def by_library(names, functions):
    """Functions by their version; those without a version may be in any library."""
    wanted = collections.defaultdict(list)
    for function in functions:
        symbol, _, version = function.partition("@")
        owners = [n for n, versions in names.items() if version in versions]
        if owners:
            wanted[owners[0]].append(symbol)
        elif not version and re.match(r"(cu|nccl|nv)", symbol):
            wanted[min(names)].append(symbol)
    return wanted


def write(path, symbols, versions):
    """Gives all functions the first of VERSIONS, as these libraries have only one."""
    version = min(versions, default=path.name)
    with tempfile.TemporaryDirectory() as folder:
        source, script = f"{folder}/functions.c", f"{folder}/versions.map"
        pathlib.Path(source).write_text("".join(f"int {s}(void) {{ return 1; }}\n"
                                                for s in symbols))
        pathlib.Path(script).write_text(f"{version} {{ *; }};\n")
        subprocess.run(["gcc", "-w", "-shared", "-fPIC", "-fno-builtin", f"-Wl,-soname,{path.name}",
                        f"-Wl,--version-script,{script}", "-o", path, source], check=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    names, functions = wanted_by(sorted(folder.glob("*.so*")))
    wanted = by_library(names, functions)
    for name, versions in names.items():
        write(folder / name, wanted[name], versions)


main()
