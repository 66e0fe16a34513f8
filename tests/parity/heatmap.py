# SPDX-License-Identifier: BSD-2-Clause
"""Class activation maps are those of torch: timm's features before pooling, times the class's
weights. tests/parity/setup installs torch and timm for this."""
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""), str(HERE.parent / "pipelines")]
import numpy as np  # noqa: E402
import tap  # noqa: E402
from tap import effnet, effnet_fails  # noqa: E402

try:
    import timm
    import torch
    from PIL import Image

    import torchnets
except ImportError as error:
    timm, missing = None, error.name

# A picture of this size is cropped to 224 x 224 without being resized.
SIZE, CROP = 256, slice(16, 240)
PHOTOGRAPHS = 5
CLASSES = (0, 281, 999)


def packages():
    if timm is None:
        raise tap.Skip(f"this Python has no {missing}: tests/parity/setup")


def photographs():
    names = sorted(pathlib.Path(tap.need(tap.DATA + "/images", "../shared/data/images")).iterdir())
    return [Image.open(name).convert("RGB").resize((SIZE, SIZE)) for name in names[:PHOTOGRAPHS]]


def maps(folder, model, *options):
    """Ours, of each photograph and class."""
    found = []
    for image in photographs():
        image.save(f"{folder}/x.png")
        for k in CLASSES:
            text = effnet("explain", "--json", "--model", model, "--model-options",
                          "options,resolution=224", "--class", str(k), *options, f"{folder}/x.png")
            found.append(json.loads(text)["map"])
    return np.array(found)


def torch_maps(network):
    mean, std = (np.array(network.pretrained_cfg[key]) for key in ("mean", "std"))
    found = []
    for image in photographs():
        x = (np.asarray(image)[CROP, CROP] / 255 - mean) / std
        with torch.no_grad():
            features = network.forward_features(torch.tensor(x.transpose(2, 0, 1)[None]).float())
            weights = network.get_classifier().weight[list(CLASSES)]
            found += list(torch.einsum("chw,kc->khw", features[0], weights).numpy())
    return np.array(found)


def snr(found, expected):
    return 10 * np.log10((expected ** 2).sum() / ((found - expected) ** 2).sum())


def cosine(a, b):
    return (a * b).sum() / np.sqrt((a ** 2).sum() * (b ** 2).sum())


def compare(folder, name, network, file):
    expected = torch_maps(network)
    found = maps(folder, file, "--precision", "fp32")
    worst = max(abs(f - e).max() / (e.max() - e.min()) for f, e in zip(found, expected))
    print(f"# {name}: {worst:.2g} of the range in fp32", flush=True)
    assert worst < 1e-3, worst
    return expected


def check(name, checkpoint=None):
    packages()
    torch.manual_seed(1)
    network = timm.create_model(name, pretrained=False).eval()
    if checkpoint:
        torchnets.load(network, checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        file = torchnets.save_with_config(network, folder, name, crop_pct=0.875,
                                          input_size=[3, 224, 224])
        expected = compare(folder, name, network, file)
        if not checkpoint:
            return
        if tap.have_bf16():
            found = snr(maps(folder, file, "--precision", "bf16"), expected)
            print(f"# {name}: {found:.1f} dB in bf16", flush=True)
            assert found >= 30, found
        effnet("quantize", "--model", file, "--output", f"{folder}/q.safetensors", "--images",
               tap.need(tap.DATA + "/calibration", "../shared/data/calibration"))
        found = cosine(maps(folder, f"{folder}/q.safetensors", "--precision", "int8"), expected)
        print(f"# {name}: cosine {found:.4f} in int8", flush=True)
        assert found >= 0.99, found


def test_lite0():
    check("tf_efficientnet_lite0", tap.model())


def test_b0():
    check("efficientnet_b0")


def test_v2():
    check("tf_efficientnetv2_b0")


def test_mobilenet_v2():
    check("mobilenetv2_100")


def test_resnet():
    check("resnet50")


def test_head_that_is_not_linear():
    packages()
    network = timm.create_model("mobilenetv3_large_100", pretrained=False)
    with tempfile.TemporaryDirectory() as folder:
        torch.save(network.state_dict(), f"{folder}/mobilenetv3_large_100.pth")
        photographs()[0].save(f"{folder}/x.png")
        effnet_fails("explain", "--json", "--model", f"{folder}/mobilenetv3_large_100.pth",
                     f"{folder}/x.png", says="linear")


tap.run(sys.modules[__name__])
