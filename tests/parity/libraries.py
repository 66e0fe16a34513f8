# SPDX-License-Identifier: BSD-2-Clause
"""Checkpoints that other libraries write, with the files beside them: the logits equal the
library's own. Beside what tests/parity/setup installs, it takes the library itself; without it, its
cases are skipped:

    pip install --target build/parity-libraries transformers
"""
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""), str(HERE.parent / "pipelines")]
sys.path.append(os.environ.get("EFFNET_PARITY_LIBRARIES", ""))
import numpy as np  # noqa: E402
import tap  # noqa: E402

try:
    import torch
    import transformers

    import torchnets
    missing = None
except ImportError as error:
    missing = error.name

BOUND = 1e-3
LABELS = {0: "cat", 1: "dog", 2: "bird", 3: "fish"}


def picture(n, size):
    return torch.randn(n, 3, size, size, generator=torch.Generator().manual_seed(3))


def prepare(model):
    """Statistics and logits that depend on the picture."""
    with torch.no_grad():
        for _, norm in torchnets.norms_of(model):
            norm.weight.data.uniform_(0.5, 1.5)
            norm.bias.data.normal_(0, 0.2)
            norm.reset_running_stats()
            norm.momentum = None
            norm.train()
        model(picture(8, 224))
    return model.eval()


def compare(folder, model, *options, sizes=(224, 193)):
    """In batches of 1 and 3; returns what info prints."""
    for size in sizes:
        settings = ",".join([f"resolution={size}", *options])
        x = picture(3, size)
        with torch.no_grad():
            logits = model(x).logits.numpy()
        for n in (1, 3):
            found = tap.run_network(folder, folder, x[:n].numpy(), "--model-options", settings)
            worst = np.abs(found - logits[:n]).max() / logits.std()
            assert worst < BOUND, (size, worst)
    print(f"# {worst:.1e} of the logits' deviation", flush=True)
    return tap.effnet("info", folder)


def check(name, says, processor, picture=None, **settings):
    if missing:
        raise tap.Skip(f"this Python has no {missing}")
    torch.manual_seed(7)
    config = getattr(transformers, f"{name}Config")(id2label=LABELS, **settings)
    model = prepare(getattr(transformers, f"{name}ForImageClassification")(config))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        getattr(transformers, processor)(**(picture or {})).save_pretrained(folder)
        info = compare(folder, model)
    for line in ("names          transformers", 'labels         4, from "cat" to "fish"', *says):
        assert line in info, (line, info)


def test_mobilenetv1():
    check("MobileNetV1", ("mean           0.5 0.5 0.5", "padding        same", "epsilon        0.001"),
          "MobileNetV1ImageProcessor", depth_multiplier=0.5)


def test_mobilenetv2():
    check("MobileNetV2", ("mean           0.5 0.5 0.5", "padding        same", "epsilon        0.001"),
          "MobileNetV2ImageProcessor")


def test_mobilenetv2_symmetric():
    check("MobileNetV2", ("padding        symmetric",), "MobileNetV2ImageProcessor",
          tf_padding=False)


def test_resnet():
    """The processor's own default: 384 x 384 pixels, not cropped."""
    check("ResNet", ("network        resnet18", "input          384 x 384", "mean           0.5 0.5 0.5",
                     "resize mode    stretch"), "ConvNextImageProcessor", depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512],
          layer_type="basic")


def test_resnet50():
    """As microsoft/resnet-50 has it."""
    check("ResNet", ("network        resnet50", "padding        symmetric", "input          224 x 224",
                     "deviation      0.229 0.224 0.225", "crop fraction  0.875",
                     "resize mode    center-crop", "interpolation  bicubic"),
          "ConvNextImageProcessor", {"size": {"shortest_edge": 224}, "crop_pct": 0.875,
                                     "image_mean": [0.485, 0.456, 0.406],
                                     "image_std": [0.229, 0.224, 0.225]})


tap.run(sys.modules[__name__])
