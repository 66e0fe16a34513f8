# SPDX-License-Identifier: BSD-2-Clause
import json
import sys

import tap
from tap import effnet, effnet_fails

# Parameters and multiply-adds in millions, and the resolution, of timm's networks.
NETWORKS = {
    "b0": (5.289, 386, 224), "b1": (7.794, 687, 240), "b2": (9.110, 994, 260),
    "b3": (12.233, 1827, 300), "b4": (19.342, 4394, 380), "b5": (30.390, 10270, 456),
    "b6": (43.041, 19070, 528), "b7": (66.348, 37750, 600),
    "lite0": (4.652, 385, 224), "lite1": (5.417, 600, 240), "lite2": (6.092, 860, 260),
    "es": (5.438, 1789, 224), "v2-b0": (7.140, 528, 192), "v2-s": (21.458, 5308, 300),
    "mobilenet-v1": (4.232, 569, 224), "mobilenet-v2": (3.505, 301, 224),
    "mobilenet-v2-140": (6.109, 582, 224), "resnet50": (25.557, 4089, 224),
}


def arch(*arguments):
    return json.loads(effnet("arch", "--json", *arguments))


def test_figures():
    for name, (params, macs, resolution) in NETWORKS.items():
        found = arch(name)
        assert found["name"] == name and found["resolution"] == resolution, found
        assert abs(found["params"] / 1e6 - params) < 0.001, found
        assert abs(found["macs"] / 1e6 - macs) / macs < 0.002, found
        assert found["layers"] >= 28 and found["activation_bytes"] > 1e5, found


def test_every_name():
    names = effnet("arch", "--list").split()
    assert {"b0", "b7", "b8", "l2", "lite4", "es", "em", "el", "v2-b0", "v2-b3", "v2-s", "v2-m",
            "v2-l", "v2-xl", "mobilenet-v1", "mobilenet-v2", "resnet50"} <= set(names)
    for name in names:
        assert arch(name)["name"] == name


def test_names_of_others():
    assert arch("tf_efficientnet_lite0") == arch("lite0")
    assert arch("efficientnet_b3") == arch("b3")
    assert arch("efficientnet_v2_s") == arch("tf_efficientnetv2_s") == arch("v2-s")
    assert arch("mobilenetv2_100") == arch("mobilenet_v2") == arch("mobilenet-v2")


def test_paper_is_printed_beside():
    assert "paper: 5.3 M" in effnet("arch", "b0") and "paper: 390 M" in effnet("arch", "b0")
    assert "paper: 37 G" in effnet("arch", "b7")
    assert "authors: 407 M" in effnet("arch", "lite0")
    assert "paper" not in effnet("arch", "--base", "b0", "--width", "1.25")
    assert "paper: 16.2 G" in effnet("arch", "--base", "resnet50", "--depth", "4")
    assert "paper: 1.3 G" in effnet("arch", "--base", "mobilenet-v2", "--depth", "1.4", "--width",
                                    "1.2", "--resolution", "291")


# Tan and Le 2019, tables 3 and 7: billions of multiply-adds of networks scaled in one dimension,
# and in all of them. The paper does not say how it rounds repeats and channels; we follow its
# authors' code, for MobileNets and ResNet as well.
PAPER = {
    ("mobilenet-v1", 1, 1, 1): 0.6, ("mobilenet-v1", 1, 2, 1): 2.2, ("mobilenet-v1", 1, 1, 2): 2.2,
    ("mobilenet-v1", 1.4, 1.2, 1.3): 2.3,
    ("mobilenet-v2", 1, 1, 1): 0.3, ("mobilenet-v2", 4, 1, 1): 1.2, ("mobilenet-v2", 1, 2, 1): 1.1,
    ("mobilenet-v2", 1, 1, 2): 1.2, ("mobilenet-v2", 1.4, 1.2, 1.3): 1.3,
    ("resnet50", 1, 1, 1): 4.1, ("resnet50", 4, 1, 1): 16.2, ("resnet50", 1, 2, 1): 14.7,
    ("resnet50", 1, 1, 2): 16.4, ("resnet50", 1.4, 1.2, 1.3): 16.7,
    ("b0", 1, 1, 1): 0.4, ("b0", 4, 1, 1): 1.8, ("b0", 1, 2, 1): 1.8, ("b0", 1, 1, 2): 1.9,
    ("b0", 1.4, 1.2, 1.3): 1.8,
}


def test_paper_scaled():
    print("# network        depth width resolution  paper (G)   ours (G)  difference")
    for (base, depth, width, resolution), paper in PAPER.items():
        found = arch("--base", base, "--depth", str(depth), "--width", str(width), "--resolution",
                     str(round(224 * resolution)))["macs"] / 1e9
        difference = found / paper - 1
        print(f"# {base:14} {depth:5} {width:5} {resolution:10} {paper:10} {found:10.3f} "
              f"{100 * difference:+10.1f} %", flush=True)
        assert abs(difference) < 0.2, (base, depth, width, resolution)


def test_scaling():
    base = arch("--base", "b0")
    assert (base["params"], base["macs"]) == (arch("b0")["params"], arch("b0")["macs"])
    scaled = arch("--base", "b0", "--phi", "1")
    alone = arch("--base", "b0", "--width", "1.1", "--depth", "1.2", "--resolution", "258")
    assert [scaled[k] for k in ("params", "macs", "resolution")] == \
        [alone[k] for k in ("params", "macs", "resolution")]
    assert 1.8 < scaled["macs"] / base["macs"] < 3
    wide, deep = arch("--base", "b0", "--width", "2"), arch("--base", "b0", "--depth", "2")
    assert wide["layers"] == base["layers"] < deep["layers"]
    assert arch("--base", "b0", "--resolution", "448")["resolution"] == 448


def test_rule():
    """Depth, width and resolution as powers of any alpha, beta and gamma."""
    for base in ("b0", "mobilenet-v1", "mobilenet-v2-140", "resnet50"):
        plain = arch("--base", base, "--phi", "2")
        assert plain == arch("--base", base, "--phi", "2", "--alpha", "1.2", "--beta", "1.1",
                             "--gamma", "1.15")
        found = arch("--base", base, "--phi", "2", "--alpha", "1.3", "--beta", "1.05", "--gamma",
                     "1.2")
        alone = arch("--base", base, "--depth", "1.69", "--width", "1.1025", "--resolution", "323")
        assert found == alone != plain, (base, found, alone)


def test_tiny():
    found = arch("--tiny", "150e6")
    assert found["resolution"] == 186 and abs(found["macs"] / 150e6 - 1) < 0.03, found
    assert arch("--tiny", str(arch("tinynet-c")["macs"]))["params"] == arch("tinynet-c")["params"]


def test_failures():
    effnet_fails("arch", "b99", says="b99")
    effnet_fails("arch", says="NAME")
    effnet_fails("arch", "b0", "b1", says="b1")
    effnet_fails("arch", "b0", "--base", "b1", says="either")
    effnet_fails("arch", "b0", "--phi", "1", says="--base")
    effnet_fails("arch", "b0", "--alpha", "1.1", says="--base")
    effnet_fails("arch", "b0", "--tiny", "100e6", says="either")
    effnet_fails("arch", "--base", "b0", "--tiny", "100e6", says="either")
    effnet_fails("arch", "--tiny", "100e6", "--phi", "1", says="--base")
    effnet_fails("arch", "--tiny", "20e6", says="24.4 to 336.8 million")
    effnet_fails("arch", "--tiny", "100M", says="100M")
    effnet_fails("arch", "--base", "b99", says="b99")
    for option in ("--width=0", "--width=-1", "--depth=nan", "--resolution=0", "--resolution=-5",
                   "--resolution=9999999", "--width=1e9", "--alpha=0", "--beta=5", "--gamma=nan",
                   "--phi=x", "--phi=1e9", "--phi=nan"):
        effnet_fails("arch", "--base", "b0", option, says="")


tap.run(sys.modules[__name__])
