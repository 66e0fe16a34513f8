# SPDX-License-Identifier: BSD-2-Clause
"""The logits of every architecture against those of timm and torchvision.

A network is made once with seeded weights and goes into a .safetensors, a .pth and an ONNX file,
that is converted. Arguments name the networks, without any it is all of them; --share=I/N leaves
every Nth case from the Ith on, and EFFNET_PARITY_TURN=I/N every Nth of these; --native takes the
large ones at their own resolution as well, and the largest through ONNX too.
tests/parity/setup installs torch, timm and torchvision for this.
"""
import copy
import glob
import json
import os
import pathlib
import struct
import sys
import tempfile
import types

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""), str(HERE.parent / "pipelines")]
import numpy as np  # noqa: E402
import tap  # noqa: E402
from tap import effnet  # noqa: E402

try:
    import torch
    from PIL import Image

    import torchnets
except ImportError as error:
    torch, missing = None, error.name

# The largest error of logits, relative to their deviation, and the least cosine of those in bf16.
# Random weights without residual connections, as in MobileNetV1, magnify rounding: OpenVINO's bf16
# of it has 0.876 to 0.953, and ours is no worse.
BOUND = 1e-3
BF16_COSINE = 0.985
BF16_COSINE_MOBILENETV1 = 0.85
# Native resolution, and an odd one. Large networks skip the first in an ordinary run.
SMALL = [
    ("timm", "efficientnet_b0", 224, 193),
    ("timm", "tf_efficientnet_b0", 224, 193),
    ("timm", "tf_efficientnet_b1", 240, 161),
    ("timm", "efficientnet_b2", 260, 161),
    ("timm", "tf_efficientnet_lite0", 224, 193),
    ("timm", "efficientnet_lite0", 224, 193),
    ("timm", "tf_efficientnet_lite1", 240, 161),
    ("timm", "tf_efficientnet_lite2", 260, 161),
    ("timm", "efficientnet_es", 224, 161),
    ("timm", "tf_efficientnet_es", 224, 161),
    ("timm", "tf_efficientnetv2_b0", 192, 161),
    ("timm", "tf_efficientnetv2_b1", 192, 161),
    ("timm", "tf_efficientnetv2_b2", 208, 161),
    ("timm", "tf_efficientnetv2_b3", 240, 161),
    ("timm", "mobilenetv1_100", 224, 193),
    ("timm", "mobilenetv1_125", 224, 161),
    ("timm", "mobilenetv2_035", 224, 161),
    ("timm", "mobilenetv2_050", 224, 161),
    ("timm", "mobilenetv2_100", 224, 193),
    ("timm", "mobilenetv2_110d", 224, 161),
    ("timm", "mobilenetv2_120d", 224, 161),
    ("timm", "mobilenetv2_140", 224, 161),
    ("timm", "mobilenetv3_small_050", 224, 161),
    ("timm", "mobilenetv3_small_075", 224, 161),
    ("timm", "mobilenetv3_small_100", 224, 193),
    ("timm", "mobilenetv3_large_075", 224, 161),
    ("timm", "mobilenetv3_large_100", 224, 193),
    ("timm", "tf_mobilenetv3_small_100", 224, 193),
    ("timm", "tf_mobilenetv3_small_minimal_100", 224, 161),
    ("timm", "tf_mobilenetv3_large_100", 224, 193),
    ("timm", "tf_mobilenetv3_large_minimal_100", 224, 161),
    ("timm", "mobilenetv3_large_150d", 256, 161),
    ("timm", "mobilenetv4_conv_small_035", 224, 161),
    ("timm", "mobilenetv4_conv_small_050", 224, 161),
    ("timm", "mobilenetv4_conv_small", 224, 193),
    ("timm", "mobilenetv4_conv_medium", 256, 193),
    ("timm", "lcnet_050", 224, 161),
    ("timm", "lcnet_100", 224, 161),
    ("timm", "mnasnet_small", 224, 161),
    ("timm", "mnasnet_100", 224, 161),
    ("timm", "semnasnet_075", 224, 161),
    ("timm", "semnasnet_100", 224, 161),
    ("timm", "spnasnet_100", 224, 161),
    ("timm", "fbnetc_100", 224, 161),
    ("timm", "fbnetv3_b", 224, 161),
    ("timm", "tinynet_a", 192, 161),
    ("timm", "tinynet_b", 188, 161),
    ("timm", "tinynet_c", 184, 129),
    ("timm", "tinynet_d", 152, 129),
    ("timm", "tinynet_e", 106, 129),
    ("timm", "mobilenet_edgetpu_100", 224, 161),
    ("timm", "mobilenet_edgetpu_v2_xs", 224, 161),
    ("timm", "mobilenet_edgetpu_v2_m", 224, 161),
    ("timm", "efficientnet_es_pruned", 224, 129),
    ("timm", "efficientnet_b1_pruned", 240, 161),
    ("timm", "efficientnet_b2_pruned", 260, 129),
    ("timm", "efficientnet_b3_pruned", 300, 129),
    ("timm", "resnet18", 224, 161),
    ("timm", "resnet50", 224, 161),
    ("timm", "resnet14t", 176, 129),
    ("timm", "resnet18d", 224, 161),
    ("timm", "resnet50d", 224, 161),
    ("torchvision", "efficientnet_b0", 224, 193),
    ("torchvision", "mobilenet_v2", 224, 193),
    ("torchvision", "mobilenet_v3_small", 224, 193),
    ("torchvision", "mobilenet_v3_large", 224, 193),
    ("torchvision", "resnet18", 224, 161),
    ("torchvision", "resnet50", 224, 161),
]
LARGE = [
    ("timm", "tf_efficientnet_b3", 300, 161),
    ("timm", "tf_efficientnet_b4", 380, 161),
    ("timm", "tf_efficientnet_b5", 456, 129),
    ("timm", "tf_efficientnet_b6", 528, 129),
    ("timm", "tf_efficientnet_b7", 600, 129),
    ("timm", "tf_efficientnet_b8", 672, 97),
    ("timm", "tf_efficientnet_l2", 800, 65),
    ("timm", "tf_efficientnet_lite3", 300, 161),
    ("timm", "tf_efficientnet_lite4", 380, 161),
    ("timm", "efficientnet_em", 240, 129),
    ("timm", "efficientnet_el", 300, 129),
    ("timm", "tf_efficientnetv2_s", 300, 129),
    ("timm", "tf_efficientnetv2_m", 384, 129),
    ("timm", "tf_efficientnetv2_l", 384, 97),
    ("timm", "tf_efficientnetv2_xl", 384, 97),
    ("timm", "efficientnetv2_rw_t", 224, 129),
    ("timm", "efficientnetv2_rw_s", 288, 129),
    ("timm", "efficientnetv2_rw_m", 320, 97),
    ("timm", "mobilenetv4_conv_large", 384, 161),
    ("timm", "fbnetv3_d", 224, 129),
    ("timm", "fbnetv3_g", 240, 129),
    ("timm", "mobilenet_edgetpu_v2_s", 224, 129),
    ("timm", "mobilenet_edgetpu_v2_l", 224, 129),
    ("timm", "resnet26", 224, 129),
    ("timm", "resnet34", 224, 129),
    ("timm", "resnet101", 224, 129),
    ("timm", "resnet152", 224, 129),
    ("timm", "resnet10t", 176, 129),
    ("timm", "resnet26t", 256, 129),
    ("timm", "resnet26d", 224, 129),
    ("timm", "resnet34d", 224, 129),
    ("timm", "resnet50t", 224, 129),
    ("timm", "resnet101d", 256, 129),
    ("timm", "resnet152d", 256, 129),
    ("torchvision", "efficientnet_v2_s", 384, 129),
]
BATCH = 3
# Bytes of memory per parameter: torch's network, its copies on the way to files, and ours.
MEMORY = 20
# The least mean cosine of a quantised network's logits, and the number of images that calibrate it.
# Two networks do not reach it with these weights: theirs only guard against getting worse.
INT8_COSINE = 0.99
INT8_LESS = {"mnasnet_100": 0.985, "mobilenetv4_conv_small": 0.98}
CALIBRATION = 16
# Only their numbers of parameters are compared.
OTHERS = ["mobilenet_v3_small", "mobilenet_v3_large",
          "efficientnet_b1", "efficientnet_b2", "efficientnet_b3", "efficientnet_b4",
          "efficientnet_b5", "efficientnet_b6", "efficientnet_b7", "efficientnet_v2_m",
          "efficientnet_v2_l", "resnet34", "resnet101", "resnet152"]
# The most parameters of networks that go through ONNX in an ordinary run, and the options of the
# export.
EXPORTED = 70e6
EXPORTS = [
    {"opset": 11}, {"opset": 17, "folded": False}, {"opset": 13}, {"opset": 20},
    {"opset": 11, "folded": False},
]
INT8 = [
    ("efficientnet_b0", 224), ("efficientnet_b1", 240), ("efficientnet_b2", 260),
    ("efficientnet_b3", 300), ("efficientnet_b4", 380), ("mobilenetv3_small_100", 224),
    ("mobilenetv3_large_100", 224), ("mobilenetv4_conv_medium", 256),
    ("mobilenetv4_conv_small", 224),
    ("tinynet_a", 192), ("mnasnet_100", 224),
    ("fbnetv3_b", 224), ("lcnet_100", 224), ("resnet18d", 225),
]
# Variants that users make: with another classifier or none, with images of one channel.
VARIED = [
    ("efficientnet_b0", {"num_classes": 7}),
    ("tf_efficientnetv2_b0", {"num_classes": 0}),
    ("mobilenetv1_100", {"num_classes": 0}),
    ("mobilenetv2_050", {"num_classes": 20, "in_chans": 1}),
    ("resnet18", {"num_classes": 5, "in_chans": 1}),
    ("resnet50", {"num_classes": 0}),
    ("resnet18d", {"num_classes": 5, "in_chans": 1}),
    ("efficientnet_es", {"in_chans": 1}),
]

def pictures(size, n=8, gray=False):
    folder = tap.need(f"{tap.DATA}/images", "shared/data beside the sources, with photographs,")
    files = sorted(glob.glob(f"{folder}/*"))[:n]
    arrays = [np.asarray(Image.open(f).convert("RGB").resize((size, size))) for f in files]
    x = torch.from_numpy((np.stack(arrays).transpose(0, 3, 1, 2) / 255 - 0.45) / 0.226).float()
    return x.mean(1, keepdim=True) if gray else x


def write_safetensors(path, tensors):
    """Written by hand, since the format is what is tested, not a library."""
    header, data = {}, []
    end = 0
    for name, tensor in tensors.items():
        array = tensor.detach().numpy()
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        data.append(array.tobytes())
        header[name] = {"dtype": kind, "shape": list(array.shape),
                        "data_offsets": [end, end + len(data[-1])]}
        end += len(data[-1])
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def write_config(folder, name, size):
    with open(f"{folder}/config.json", "w") as file:
        json.dump({"architecture": name, "pretrained_cfg": {"input_size": [3, size, size]}}, file)


def ours(folder, file, x, *options):
    return tap.run_network(folder, f"{folder}/{file}", x.numpy(), *options)


def distance(found, expected):
    """The largest difference, relative to the deviation within an image."""
    expected = expected.numpy()
    assert found.shape == expected.shape, (found.shape, expected.shape)
    return float((np.abs(found - expected).max(1) / expected.std(1)).max())


def cosines(a, b):
    return (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))


def least_cosine(found, expected):
    """Of the logits around their mean."""
    return float(cosines(found - found.mean(1, keepdims=True),
                         expected - expected.mean(1, keepdims=True)).min())


def compare_bf16(folder, model, name, x, logits):
    """The deepest networks magnify rounding as well: there, torch's own bf16 is no nearer."""
    cosine = least_cosine(ours(folder, f"{name}.safetensors", x, "--precision", "bf16"),
                          logits.numpy())
    print(f"# {name} at {x.shape[-1]}: cosine in bf16 {cosine:.5f}", flush=True)
    bound = BF16_COSINE_MOBILENETV1 if name.startswith("mobilenetv1") else BF16_COSINE
    if cosine > bound:
        return
    with torch.no_grad():
        theirs = least_cosine(copy.deepcopy(model).bfloat16()(x.bfloat16()).float().numpy(),
                              logits.numpy())
    print(f"# {name} at {x.shape[-1]}: cosine of torch in bf16 {theirs:.5f}", flush=True)
    assert cosine > theirs, (cosine, theirs)


def compare(folder, model, name, x):
    """Batches go through the .safetensors file, single images through the .pth."""
    write_config(folder, name, x.shape[-1])
    with torch.no_grad():
        features, logits = torchnets.features_of(model, x)
    worst = single = 0
    if logits is not None:
        assert logits.std(1).min() > 0.5, f"the weights are no test: {logits.std(1)}"
        worst = distance(ours(folder, f"{name}.safetensors", x), logits)
        single = distance(ours(folder, f"{name}.pth", x[:1]), logits[:1])
    embedded = distance(ours(folder, f"{name}.safetensors", x, "--embedding"), features)
    print(f"# {name} at {x.shape[-1]}: {worst:.1e} of the logits' deviation, .pth {single:.1e}, "
          f"embedding {embedded:.1e}", flush=True)
    assert max(worst, single, embedded) < BOUND, (worst, single, embedded)
    if logits is not None and HAVE_BF16:
        compare_bf16(folder, model, name, x, logits)


def compare_export(folder, model, name, x, number):
    """Through ONNX, exported with each of EXPORTS in turn."""
    settings = EXPORTS[number % len(EXPORTS)]
    # Without a config beside it, what the file itself says counts.
    path = f"{folder}/export"
    os.mkdir(path)
    torchnets.export(model, x[:1], f"{path}/{name}.onnx", **settings)
    effnet("convert", f"{path}/{name}.onnx", "--output", f"{path}/{name}.safetensors")
    with torch.no_grad():
        logits = model(x)
    found = distance(ours(path, f"{name}.safetensors", x), logits)
    print(f"# {name} at {x.shape[-1]}, ONNX {settings}: {found:.1e}", flush=True)
    assert found < BOUND, found


def need_memory(size):
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) * 1024
    if free < size:
        raise tap.Skip(f"it takes {size / 1e9:.0f} GB of memory, and {free / 1e9:.0f} are free")


def check(source, name, sizes, batch, number=None, **options):
    parameters = torchnets.parameters_of(source, name)
    need_memory(MEMORY * parameters)
    gray = options.get("in_chans") == 1
    model = torchnets.prepare(source, name, pictures(sizes[-1], gray=gray), **options)
    with tempfile.TemporaryDirectory() as folder:
        if sizes[0] > 3 * sizes[-1]:
            # Statistics of much smaller images let values grow until only rounding in float32,
            # torch's or ours, is compared (L2: deviation 600).
            with torch.no_grad():
                torchnets.measure_norms(model, pictures(sizes[0], batch, gray))
        write_safetensors(f"{folder}/{name}.safetensors", model.state_dict())
        torch.save(model.state_dict(), f"{folder}/{name}.pth")
        for size in sizes:
            compare(folder, model, name, pictures(size, batch, gray))
        if number is not None and (NATIVE or parameters <= EXPORTED):
            compare_export(folder, model, name, pictures(sizes[-1], batch), number)


def check_parameters():
    """The parameters of every network that timm or torchvision has, exactly."""
    names = {(source, name) for source, name, _, _ in SMALL + LARGE}
    names |= {("torchvision", name) for name in OTHERS}
    for source, name in sorted(names):
        counted = json.loads(effnet("arch", name, "--json"))["params"]
        expected = torchnets.parameters_of(source, name)
        assert counted == expected, (source, name, counted, expected)
    print(f"# {len(names)} networks have as many parameters as theirs", flush=True)


def needing_torch(case, *arguments, **options):
    def run():
        if torch is None:
            raise tap.Skip(f"there is no {missing}: tests/parity/setup installs it")
        case(*arguments, **options)

    return run


def check_int8(name, size):
    """Ranges are learned from images, so the input must be normalised pixels."""
    mean, std = (torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406),
                                                          (0.229, 0.224, 0.225)))
    x = (pictures(size, 16) * 0.226 + 0.45 - mean) / std
    model = torchnets.prepare("timm", name, x)
    with tempfile.TemporaryDirectory() as folder:
        write_safetensors(f"{folder}/{name}.safetensors", model.state_dict())
        write_config(folder, name, size)
        os.mkdir(f"{folder}/pictures")
        for path in sorted(glob.glob(f"{tap.DATA}/calibration/*"))[:CALIBRATION]:
            os.symlink(os.path.abspath(path), f"{folder}/pictures/{os.path.basename(path)}")
        effnet("quantize", "--model", f"{folder}/{name}.safetensors", "--images",
               f"{folder}/pictures", "--output", f"{folder}/q.safetensors")
        a = ours(folder, "q.safetensors", x, "--precision", "int8")
        b = ours(folder, f"{name}.safetensors", x)
    cosine = cosines(a, b)
    print(f"# {name} in int8: cosine {cosine.mean():.5f}, the least {cosine.min():.5f}", flush=True)
    assert cosine.mean() >= INT8_LESS.get(name, INT8_COSINE), cosine


def add(cases, source, name, *arguments, **options):
    kind = "".join(f"_{value}_{option}" for option, value in options.items())
    cases[f"test_{source}_{name}{kind}"] = needing_torch(check, source, name, *arguments,
                                                         **options)


def share(cases, arguments):
    shares = [a.removeprefix("--share=") for a in arguments if a.startswith("--share=")]
    turn = os.environ.get("EFFNET_PARITY_TURN")
    if turn:
        shares.append(turn)
        print(f"# the cases of turn {turn}")
    for one in shares:
        i, n = map(int, one.split("/"))
        cases = dict(list(cases.items())[i - 1::n])
    return cases


def list_cases(arguments):
    cases = {"test_parameters": needing_torch(check_parameters)}
    wanted = [a for a in arguments if not a.startswith("--")]
    for source, name, size, odd in SMALL + LARGE:
        small = (source, name, size, odd) in SMALL
        if not wanted or name in wanted:
            sizes = [size, odd] if small or NATIVE else [odd]
            add(cases, source, name, sizes, BATCH if small else 1, len(cases))
    for name, size in INT8:
        if not wanted or name in wanted:
            cases[f"test_int8_{name}"] = needing_torch(check_int8, name, size)
    for name, options in VARIED:
        if not wanted or name in wanted:
            add(cases, "timm", name, [97], BATCH, **options)
    return share(cases, arguments)


NATIVE = "--native" in sys.argv
HAVE_BF16 = tap.have_bf16()
if not HAVE_BF16:
    print("# not in bf16: this CPU has no AVX512-BF16")
module = types.SimpleNamespace(**list_cases(sys.argv[1:]))
tap.run(module)
