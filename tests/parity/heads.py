# SPDX-License-Identifier: BSD-2-Clause
"""Hidden layers behind the features, in every precision. tests/parity/setup installs torch, timm
and torchvision for this."""
import glob
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""), str(HERE.parent / "pipelines")]
import numpy as np  # noqa: E402
import tap  # noqa: E402

try:
    import torch
    from PIL import Image
    from torch import nn

    import torchnets
except ImportError as error:
    torch, missing = None, error.name

BOUND = 1e-3
COSINE = 0.99


def pictures(folder, n):
    """Normalised as ImageNet's, which is what quantising takes pictures for."""
    files = sorted(glob.glob(tap.need(f"{tap.DATA}/{folder}", "shared/data") + "/*"))[:n]
    pixels = [np.asarray(Image.open(file).convert("RGB").resize((224, 224))) for file in files]
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    x = (np.stack(pixels) / 255 - mean) / std
    return torch.from_numpy(x.transpose(0, 3, 1, 2)).float()


def spread(layer, outputs):
    """Makes a layer's outputs differ from picture to picture, as those of trained ones do."""
    scale = 1 / outputs.std(0)
    layer.weight.data *= scale[:, None]
    if layer.bias is not None:
        layer.bias.data = (layer.bias - outputs.mean(0)) * scale


def train(model, module, head, x):
    """MODEL with HEAD as its MODULE, and logits that depend on the picture."""
    setattr(model, module, nn.Sequential(*head))
    with torch.no_grad():
        torchnets.draw_norms(model)
        torchnets.measure_norms(model, x)
        values = torchnets.features_of(model, x, head[0])[0]
        for layer in head[:-1]:
            if isinstance(layer, nn.BatchNorm1d):
                layer.running_mean, layer.running_var = values.mean(0), values.var(0)
            elif isinstance(layer, nn.Linear):
                spread(layer, layer(values))
            values = layer(values)
        torchnets.scale_logits(model, x)
    return model


def cosine(found, expected):
    return float(((found * expected).sum(1) / np.linalg.norm(found, axis=1)
                  / np.linalg.norm(expected, axis=1)).mean())


def check(name, arch, module, head, pool=None, least_int8=COSINE):
    if torch is None:
        raise tap.Skip(f"this Python has no {missing}: tests/parity/setup")
    x = pictures("images", 16)
    model = torchnets.create("torchvision", name)
    if pool:
        model.avgpool = pool()
    model = train(model, module, head(), x)
    with torch.no_grad():
        logits = model(x).numpy()
    with tempfile.TemporaryDirectory() as folder:
        file, small = f"{folder}/m.pth", f"{folder}/q.safetensors"
        torch.save(model.state_dict(), file)
        options = "--model-options", f"arch={arch},resolution=224"
        for n in (1, 3):
            found = tap.run_network(folder, file, x[:n].numpy(), *options)
            worst = np.abs(found - logits[:n]).max() / logits.std()
            assert worst < BOUND, worst
        tap.effnet("quantize", "--model", file, "--images", f"{tap.DATA}/calibration", "--output",
                   small, *options)
        found = {"int8": tap.run_network(folder, small, x.numpy(), "--precision", "int8")}
        if tap.have_bf16():
            found["bf16"] = tap.run_network(folder, file, x.numpy(), *options, "--precision",
                                            "bf16")
    print(f"# {arch}: {worst:.1e} of the logits' deviation,",
          {kind: round(cosine(y, logits), 5) for kind, y in found.items()}, flush=True)
    for kind, y in found.items():
        assert cosine(y, logits) >= (least_int8 if kind == "int8" else COSINE), kind


def test_gelu():
    check("resnet18", "resnet18+64-gelu", "fc",
          lambda: [nn.Linear(512, 64), nn.GELU(), nn.Linear(64, 10)])


def test_two():
    check("resnet18", "resnet18+100-relu+50-relu6", "fc",
          lambda: [nn.Dropout(), nn.Linear(512, 100), nn.ReLU(), nn.Linear(100, 50), nn.ReLU6(),
                   nn.Linear(50, 10)])


def test_norms():
    check("efficientnet_b0", "b0+128-silu", "classifier",
          lambda: [nn.BatchNorm1d(1280), nn.Linear(1280, 128, bias=False), nn.BatchNorm1d(128),
                   nn.SiLU(), nn.Linear(128, 10)])


def both_pools():
    """Maxima of channels, then means, as fastai pools."""
    class Pools(nn.Module):
        def forward(self, x):
            return torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)
    return Pools()


def test_max_pool():
    """Of random weights behind a batch norm, the rounded maxima leave int8 a cosine of 0.948."""
    check("resnet18", "resnet18+max+bn-64-relu-bn", "fc",
          lambda: [nn.BatchNorm1d(1024), nn.Dropout(), nn.Linear(1024, 64, bias=False), nn.ReLU(),
                   nn.BatchNorm1d(64), nn.Dropout(), nn.Linear(64, 10, bias=False)], both_pools,
          least_int8=0.94)


def test_max_pool_alone():
    """Channels that are no multiple of a vector's; a classifier alone."""
    check("efficientnet_b0", "b0+max", "classifier", lambda: [nn.Linear(2560, 10)], both_pools)


tap.run(sys.modules[__name__])
