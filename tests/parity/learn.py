# SPDX-License-Identifier: BSD-2-Clause
"""effnet learn gives the same results as scikit-learn with the same features, and timm opens
what it writes. tests/parity/setup installs scikit-learn, torch and timm for this."""
import base64
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""), str(HERE.parent / "pipelines")]
import numpy as np  # noqa: E402
import tap  # noqa: E402
from tap import effnet, run_network  # noqa: E402

try:
    import timm
    import torch
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
except ImportError as error:
    timm, missing = None, error.name

PICTURES = tap.DATA + "/learn"


def packages():
    if timm is None:
        raise tap.Skip(f"this Python has no {missing}: tests/parity/setup")


def read(path):
    """The metadata and the tensors of a safetensors file."""
    data = pathlib.Path(path).read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, of in header.items():
        begin, end = (8 + length + offset for offset in of["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], np.float32).reshape(of["shape"])
    return metadata, tensors


def kept(metadata, n_features):
    """Features and targets of the pictures and their mirrors."""
    about = json.loads(metadata["effnet.learned"])
    n, views = about["pictures"], about["views"]
    rows = np.frombuffer(base64.b64decode(metadata["effnet.learned.features"]), np.uint8)
    rows = rows.reshape(n * views, -1)
    scale = rows[:, :8].copy().view("<f4").astype(float)
    triples = rows[:, 8:].reshape(n * views, -1, 3).astype(np.uint32)
    pairs = triples[:, :, 0] | triples[:, :, 1] << 8 | triples[:, :, 2] << 16
    whole = np.stack([pairs & 4095, pairs >> 12], -1).reshape(n * views, -1)[:, :n_features]
    return scale[:, :1] + scale[:, 1:] * whole, [t for t in about["targets"] for _ in range(views)]


def learn(folder, *options):
    path = f"{folder}/own.safetensors"
    report = json.loads(effnet("learn", "--json", "--output", path, *options))
    return report, *read(path)


def head(tensors):
    weight = next(t for t in tensors.values() if t.ndim == 2)
    bias = next(t for n, t in tensors.items() if n in ("_fc.bias", "classifier.bias"))
    return weight.astype(float), bias.astype(float)


def test_scikit_learn():
    packages()
    tap.need(PICTURES, "../shared/data/learn")
    with tempfile.TemporaryDirectory() as folder:
        report, metadata, tensors = learn(folder, PICTURES, "--model", tap.model())
    weight, bias = head(tensors)
    features, targets = kept(metadata, weight.shape[1])
    theirs = LogisticRegression(C=report["strength"], class_weight="balanced", tol=1e-10,
                                max_iter=10000).fit(features, [t[0] for t in targets])
    logits = features @ weight.T + bias
    ours = np.exp(logits - logits.max(1, keepdims=True))
    ours /= ours.sum(1, keepdims=True)
    worst = abs(ours - theirs.predict_proba(features)).max()
    assert worst < 1e-4, worst


def test_scikit_learn_several_labels():
    packages()
    tap.need(PICTURES, "../shared/data/learn")
    names = sorted(str(p) for p in pathlib.Path(PICTURES).glob("*/*.jpg"))[::4]
    lines = [f"{name},{'ant' if 'ants' in name else ''}"
             f"{';even' if 'ants' in name and i % 2 else 'even' if i % 2 else ''}\n"
             for i, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "list.csv").write_text("".join(lines))
        report, metadata, tensors = learn(folder, "--list", f"{folder}/list.csv", "--model",
                                          tap.model())
    weight, bias = head(tensors)
    features, targets = kept(metadata, weight.shape[1])
    truth = np.array([[k in t for k in range(2)] for t in targets], int)
    one = LogisticRegression(C=report["strength"], class_weight="balanced", tol=1e-10, max_iter=10000)
    theirs = OneVsRestClassifier(one).fit(features, truth).predict_proba(features)
    worst = abs(1 / (1 + np.exp(-(features @ weight.T + bias))) - theirs).max()
    assert worst < 1e-4, worst


def test_timm():
    """timm opens a model learned on a checkpoint with timm's names."""
    packages()
    with tempfile.TemporaryDirectory() as folder:
        base = f"{folder}/base.safetensors"
        subprocess.run([os.environ["EFFNET_WRITE_LITE0"], base], check=True)
        for name, image in zip(("a", "a", "b", "b"), tap.photographs(4)):
            os.makedirs(f"{folder}/pictures/{name}", exist_ok=True)
            image.save(f"{folder}/pictures/{name}/{len(os.listdir(f'{folder}/pictures/{name}'))}.png")
        _, _, tensors = learn(folder, f"{folder}/pictures", "--model", base)
        model = timm.create_model("tf_efficientnet_lite0", num_classes=2).eval()
        model.load_state_dict({n: torch.tensor(t) for n, t in tensors.items()}, strict=True)
        x = np.random.default_rng(1).standard_normal((1, 3, 224, 224)).astype(np.float32)
        ours = run_network(folder, f"{folder}/own.safetensors", x)
        with torch.no_grad():
            theirs = model(torch.tensor(x)).numpy()
    assert abs(ours - theirs).max() < 1e-3 * max(1, abs(theirs).max()), (ours, theirs)


tap.run(sys.modules[__name__])
