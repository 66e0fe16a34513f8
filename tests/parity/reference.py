# SPDX-License-Identifier: BSD-2-Clause
"""Compares the engine and the whole path with the reference's results on real images."""
import json
import os
import pathlib
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "pipelines"))
import tap  # noqa: E402
from tap import effnet  # noqa: E402

WANTED = "shared/data beside the sources, what other programs computed,"


def compare_logits(isa, **environment):
    tensors = tap.need(f"{tap.DATA}/tensors", WANTED)
    reference = np.load(f"{tensors}/lite0_logits_f32.npy")
    x = np.concatenate([np.load(f"{tensors}/in_{i}.npy") for i in range(len(reference))])
    if f"kernels {isa}," not in effnet("bench", "--arch", "lite0", "--seconds", "0", "--isa", isa,
                                       **environment):
        raise tap.Skip(f"this CPU has no {isa}")
    with tempfile.TemporaryDirectory() as folder:
        found = tap.run_network(folder, tap.model(), x, "--isa", isa, **environment)
    difference = np.abs(found - reference).max()
    print(f"# {isa}: at most {difference:.2e} from the reference")
    assert difference < 1e-4, difference


def first_classes(model, rows, precision):
    files = [os.path.join(tap.DATA, "images", row[0]) for row in rows]
    lines = effnet("classify", "--model", model, "--top-k", "1", "--json",
                   "--precision", precision, *files).splitlines()
    assert len(lines) == len(rows), (len(lines), len(rows))
    return [json.loads(line)["results"][0]["classes"][0]["index"] for line in lines]


def compare_bf16(name, rows, true, fp32):
    """At most one image of 100 may differ."""
    if not tap.have_bf16():
        print(f"# {name}: not in bf16, this CPU has no AVX512-BF16")
        return
    top = first_classes(tap.model(name), rows, "bf16")
    same = sum(a == b for a, b in zip(top, fp32))
    right, fp32_right = (sum(a == b for a, b in zip(x, true)) for x in (top, fp32))
    print(f"# {name} in bf16: {same} of {len(rows)} as in fp32, {right} right (fp32: {fp32_right})")
    assert same >= 0.97 * len(rows), same
    assert right >= fp32_right - 0.01 * len(rows), (right, fp32_right)


def compare_pictures(name, model, precision, share):
    """At least SHARE must equal the reference's, less one of 100."""
    table = pathlib.Path(tap.need(f"{tap.DATA}/{name}.tsv", WANTED))
    rows = [line.split("\t") for line in table.read_text().splitlines() if line[0] != "#"]
    true = [int(row[1]) for row in rows]
    top = first_classes(model, rows, precision)
    reference = [int(row[2].split(",")[0]) for row in rows]
    same = sum(a == b for a, b in zip(top, reference))
    right, reference_right = (sum(a == b for a, b in zip(x, true)) for x in (top, reference))
    print(f"# {name} in {precision}: {same} of {len(rows)} as the reference, {right} right "
          f"(reference: {reference_right})")
    assert same >= share * len(rows), same
    assert right >= reference_right - 0.01 * len(rows), (right, reference_right)
    return rows, true, top


def compare_floats(name):
    rows, true, top = compare_pictures(name, tap.model(name), "fp32", 0.98)
    compare_bf16(name, rows, true, top)


def compare_int8(name):
    """Calibrated on other images."""
    tap.need(f"{tap.DATA}/{name}.tsv", WANTED)
    with tempfile.TemporaryDirectory() as folder:
        effnet("quantize", "--model", tap.model(name), "--images", f"{tap.DATA}/calibration",
               "--output", f"{folder}/q.safetensors")
        compare_pictures(name, f"{folder}/q.safetensors", "int8", 0.97)


def test_logits_c():
    compare_logits("c")


def test_logits_blas():
    compare_logits("blas")


def test_logits_c4():
    """The templates for plain vectors, which only the tests' library has."""
    compare_logits("c4", LD_PRELOAD=os.environ["EFFNET_TEST_LEVELS"])


def test_logits_c8():
    compare_logits("c8", LD_PRELOAD=os.environ["EFFNET_TEST_LEVELS"])


def test_logits_avx2():
    compare_logits("avx2")


def test_logits_avx512():
    compare_logits("avx512")


def test_int8_lite0():
    compare_int8("lite0")


def test_pictures_lite0():
    compare_floats("lite0")


def test_pictures_lite1():
    compare_floats("lite1")


def test_pictures_lite2():
    compare_floats("lite2")


tap.run(sys.modules[__name__])
