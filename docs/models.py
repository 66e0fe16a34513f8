# SPDX-License-Identifier: BSD-2-Clause
"""The tables of docs/models.md: networks, from the program "effnet arch", and precisions, from the
element."""
import json
import os
import pathlib
import re
import subprocess

import properties

PAGE = pathlib.Path(__file__).with_name("models.md")
TABLE = r"(<!-- begin (\w+), written by docs/generate -->\n).*?(<!-- end \2 -->)"
HEAD = "| network | names | pixels | million parameters | million multiply-adds |\n|---|---|---|---|---|\n"
# What a name begins with; the first that fits counts. Others go by the letters they begin with.
FAMILIES = (
    ("lite", "EfficientNet-Lite"),
    ("v2-rw", "timm's EfficientNetV2-RW"),
    ("v2-", "EfficientNetV2"),
    (r"b\d-pruned", "EfficientNet, pruned"),
    (r"b\d|l2", "EfficientNet, and L2"),
    ("mobilenet-edgetpu-v2", "MobileNet-EdgeTPU V2"),
    ("mobilenet-edgetpu", "MobileNet-EdgeTPU"),
    ("e[sml]$", "EfficientNet-EdgeTPU"),
    ("tinynet", "TinyNet"),
    ("mobilenet-v1", "MobileNetV1"),
    ("mobilenet-v2", "MobileNetV2"),
    ("mobilenet-v3", "MobileNetV3"),
    ("mobilenet-v4", "MobileNetV4, of convolutions alone"),
    ("lcnet", "PP-LCNet"),
    ("mnasnet", "MnasNet"),
    ("semnasnet", "MnasNet with squeeze-excite"),
    ("spnasnet", "Single-Path NAS"),
    ("fbnetc", "FBNet-C"),
    ("fbnetv3", "FBNetV3"),
    (r"resnet\d+[dt]$", "ResNet-D, of timm"),
    ("resnet", "ResNet"),
)


def effnet_arch(*arguments):
    program = os.environ.get("EFFNET_PROGRAM", "effnet")
    return subprocess.run([program, "arch", *arguments], capture_output=True, text=True,
                          check=True).stdout


def between(values):
    least, most = min(values), max(values)
    return least if least == most else f"{least} to {most}"


def row(title, names):
    costs = [json.loads(effnet_arch(name, "--json")) for name in names]
    columns = (between([cost["resolution"] for cost in costs]),
               between([round(cost["params"] / 1e6, 1) for cost in costs]),
               between([round(cost["macs"] / 1e6) for cost in costs]))
    return f"| {title} | {' '.join(f'`{name}`' for name in names)} | {' | '.join(map(str, columns))} |\n"


def networks():
    found = {}
    for name in effnet_arch("--list").split():
        title = next((title for pattern, title in FAMILIES if re.match(pattern, name)),
                     re.match("[a-z]+", name)[0])
        found.setdefault(title, []).append(name)
    return HEAD + "".join(row(title, names) for title, names in found.items())


def precisions():
    rows = properties.values_by_name("efficientnet", "precision")
    return "| precision | what it is |\n|---|---|\n" + "".join(
        f"| `{name}` | {summary} |\n" for name, summary in rows)


def page():
    """The page with its tables written anew, and everything around them as it is."""
    tables = {"networks": networks, "precisions": precisions}
    return re.sub(TABLE, lambda match: match[1] + tables[match[2]]() + match[3], PAGE.read_text(),
                  flags=re.S)
