# SPDX-License-Identifier: BSD-2-Clause
import pathlib
import struct
import sys
import tempfile
import unittest.mock

import numpy as np

import models
from models import Tflite, check, fold, refuse, survive
import tap
from tap import effnet

LEAST = {"int8": -128, "uint8": 0}
RELU6 = 6 / 255  # the scale for 0..6
OTHER = 0.05
PIXEL = 1 / 128


def whole(values, scale, zero, kind):
    least = LEAST[kind]
    return np.clip(np.rint(values / scale) + zero, least, least + 255).astype(kind)


def quantise_weights(weight, kind, axis):
    """Numbers, scales and zero points: for int8 per channel, for uint8 one for all."""
    if kind == "uint8":
        least, most = min(weight.min(), 0), max(weight.max(), 0)
        scale = np.float32((most - least) / 255)
        zero = int(np.rint(-least / scale))
    else:
        others = tuple(i for i in range(weight.ndim) if i != axis)
        scale, zero = np.abs(weight).max(others, keepdims=True) / np.float32(127), 0
    return whole(weight, np.where(scale, scale, 1), zero, kind), scale, zero


class Writer:
    """Each value of a network as a tensor of KIND, or of floats if only weights are quantised
    (DYNAMIC). Sets the layers' weights to the numbers that are stored."""

    def __init__(self, net, kind="int8", ends=None, pixel=(PIXEL, 127), fused=True, dynamic=False,
                 step=RELU6):
        self.t, self.net, self.kind = Tflite(), net, kind
        self.fused, self.dynamic, self.step = fused, dynamic, step
        self.steps = {}
        acts = {inputs[0]: out for op, _, inputs, out in net.nodes if op == "relu6"}
        tensors = self.values = {}
        self.add_input(ends or kind, pixel)
        for op, layer, inputs, out in net.nodes:
            if op == "relu6":
                continue
            shape = [1, net.size[out], net.size[out], net.channels[out]]
            tensors[out] = self.activation(shape, out in acts)
            ins = [tensors[i] for i in inputs]
            if layer:
                self.add_layer(layer, ins, tensors[out], out in acts)
            else:
                self.t.operator(op, ins, tensors[out])
            if out in acts:
                tensors[acts[out]] = tensors[out]
        if (ends or kind) != kind and not dynamic:
            self.t.operator("dequantize" if ends == "float32" else "quantize", [tensors[out]],
                            self.end(shape, ends, OTHER, 100))

    def end(self, shape, kind, step, zero):
        """ZERO: for uint8."""
        if kind == "float32" or self.dynamic:
            return self.t.tensor(shape)
        return self.t.tensor(shape, kind=kind, scales=step, zeros=zero + LEAST[kind])

    def add_input(self, kind, pixel):
        shape = [1, models.SIZE, models.SIZE, 3]
        self.values[0] = self.end(shape, kind, *pixel)
        self.steps[self.values[0]] = pixel[0]
        if kind != self.kind and not self.dynamic:
            inside = self.end(shape, self.kind, *pixel)
            self.t.operator("quantize", [self.values[0]], inside)
            self.steps[inside] = pixel[0]
            self.values[0] = inside

    def activation(self, shape, is_relu6):
        step, zero = (self.step, 0) if is_relu6 else (OTHER, 100)
        tensor = self.end(shape, self.kind, step, zero)
        self.steps[tensor] = step
        return tensor

    def add_layer(self, layer, ins, out, is_relu6):
        weight, bias = fold(self.net, layer)
        options = {0: ("b", 0), 1: ("i", layer.get("stride", 1)), 2: ("i", layer.get("stride", 1))}
        order, axis, op, act = (0, 2, 3, 1), 0, "conv", 3
        if layer.get("linear"):
            order, op, act, options = (0, 1), "linear", 0, {}
        elif layer["depthwise"]:
            order, axis, op, act = (1, 2, 3, 0), 3, "depthwise", 4
        stored, scale, zero = quantise_weights(weight.transpose(order), self.kind, axis)
        weights = self.t.tensor(stored.shape, stored, scales=scale, zeros=zero, axis=axis)
        scales = (scale * np.float32(self.steps[ins[0]])).astype("f").ravel()
        sums = np.rint(bias / np.where(scales, scales, 1)).astype("i")
        biases = (self.t.constant(bias) if self.dynamic
                  else self.t.tensor(sums.shape, sums, scales=scales))
        if is_relu6 and self.fused:
            options[act] = ("b", 3)
        self.t.operator(op, [ins[0], weights, biases], out, options)
        layer["weight"] = ((stored.astype("f") - zero) * scale).astype("f").transpose(
            np.argsort(order))
        layer["bias"] = bias if self.dynamic else (sums * scales).astype("f")
        layer["norm"] = None


def write(path, net, change=None, **options):
    writer = Writer(net, **options)
    if change:
        change(writer.t)
    writer.t.write(path)


def convert(net, **options):
    """Converts NET; returns the config of the result, which has the same logits."""
    return check(net, "a.tflite", lambda path: write(path, net, **options))["pretrained_cfg"]


def test_by_channel():
    """As TFLite's converter writes it today: int8 between two QUANTIZE. One channel is dead."""
    net = models.efficientnet(lite=True)
    net.layers[1]["weight"][3] = 0
    found = convert(net, ends="uint8")
    assert np.allclose(found["mean"] + found["std"], [127 / 255] * 3 + [128 / 255] * 3), found


def test_by_tensor():
    """As its predecessor did: uint8, zeros anywhere, ReLU6 only in the range of numbers."""
    net = models.efficientnet(lite=True)
    found = convert(net, kind="uint8", fused=False, pixel=(PIXEL, 128))
    assert np.allclose(found["mean"] + found["std"], [128 / 255] * 6), found


def test_squeeze_excite():
    net = models.efficientnet()
    found = convert(net, pixel=(2 / 255, 127))
    assert np.allclose(found["mean"] + found["std"], [127 / 255] * 3 + [0.5] * 3), found


def test_raw_pixels():
    found = convert(models.efficientnet(lite=True), ends="uint8", pixel=(1, 0))
    assert np.allclose(found["mean"] + found["std"], [0] * 3 + [1 / 255] * 3), found


def test_imagenet():
    """A range from -0.485 / 0.229 to (1 - 0.406) / 0.225 over all channels."""
    found = convert(models.efficientnet(lite=True), pixel=(0.018659, 114))
    assert np.allclose(found["mean"] + found["std"], [0.485, 0.456, 0.406, 0.229, 0.224, 0.225]), found


def test_float_ends():
    assert "mean" not in convert(models.efficientnet(lite=True), ends="float32")


def test_report():
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/a.tflite", models.efficientnet(lite=True))
        lines = effnet("convert", f"{folder}/a.tflite", "--output",
                       f"{folder}/b.safetensors").splitlines()
        assert len(lines) == 2 and lines[0].endswith("resolution 64, padding same"), lines
        assert lines[1].endswith("effnet quantize makes a model for int8 of them"), lines


def test_dynamic_range():
    assert "mean" not in convert(models.efficientnet(lite=True), dynamic=True)


def spoil(op, place, first_scale=None, first_zero=None, **fields):
    """A function that changes, or removes, the quantisation of what the first OP reads at PLACE."""
    numbers = {"scales": 2, "zeros": 3, "details": 4, "axis": 6}

    def change(t):
        code = list(t.CODES).index(op)
        inputs = next(o for o in t.operators if o[0][1] == code)[1][1]
        table = t.tensors[inputs[place]][4][1]
        for number, value in ((2, first_scale), (3, first_zero)):
            if value is not None:
                table[number][1][0] = value
        for name, value in fields.items():
            table[numbers[name]] = value
        if fields == {"scales": None}:
            del t.tensors[inputs[place]][4]
    return change


def vector(values, kind="f"):
    return "o", np.array(values, kind)


def refused(says, change=None, **options):
    net = models.efficientnet(lite=True)
    refuse("a.tflite", lambda path: write(path, net, change, **options), says)


def test_scales_refused():
    for scale in (np.nan, np.inf, -0.5):
        refused("where a finite one above 0 was expected", spoil("conv", 1, scale))
    refused("with a scale of 0, where", spoil("conv", 0, 0))
    refused("with a scale of 0, where", spoil("conv", 1, 0), kind="uint8")
    refused("of 31 scales, where one or as many as its dimension 0 has",
            spoil("conv", 1, scales=vector([1] * 31), zeros=vector([0] * 31, "q")))
    for axis in (-1, 4):
        refused(f"as its dimension {axis} has", spoil("conv", 1, axis=("i", axis)))
    refused("with scales for the dimension 3 of its weights, where 0 was", spoil(
        "conv", 1, scales=vector([1] * 3), zeros=vector([0] * 3, "q"), axis=("i", 3)))
    refused("is quantised otherwise", spoil("conv", 1, details=("b", 1)))


def test_shared_scales_refused():
    """Each tensor's scales are checked, which would take long if many tensors shared many."""
    many, places = 100000, {}

    def add_tensors(t):
        t.buffers.append({0: ("o", np.zeros(many, "b"))})
        for i in range(20):
            t.tensor([many], kind="int8", scales=[1] * (many if i == 19 else 1))
            t.tensors[-1][2] = ("I", len(t.buffers) - 1)
            for number in (2, 3):
                places[id(t.tensors[-1][4][1][number][1])] = number, i

    def write_shared(path):
        point, found = models.Flat.point, {}

        def note(flat, at, value):
            point(flat, at, value)
            if id(value) in places:
                found[places[id(value)]] = at, at + struct.unpack_from("<I", flat.data, at)[0]

        with unittest.mock.patch.object(models.Flat, "point", note):
            write(path, models.efficientnet(lite=True), add_tensors)
        data = bytearray(pathlib.Path(path).read_bytes())
        for (number, _), (at, _) in found.items():
            struct.pack_into("<I", data, at, found[number, 19][1] - at)
        pathlib.Path(path).write_bytes(data)

    refuse("a.tflite", write_shared, "share their scales")


def test_zero_points_refused():
    refused("of 31 zero points, where 32 were", spoil("conv", 1, zeros=vector([0] * 31, "q")))
    refused("a zero point of 1, where 0 to 0 was", spoil("conv", 1, first_zero=1))
    refused("a zero point of 1, where 0 to 0 was", spoil("conv", 2, first_zero=1), kind="uint8")
    refused("a zero point of 256, where 0 to 255 was", spoil("conv", 1, first_zero=256),
            kind="uint8")
    refused("a zero point of -129, where -128 to 127 was", spoil("conv", 0, first_zero=-129))


def test_biases_of_zero():
    """Layers share it, whatever their scales."""
    net = models.efficientnet(lite=True)
    net.layers[-1]["bias"][:] = 0
    convert(net, change=spoil("linear", 2, 1))


def test_biases_refused():
    refused("with biases in steps of 1,", spoil("depthwise", 2, 1))
    refused("with biases of integers, but an input of floats", spoil("linear", 0, scales=None))


def test_inputs_refused():
    def take_away(t):
        del t.tensors[0][4]

    def change_type(t):
        t.tensors[0][1] = ("b", t.TYPES["int32"])
        t.tensors[0][4][1][3] = vector([0], "q")

    for change in (take_away, change_type):
        refused("has an input of other numbers than floats or quantised ones of 8 bits", change)


def test_other_activation_refused():
    """Numbers with a range far beyond 6."""
    refused("times a ReLU, where a network of such layers has 0", kind="uint8", fused=False,
            step=0.05)


def test_broken():
    net = models.efficientnet(lite=True)
    survive("a.tflite", lambda path: write(path, net))


tap.run(sys.modules[__name__])
