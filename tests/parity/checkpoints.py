# SPDX-License-Identifier: BSD-2-Clause
"""Checkpoints as training scripts write them: the logits equal the library's own, or one
sentence says why not. tests/parity/setup installs torch, timm and torchvision for this."""
import json
import os
import pathlib
import struct
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
    import torchvision
except ImportError as error:
    torch, missing = None, error.name

BOUND = 1e-3
CLASSES = 4
made = {}


def network(source, name, classes=CLASSES, **options):
    """A network with statistics of its own, so that a wrong structure shows."""
    if torch is None:
        raise tap.Skip(f"this Python has no {missing}: tests/parity/setup")
    key = (source, name, classes)
    if key not in made:
        torch.manual_seed(7)
        model = (timm.create_model(name, num_classes=classes, **options) if source == "timm"
                 else torchvision.models.get_model(name, weights=None, num_classes=classes))
        made[key] = warm(model)
    return made[key]


def warm(model):
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.randn(4, 3, 96, 96))
    return model.eval()


def picture(size=224):
    return torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(3))


def write_safetensors(path, state, **metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in state.items():
        array = tensor.detach().numpy()
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Folder:
    """A folder with one checkpoint and the files beside it."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.path = self.temporary.name
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def save(self, name, content):
        self.file = f"{self.path}/{name}"
        torch.save(content, self.file)

    def write(self, name, state, **metadata):
        self.file = f"{self.path}/{name}"
        write_safetensors(self.file, state, **metadata)

    def json(self, name, content):
        with open(f"{self.path}/{name}", "w") as file:
            json.dump(content, file)

    def same(self, model, *options, size=224):
        """The logits of MODEL; returns what info prints."""
        x = picture(size)
        with torch.no_grad():
            expected = model(x).numpy()
        found = tap.run_network(self.path, self.file, x.numpy(), *options)
        difference = np.abs(found - expected).max()
        assert difference < BOUND, difference
        return effnet("info", self.file, *options)

    def fails(self, says):
        effnet_fails("info", self.file, says=says)


def prefixed(state, prefix):
    return {prefix + name: value for name, value in state.items()}


def test_prefixes():
    model = network("torchvision", "resnet18")
    for prefix in ("net.", "backbone.", "encoder.", "module.model.classifier_net.", "x.y."):
        with Folder() as folder:
            folder.save("m.ckpt", {"state_dict": prefixed(model.state_dict(), prefix)})
            assert "classes        4" in folder.same(model)


def test_mmpretrain():
    model = network("torchvision", "resnet18")
    state = {f"head.{name}" if name.startswith("fc.") else f"backbone.{name}": value
             for name, value in model.state_dict().items()}
    with Folder() as folder:
        folder.save("m.pth", {"meta": {"epoch": 3}, "state_dict": state})
        info = folder.same(model)
        assert "prefix: backbone." in info and "classifier: head.fc" in info, info


def test_features_alone():
    """timm's networks of features end before the head."""
    need_torch()
    for name, says in (("efficientnet_b0", "conv_head"), ("resnet18", None)):
        model = timm.create_model(name, features_only=True)
        with Folder() as folder:
            folder.save("m.pth", model.state_dict())
            if says:
                folder.fails(f"it has no tensor {says}.weight")
            else:
                assert "classes        0" in effnet("info", folder.file)


def test_beside_the_prefix():
    model = network("torchvision", "resnet18")
    with Folder() as folder:
        folder.save("m.ckpt", {"state_dict": {
            **prefixed(model.state_dict(), "model."), "criterion.weight": torch.ones(4),
            "val_metrics.count": torch.tensor(3), "loss_fn.pos_weight": torch.ones(4)}})
        info = folder.same(model)
        assert "prefix: model. (from tensor names)" in info, info
        for name in ("criterion.weight", "val_metrics.count", "loss_fn.pos_weight"):
            assert f"left out: {name}" in info, info


def test_average():
    model, other = network("torchvision", "resnet18"), network("timm", "resnet18")
    with Folder() as folder:
        folder.save("m.pt", {"initted": torch.tensor(True), "step": torch.tensor(5),
                             **prefixed(other.state_dict(), "online_model."),
                             **prefixed(model.state_dict(), "ema_model.")})
        info = folder.same(model)
        assert "prefix: ema_model. (" in info and "weights: the averaged ones" in info, info
        assert "tensors of other copies of the network" in info, info
    with Folder() as folder:
        folder.save("m.pt", {**prefixed(other.state_dict(), "student."),
                             **prefixed(model.state_dict(), "teacher.")})
        folder.fails('one under "student." and one under "teacher."')
    with Folder() as folder:
        folder.save("m.pth", {"state_dict": other.state_dict(),
                              "state_dict_ema": model.state_dict()})
        info = folder.same(model)
        assert "state: state_dict_ema" in info and "weights: the averaged ones" in info, info
        assert 'left out: 122 tensors under "state_dict", beside the state' in info, info


def test_beside_the_state():
    """What else there is, and labels that do not fit, are said."""
    model = network("torchvision", "resnet18")
    optimizer = {"state": {0: {"step": torch.tensor(1.), "exp_avg": torch.ones(8)}}, "param_groups": []}
    with Folder() as folder:
        folder.save("m.pth", {
            "state_dict": model.state_dict(), "optimizer": optimizer,
            "other_weights": {"fc.weight": torch.ones(9, 512), "fc.bias": torch.ones(9)},
            "class_to_idx": {"cat": 1, "dog": 2, "bird": 3}, "classes": ("cat", "dog", "bird")})
        info = folder.same(model)
        assert 'left out: 2 tensors under "other_weights", beside the state' in info, info
        assert 'left out: 2 tensors under "optimizer", beside the state' in info, info
        assert "labels: not used, " in info and "m.pth has 4 labels, but none for class 0" in info, info
    with Folder() as folder:
        folder.save("m.pth", {"model": model.state_dict(), "names": ["cat", "dog"]})
        info = folder.same(model)
        assert "m.pth has 2 labels, the model 4 classes" in info, info


def need_torch():
    network("torchvision", "resnet18")


def test_heads():
    need_torch()
    linear, sequential, dropout = torch.nn.Linear, torch.nn.Sequential, torch.nn.Dropout

    def efficientnet(head):
        model = torchvision.models.efficientnet_b0()
        model.classifier = head
        return model

    def resnet(head):
        model = torchvision.models.resnet18()
        model.fc = head
        return model

    for model, name in ((efficientnet(linear(1280, 4)), "classifier"),
                        (efficientnet(sequential(linear(1280, 4))), "classifier.0"),
                        (efficientnet(sequential(dropout(), sequential(dropout(), linear(1280, 4)))),
                         "classifier.1.1"),
                        (resnet(sequential(dropout(), linear(512, 4))), "fc.1")):
        with Folder() as folder:
            folder.save("m.pth", warm(model).state_dict())
            assert f"classifier: {name} (from its shape)" in folder.same(model)


def test_wrappers():
    """Networks are found under any key, also in lists; of several, the averaged one counts."""
    model, other = network("torchvision", "resnet18"), network("timm", "resnet18")
    state = model.state_dict()
    for content, container in (({"weights": state, "epoch": 3}, "weights"),
                               ({"a": {"best": state}}, "a.best"), ((3, state), "1"),
                               ({"params": other.state_dict(), "params_ema": state}, "params_ema"),
                               ({"model": other.state_dict(), "swa_model": state}, "swa_model")):
        with Folder() as folder:
            folder.save("m.pth", content)
            assert f"state: {container} (from the file)" in folder.same(model)
    with Folder() as folder:
        folder.save("m.pth", {"teacher": state, "student": other.state_dict()})
        folder.fails('one under "teacher" and one under "student"')


def test_odd_heads():
    need_torch()

    class Headed(torch.nn.Module):
        """A network without its own head, and another after it."""

        def __init__(self, name, head):
            super().__init__()
            self.net, self.name = torchvision.models.resnet18(), name
            self.net.fc = torch.nn.Identity()
            setattr(self, name, head)

        def forward(self, x):
            head, x = getattr(self, self.name), self.net(x)
            if isinstance(head, torch.nn.Conv2d):
                return head(x[:, :, None, None]).flatten(1)
            return head(x)

    for name, head in (("metric_fc", torch.nn.Linear(512, 4)), ("ema_head", torch.nn.Linear(512, 4)),
                       ("cls", torch.nn.Conv2d(512, 4, 1))):
        model = warm(Headed(name, head))
        with Folder() as folder:
            folder.save("m.pth", model.state_dict())
            assert f"classifier: {name} (from its shape)" in folder.same(model)
    with Folder() as folder:
        model = network("torchvision", "resnet18", classes=64)
        folder.save("m.pth", {**model.state_dict(), "loss.weight": torch.ones(5, 64)})
        folder.fails("has a tensor loss.weight")
    with Folder() as folder:
        folder.save("m.pth", {**model.state_dict(), "class_order": torch.arange(64)})
        folder.fails("has a tensor class_order")


def test_heads_that_are_more():
    need_torch()
    with Folder() as folder:
        model = torchvision.models.resnet18()
        model.fc = torch.nn.Sequential(torch.nn.Linear(512, 64), torch.nn.ReLU(),
                                       torch.nn.Linear(64, 4))
        folder.save("m.pth", model.state_dict())
        folder.fails("nothing tells the activation between them: say it with the network "
                     "(--model-options arch=resnet18+64-relu")
    with Folder() as folder:
        model = network("torchvision", "resnet18")
        neck = prefixed(torch.nn.BatchNorm1d(512).state_dict(), "bnneck.")
        folder.save("m.pth", {**model.state_dict(), **neck})
        folder.fails("has a batch norm bnneck, of which nothing tells where")
    with Folder() as folder:
        folder.save("m.pth", {**model.state_dict(), "temperature": torch.ones(1)})
        folder.fails("has a tensor temperature")


def shake(module):
    """Gives batch norms statistics and weights that show."""
    for norm in module.modules():
        if isinstance(norm, torch.nn.BatchNorm1d):
            norm.weight.data.uniform_(0.5, 1.5)
            norm.bias.data.normal_(0, 0.2)
            norm.running_mean.normal_(0.5, 0.2)
            norm.running_var.uniform_(0.5, 2)
    return module.eval()


def test_hidden_layers():
    """With batch norms, without biases, one or two of them."""
    need_torch()
    nn = torch.nn
    heads = {
        "64-relu": [nn.Linear(512, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 4)],
        "64-gelu": [nn.Linear(512, 64, bias=False), nn.BatchNorm1d(64), nn.GELU(),
                    nn.Linear(64, 4)],
        "64-relu6": [nn.BatchNorm1d(512), nn.Linear(512, 64), nn.ReLU6(), nn.BatchNorm1d(64),
                     nn.Linear(64, 4, bias=False)],
        "bn-64-relu-bn": [nn.BatchNorm1d(512), nn.Dropout(), nn.Linear(512, 64), nn.ReLU(),
                          nn.BatchNorm1d(64), nn.Dropout(), nn.Linear(64, 4)],
        "64-bn-hard-swish": [nn.Linear(512, 64), nn.Dropout(), nn.BatchNorm1d(64),
                             nn.Hardswish(), nn.Linear(64, 4)],
        "96-hard-swish+32-silu": [nn.Linear(512, 96), nn.Hardswish(), nn.Linear(96, 32),
                                  nn.SiLU(), nn.Linear(32, 4)],
    }
    for name, head in heads.items():
        model = torchvision.models.resnet18()
        model.fc = nn.Sequential(*head)
        shake(warm(model))
        with Folder() as folder:
            folder.save("m.pth", model.state_dict())
            for size in (224, 97):
                folder.same(model, "--model-options", f"arch=resnet18+{name},resolution={size}",
                            size=size)
            # What writes it anew says it in the file.
            file, folder.file = folder.file, f"{folder.path}/copy.safetensors"
            effnet("convert", file, "--arch", f"resnet18+{name}", "--output", folder.file)
            folder.same(model)
            # A config can say it as well.
            folder.json("config.json", {"architecture": f"resnet18+{name}"})
            folder.write("model.safetensors", model.state_dict())
            folder.same(model)


def config(architecture, **more):
    return {"architecture": architecture, "num_classes": CLASSES, **more,
            "label_names": ["cat", "dog", "bird", "fish"]}


def test_config():
    """The architecture that a file names is believed, and refused if it is not known."""
    model = network("timm", "efficientnet_b0")
    with Folder() as folder:
        folder.json("config.json", config("efficientnet_b0", model_type="timm_wrapper"))
        folder.write("model.safetensors", prefixed(model.state_dict(), "timm_model."))
        info = folder.same(model)
        assert '4, from "cat" to "fish"' in info, info
    for name in ("resnetaa50", "resnetblur50"):
        with Folder() as folder:
            folder.json("config.json", config(name))
            folder.write("model.safetensors", network("timm", name).state_dict())
            folder.fails(f"is of the network {name} by {folder.path}/config.json")
            effnet("info", folder.file, "--model-options", "arch=resnet50")
    with Folder() as folder:
        folder.json("config.json", config("resnet18", mean=[0.5, 0.5, 1e999], std=[1, 1, 1]))
        folder.write("model.safetensors", network("timm", "resnet18").state_dict())
        effnet_fails("info", folder.file, says="config.json")


def test_scripts():
    """What training scripts keep beside the weights about architecture, pooling and classes."""
    other, model = network("timm", "resnetaa50"), network("timm", "efficientnet_b0")
    for beside in ({"model_name": "resnetaa50"}, {"model": "timm/resnetaa50.a1h_in1k"},
                   {"hyper_parameters": {"arch": "resnetaa50"}}):
        with Folder() as folder:
            folder.save("m.ckpt", {"state_dict": other.state_dict(), **beside})
            folder.fails("is of the network resnetaa50")
    with Folder() as folder:
        folder.save("m.ckpt", {"state_dict": model.state_dict(), "hyper_parameters": {
            "model_name": "efficientnet_b0", "class_names": ["a", "b", "c", "d"]}})
        info = folder.same(model)
        assert '4, from "a" to "d"' in info and f"labels: 4 (from {folder.file})" in info, info
    with Folder() as folder:
        folder.save("m.pth", {"state_dict": model.state_dict(), "arch": "efficientnet_b0",
                              "args": {"gp": "max"}})
        folder.fails('has the global_pool "max"')
    for more in ({"global_pool": "max"}, {"model_args": {"global_pool": "max"}},
                 {"model_args": {"act_layer": "relu"}}):
        with Folder() as folder:
            folder.json("config.json", config("efficientnet_b0", **more))
            folder.write("model.safetensors", model.state_dict())
            folder.fails(f"{folder.path}/config.json has the ")
    with Folder() as folder:
        folder.json("config.json", config("efficientnet_b0", mean=[123.7, 116.3, 103.5]))
        folder.write("model.safetensors", model.state_dict())
        folder.fails("where three numbers of pixels of 0 to 1 were expected")


def test_names():
    """Tags in the file's metadata or name, and the settings that follow from them."""
    for name, architecture, tag in (("m", "tf_efficientnet_b0", None),
                                    ("m", "efficientnet_b0", None),
                                    ("best_tf_efficientnet_b0_fold3", "tf_efficientnet_b0", None),
                                    ("x-efficientnet_b0.ra4_e3600_r224_in1k", "efficientnet_b0",
                                     "0.5 0.5 0.5")):
        model = network("timm", architecture)
        with Folder() as folder:
            metadata = {"arch": architecture} if name == "m" else {}
            folder.write(f"{name}.safetensors", model.state_dict(), **metadata)
            info = folder.same(model)
            assert tag is None or f"mean           {tag}" in info, info
    with Folder() as folder:
        folder.write("m.safetensors", model.state_dict(), **{
            "args.model": "hf-hub:timm/efficientnet_b0", "class_names": '["a", "b", "c", "d"]'})
        assert '4, from "a" to "d"' in folder.same(model)


def test_padding():
    """What cannot be recognised can be set as the message says."""
    model = network("timm", "tf_efficientnet_b0")
    with Folder() as folder:
        folder.save("mine.pth", model.state_dict())
        folder.fails("--model-options padding=same")
        folder.same(model, "--model-options", "padding=same")


def test_one_class():
    with Folder() as folder:
        model = network("timm", "resnet18", classes=1)
        folder.save("m.pth", model.state_dict())
        assert "activation     sigmoid" in folder.same(model)


def test_own_labels():
    """A thousand classes of the user's own are not ImageNet's."""
    model = network("torchvision", "resnet18", classes=1000)
    with Folder() as folder:
        folder.save("m.pth", model.state_dict())
        assert "labels: ImageNet's" in folder.same(model)
    with Folder() as folder:
        state = {name.replace("fc.", "fc.1."): value for name, value in model.state_dict().items()}
        folder.save("m.pth", state)
        assert "labels         none" in folder.same(model)


def test_rw():
    for name, size in (("efficientnetv2_rw_t", 224), ("efficientnetv2_rw_s", 288)):
        model = network("timm", name)
        with Folder() as folder:
            folder.save("m.pth", model.state_dict())
            folder.same(model, size=size)


TRANSFORMERS = (
    ("conv_stem", "embeddings.convolution"), ("bn1", "embeddings.batchnorm"),
    ("conv_head", "encoder.top_conv"), ("bn2", "encoder.top_bn"))
PARTS = {
    "conv_dw": "depthwise_conv.depthwise_conv", "se.conv_reduce": "squeeze_excite.reduce",
    "se.conv_expand": "squeeze_excite.expand"}


def rename(name, numbers):
    """The name of timm's tensor in transformers."""
    parts = name.split(".")
    if parts[0] == "classifier":
        return name
    if parts[0] != "blocks":
        return ".".join(["efficientnet", dict(TRANSFORMERS)[parts[0]], *parts[1:]])
    plain = parts[1] == "0"
    own = {**PARTS, **({"bn1": "depthwise_conv.depthwise_norm", "conv_pw": "projection.project_conv",
                        "bn2": "projection.project_bn"} if plain else
                       {"conv_pw": "expansion.expand_conv", "bn1": "expansion.expand_bn",
                        "bn2": "depthwise_conv.depthwise_norm",
                        "conv_pwl": "projection.project_conv", "bn3": "projection.project_bn"})}
    module = ".".join(parts[3:-1])
    number = numbers.setdefault((parts[1], parts[2]), len(numbers))
    return f"efficientnet.encoder.blocks.{number}.{own[module]}.{parts[-1]}"


def test_transformers():
    """transformers' EfficientNet gives the same logits as timm's with TensorFlow's weights."""
    model, numbers = network("timm", "tf_efficientnet_b0"), {}
    state = {rename(name, numbers): value for name, value in model.state_dict().items()}
    settings = {"model_type": "efficientnet", "image_size": 224, "batch_norm_eps": 0.001,
                "hidden_act": "swish", "depthwise_padding": [], "pooling_type": "mean",
                "strides": [1, 2, 2, 2, 1, 2, 1], "id2label": {str(i): f"LABEL_{i}" for i in range(4)}}
    with Folder() as folder:
        folder.write("model.safetensors", state)
        folder.json("config.json", settings)
        folder.json("preprocessor_config.json", {
            "image_processor_type": "EfficientNetImageProcessor", "include_top": True,
            "image_mean": [0.485, 0.456, 0.406], "image_std": [0.47853944, 0.4732864, 0.47434163],
            "size": {"height": 224, "width": 224}, "resample": 3, "do_center_crop": False})
        info = folder.same(model)
        for line in ("names          transformers", "deviation      0.229 0.224 0.225",
                     "resize mode    stretch", "labels         none"):
            assert line in info, info
        folder.json("config.json", {**settings, "hidden_act": "gelu"})
        folder.fails('has the hidden_act "gelu"')


tap.run(sys.modules[__name__])
