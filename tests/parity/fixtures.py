# SPDX-License-Identifier: BSD-2-Clause
"""Checkpoints that libraries themselves save, with the heads that they make: the logits equal the
library's own. Each library works in a process of its own, as some do not stand each other. Beside
what tests/parity/setup installs, it takes the libraries; without one, its cases are skipped:

    pip install --target build/parity-libraries fastai keras lightning transformers

That brings a torch as well, which is not used.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [os.environ.get("EFFNET_PARITY_PACKAGES", ""),
                os.environ.get("EFFNET_PARITY_LIBRARIES", ""), str(HERE.parent / "pipelines")]
os.environ["KERAS_BACKEND"] = "torch"
import numpy as np  # noqa: E402
import tap  # noqa: E402

BOUND = 1e-3
SIZE = 128  # even in every stage: the only kind that transformers pads as others do
CLASSES = ["cat", "dog", "bird"]
NO_LIBRARY = 77


def pictures(n):
    """Waves of other lengths and directions in each channel of each picture, from 0 to 1."""
    y, x = np.mgrid[:SIZE, :SIZE].astype("f") / SIZE
    return np.stack([[0.5 + 0.3 * np.sin((3 + 2 * c + i) * x * 6 + (1 + i) * y * 9 + c)
                      + 0.2 * np.cos((2 + i) * y * 11 - c * x * 5) for c in range(3)]
                     for i in range(n)]).astype("f")


def normalised(n):
    mean, std = (np.array(v, "f")[:, None, None] for v in ((0.485, 0.456, 0.406),
                                                           (0.229, 0.224, 0.225)))
    return (pictures(n) - mean) / std


# What follows runs in the library's own process. Each returns the logits of pictures(3).


def narrow():
    import timm
    return timm.models.efficientnet._gen_efficientnet(
        "efficientnet_b0", channel_multiplier=0.25, depth_multiplier=0.5, num_classes=0)


def settle(model):
    """Statistics of batch norms, and logits, that depend on the picture."""
    import torch
    torch.manual_seed(1)
    for module in model.modules():
        if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.BatchNorm1d)):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
            module.reset_running_stats()
            module.momentum = None
        if isinstance(module, torch.nn.Linear):
            module.weight.data *= 8
    with torch.no_grad():
        model.train()(torch.from_numpy(normalised(8)))
    for module in model.modules():  # channels that are hardly used would magnify rounding
        if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.BatchNorm1d)):
            module.running_var.clamp_(min=float(module.running_var.mean()) / 10)
    return model.eval()


def logits_of(model):
    import torch
    with torch.no_grad():
        out = model(torch.from_numpy(normalised(3)))
    return getattr(out, "logits", out).numpy()


def save_learner(folder, model):
    """As Learner.save() does it, with the optimiser's state."""
    from fastai.data.core import DataLoaders
    from fastai.learner import Learner
    from fastai.losses import CrossEntropyLossFlat
    learner = Learner(DataLoaders(), settle(model), loss_func=CrossEntropyLossFlat(), path=folder,
                      model_dir=".")
    learner.create_opt()
    learner.save("net")
    return logits_of(learner.model.eval())


def make_fastai_resnet(folder):
    from fastai.vision.learner import create_vision_model
    from torchvision.models import resnet18
    return save_learner(folder, create_vision_model(resnet18, len(CLASSES), pretrained=False))


def make_fastai_timm(folder):
    from fastai.vision.learner import TimmBody, create_head
    from torch import nn
    body = TimmBody(narrow(), False, None, 3)
    head = create_head(body.model.num_features, len(CLASSES), lin_ftrs=[64, 32])
    return save_learner(folder, nn.Sequential(body, head))


def make_lightning(folder):
    import lightning
    from torch import nn

    class Classifier(lightning.LightningModule):
        def __init__(self, class_names):
            super().__init__()
            self.save_hyperparameters()
            self.backbone = narrow()
            self.head = nn.Sequential(nn.Dropout(), nn.Linear(320, len(class_names)))

        def forward(self, x):
            return self.head(self.backbone(x))

    model = settle(Classifier(CLASSES))
    trainer = lightning.Trainer(logger=False, enable_checkpointing=False, accelerator="cpu")
    trainer.strategy.connect(model)
    trainer.save_checkpoint(f"{folder}/net.ckpt")
    return logits_of(model)


def make_transformers_efficientnet(folder):
    import transformers
    model = settle(transformers.EfficientNetForImageClassification(transformers.EfficientNetConfig(
        image_size=SIZE, width_coefficient=0.5, depth_coefficient=0.5, hidden_dim=640,
        id2label=dict(enumerate(CLASSES)))))
    model.save_pretrained(folder)
    return logits_of(model)


def keras_model(body):
    """A head of the user's own, with batch norms before and in it."""
    import keras
    layers = keras.layers
    model = keras.Sequential([
        layers.Input((SIZE, SIZE, 3)), body, layers.GlobalAveragePooling2D(),
        layers.BatchNormalization(), layers.Dropout(0.2), layers.Dense(16, activation="relu"),
        layers.BatchNormalization(), layers.Dense(12), layers.BatchNormalization(),
        layers.Activation("relu"), layers.Dense(len(CLASSES))])
    random = np.random.default_rng(1)
    for layer in (*body.layers, *model.layers):
        if isinstance(layer, layers.BatchNormalization):
            n = layer.gamma.shape[0]
            layer.set_weights([random.uniform(0.5, 1.5, n), random.normal(0, 0.2, n),
                               random.normal(0, 0.1, n), random.uniform(0.05, 0.2, n)])
    return model


def make_keras_efficientnet(folder, suffix=".keras"):
    import keras
    from keras.src.applications.efficientnet import EfficientNet
    keras.utils.set_random_seed(1)
    model = keras_model(EfficientNet(0.25, 0.5, SIZE, include_top=False, weights=None,
                                     input_shape=(SIZE, SIZE, 3)))
    model.save(f"{folder}/net{suffix}")
    return np.asarray(model(255 * pictures(3).transpose(0, 2, 3, 1), training=False).detach())


def make_keras_h5(folder):
    return make_keras_efficientnet(folder, ".h5")


# What follows runs in the test's process.


def setting(folder, file, name):
    lines = tap.effnet("info", f"{folder}/{file}").splitlines()
    value = next(line for line in lines if line.startswith(name)).split(None, 1)[1]
    return np.array(value.split(), "f")[:, None, None]


def check(make, file, *says, options=f"resolution={SIZE},padding=symmetric"):
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        made = subprocess.run([sys.executable, __file__, "--make", make, folder],
                              capture_output=True, text=True)
        if made.returncode == NO_LIBRARY:
            raise tap.Skip(f"this Python has no {made.stdout.strip()}")
        assert made.returncode == 0, made.stderr
        expected, x = np.load(f"{folder}/expected.npy"), normalised(3)
        assert expected.std(0).min() > 1e-2, expected
        arguments = ("--model-options", options) if options else ()
        if not options:  # Keras normalises within the network
            x = (pictures(3) - setting(folder, file, "mean")) / setting(folder, file, "deviation")
        found = tap.run_network(folder, f"{folder}/{file}", x.astype("f"), *arguments,
                                "--precision", "fp32")
        info = tap.effnet("info", f"{folder}/{file}", *arguments)
    worst = np.abs(found - expected).max() / expected.std()
    print(f"# {worst:.1e} of the logits' deviation", flush=True)
    assert worst < BOUND, (found, expected)
    for line in says:
        assert line in info, (line, info)


def test_fastai_resnet():
    check("fastai_resnet", "net.pth", "resnet18+max+512-relu", "names          fastai")


def test_fastai_timm():
    check("fastai_timm", "net.pth", "+max+64-relu+32-relu")


def test_lightning():
    check("lightning", "net.ckpt", "head.1", 'from "cat" to "bird"')


def test_transformers_efficientnet():
    check("transformers_efficientnet", "model.safetensors", 'from "cat" to "bird"',
          options=f"resolution={SIZE}")


def test_keras_efficientnet():
    check("keras_efficientnet", "net.keras", "+16-relu+12-relu", options=None)


def test_keras_h5():
    check("keras_h5", "net.h5", "+16-relu+12-relu", options=None)


if sys.argv[1:2] == ["--make"]:
    try:
        import torch
        torch.manual_seed(0)
        # Its libraries were not installed, and what calls them crashes.
        torch.cuda.is_available, torch.cuda.device_count = lambda: False, lambda: 0
        np.save(f"{sys.argv[3]}/expected.npy", globals()[f"make_{sys.argv[2]}"](sys.argv[3]))
    except ModuleNotFoundError as error:
        print(error.name)
        sys.exit(NO_LIBRARY)
else:
    tap.run(sys.modules[__name__])
