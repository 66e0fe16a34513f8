# SPDX-License-Identifier: BSD-2-Clause
"""Networks of timm and torchvision, with weights that make logits depend on everything.

Plain random weights hide mistakes: logits come out near nothing, or do not depend on the picture.
"""
import json
import pathlib
import warnings

import timm
import torch
import torchvision


def create(source, name, **options):
    """A network in evaluation mode, without pretrained weights."""
    torch.manual_seed(0)
    if source == "timm":
        return timm.create_model(name, pretrained=False, **options).eval()
    return torchvision.models.get_model(name, weights=None).eval()


def load(network, checkpoint):
    """The same tensors in the same order, by other names."""
    tensors = torch.load(checkpoint, weights_only=True).values()
    network.load_state_dict(dict(zip(network.state_dict(), tensors, strict=True)))


def save_with_config(network, folder, name, **settings):
    """A file called NAME in FOLDER, beside the settings of pictures that timm has for it, or SETTINGS."""
    known = {key: network.pretrained_cfg[key]
             for key in ("mean", "std", "crop_pct", "input_size", "interpolation")}
    config = {"architecture": name, "pretrained_cfg": {**known, **settings}}
    pathlib.Path(folder, "config.json").write_text(json.dumps(config))
    file = f"{folder}/{name}.pth"
    torch.save(network.state_dict(), file)
    return file


def norms_of(module):
    return [(n, m) for n, m in module.named_modules() if isinstance(m, torch.nn.BatchNorm2d)]


def has_residual(block):
    return (getattr(block, "has_skip", False) or getattr(block, "use_res_connect", False)
            or type(block).__name__ in ("BasicBlock", "Bottleneck"))


def draw_norms(model):
    """Makes the last batch norm of each block small, so that sums of blocks do not grow, but not
    zero."""
    for _, norm in norms_of(model):
        norm.weight.data.uniform_(0.5, 1.5)
        norm.bias.data.normal_(0, 0.2)
    for block in model.modules():
        if has_residual(block):
            own = [m for n, m in norms_of(block) if "downsample" not in n]
            own[-1].weight.data.uniform_(0.1, 0.3)


def measure_norms(model, pictures):
    """Sets running statistics to those of PICTURES."""
    for _, norm in norms_of(model):
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    model(pictures)
    model.eval()


def classifier_of(model):
    linear = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    return linear[-1] if linear else None


def scale_logits(model, pictures):
    """Scales the logits to a deviation of 3 over the pictures, with means near 0."""
    features, logits = features_of(model, pictures)
    weight = classifier_of(model).weight.data
    weight *= 3 / (logits - logits.mean(0)).std()
    if classifier_of(model).bias is not None:
        classifier_of(model).bias.data = -(weight @ features.mean(0)) + 0.5 * torch.randn(len(weight))


def features_of(model, pictures, layer=None):
    """The input of the classifier, or of LAYER, and the logits; None for those that do not
    exist."""
    seen, layer = [], layer or classifier_of(model)
    if layer is None:
        return model(pictures), None
    hook = layer.register_forward_hook(lambda _, read, __: seen.append(read[0]))
    logits = model(pictures)
    hook.remove()
    return seen[0], logits


def prepare(source, name, pictures, **options):
    with torch.no_grad():
        model = create(source, name, **options)
        draw_norms(model)
        measure_norms(model, pictures)
        if classifier_of(model) is not None:
            scale_logits(model, pictures)
    return model


def export(model, x, path, opset, folded=True):
    """Exports to ONNX. torch.onnx folds batch norms of networks in evaluation mode, unless told
    not to. (Its newer exporter asks CUDA's libraries, whose functions fail here.)"""
    kind = torch.onnx.TrainingMode
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=opset,
                          training=kind.EVAL if folded else kind.PRESERVE,
                          do_constant_folding=folded)


def parameters_of(source, name):
    with torch.device("meta"):
        return sum(p.numel() for p in create(source, name).parameters())
