# SPDX-License-Identifier: BSD-2-Clause
"""Photographs have the class that timm's network finds behind timm's own transform. tests/parity/setup
installs torch and timm for this."""
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""), str(HERE.parent / "pipelines")]
import tap  # noqa: E402
from tap import effnet  # noqa: E402

try:
    import timm.data
    import torch
    from PIL import Image

    import torchnets
except ImportError as error:
    torch, missing = None, error.name

NAME = "tf_efficientnet_lite0"
MARGIN = 1e-3  # between the best two probabilities, below which rounding may decide


def first_classes(model, files):
    lines = effnet("classify", "--model", model, "--precision", "fp32", "--top-k", "1", "--json",
                   *files).splitlines()
    assert len(lines) == len(files), (len(lines), len(files))
    return [json.loads(line)["results"][0]["classes"][0]["index"] for line in lines]


def timm_classes(network, images):
    """Of each image, the first class and its margin."""
    transform = timm.data.create_transform(**timm.data.resolve_data_config({}, model=network))
    with torch.no_grad():
        scores = network(torch.stack([transform(image) for image in images])).softmax(1)
    best = scores.topk(2)
    return [(int(classes[0]), float(two[0] - two[1])) for classes, two in zip(best.indices, best.values)]


def test_first_class():
    """Of equal pixels always; of files, which two decoders read, at least 99 of 100 times."""
    if torch is None:
        raise tap.Skip(f"this Python has no {missing}: tests/parity/setup")
    files = sorted(pathlib.Path(tap.need(tap.DATA + "/images", "../shared/data/images")).iterdir())
    network = torchnets.create("timm", NAME)
    torchnets.load(network, tap.model())
    images = [Image.open(file).convert("RGB") for file in files]
    theirs = timm_classes(network, images)
    with tempfile.TemporaryDirectory() as folder:
        model = torchnets.save_with_config(network, folder, NAME)
        pixels = [f"{folder}/{number}.png" for number in range(len(files))]
        for image, path in zip(images, pixels):
            image.save(path)
        of_pixels, of_files = first_classes(model, pixels), first_classes(model, files)
    others = [(file.name, ours, *found) for file, ours, found in zip(files, of_pixels, theirs)
              if ours != found[0]]
    same = sum(ours == found[0] for ours, found in zip(of_files, theirs))
    print(f"# {len(files)} photographs: {len(others)} of equal pixels differ, {same} of files are the same")
    assert all(margin < MARGIN for *_, margin in others), others
    assert len(files) >= 100 and same >= 0.99 * len(files), same


tap.run(sys.modules[__name__])
