# SPDX-License-Identifier: BSD-2-Clause
"""The page docs/api.md, from the public headers: each declaration with the comment above it."""
import pathlib
import re

PAGE = pathlib.Path(__file__).with_name("api.md")
INCLUDE = PAGE.parent.parent / "include"
FIRST = "effnet/effnet.h"
TOP = """\
# The C API

Written by `docs/generate` from the headers in [`include/`](../include/); what is missing here is
missing there.

Programs that infer need `pkg-config effnet-1.0` and `#include <effnet/effnet.h>`; programs that read
what the element attached to a buffer need `pkg-config gstreamer-efficientnet-1.0` and
`#include <gst/efficientnet/meta.h>`. [Examples](../pipelines/examples/) of both say in their first
lines how they are built.
"""
COMMENT = r"/\*(?!<)(?:.|\n)*?\*/"
NOISE = (r"^/\* SPDX.*\n|^#ifndef \w+_H\n#define \w+_H\n|^#include .*\n|^#endif\n"
         r"|^G_(?:BEGIN|END)_DECLS\n|^G_DEFINE_AUTOPTR_CLEANUP_FUNC\(.*\n")


def paragraphs(comment):
    """A comment's text as Markdown: what it indents is code."""
    lines = [re.sub(r"^ ?\* ?", "", line) for line in comment[2:-2].strip().splitlines()]
    text = "\n".join(line.rstrip() for line in lines)
    # In text, not in code, words in capitals are arguments and constants.
    return "".join(part if part.startswith("    ") else part.replace("<", "\\<").replace("*", "\\*")
                   for part in text.splitlines(keepends=True)) + "\n"


def declarations(code):
    """Functions that are defined in the header become declarations; macros keep their names."""
    code = re.sub(r"^(static inline [^{]*?\))\n\{\n(?:.*\n)*?\}$", r"\1;", code, flags=re.M)
    return re.sub(r"(;\n)\n+(?=G_)", r"\1", code)


def items(text):
    """(comment, code) of each block of a header; either may be missing."""
    text = declarations(re.sub(NOISE, "", text, flags=re.M))
    for block in re.findall(rf"({COMMENT})?\n?((?:(?!/\*)\S.*\n(?:[ }}].*\n|\n(?= ))*)*)", text):
        if any(block):
            yield block[0], block[1].strip()


def headers():
    names = [str(path.relative_to(INCLUDE)) for path in INCLUDE.rglob("*.h")]
    return sorted(names, key=lambda name: (name != FIRST, name))


def section(header):
    out = [f"## {header}\n"]
    for comment, code in items((INCLUDE / header).read_text()):
        names = re.findall(r"\b((?:gst_)?eff\w+)\(|^} (\w+);|^typedef struct \w+ (\w+);|^#define (\w+)",
                           code, re.M)
        if code:
            title = next(part for part in names[0] if part) if names else code
            out.append(f"### {title}\n\n```c\n{code}\n```\n")
        if comment:
            out.append(paragraphs(comment))
    return "\n".join(out)


def page():
    return TOP + "\n" + "\n".join(section(header) for header in headers())


def undocumented():
    """Declarations without a comment."""
    return [code for header in headers() for comment, code in items((INCLUDE / header).read_text())
            if code and not comment]
