# SPDX-License-Identifier: BSD-2-Clause
"""Small networks of our families, as operations, and as files of other programs' formats. The
files are written from the formats' descriptions, and so do not need those programs."""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import tap  # noqa: E402
from tap import effnet, effnet_fails  # noqa: E402

SIZE, CLASSES = 64, 7


class Network:
    """Values are numbered; 0 is the image. A node is (operation, layer or None, inputs, output)."""

    def __init__(self, padding, epsilon):
        self.padding, self.epsilon = padding, epsilon
        self.random = np.random.default_rng(1)
        self.nodes, self.layers = [], []
        self.channels, self.size = {0: 3}, {0: SIZE}

    def draw(self, *shape, low=-0.2, high=0.2):
        return self.random.uniform(low, high, shape).astype("f")

    def node(self, op, inputs, layer=None, channels=None, size=None):
        out = len(self.channels)
        self.channels[out] = channels or self.channels[inputs[0]]
        self.size[out] = size or self.size[inputs[0]]
        self.nodes.append((op, layer, inputs, out))
        return out

    def pads(self, kernel, stride, size):
        if self.padding == "symmetric":
            return (kernel - 1) // 2, (kernel - 1) // 2
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        return total // 2, total - total // 2

    def conv(self, x, name, norm, channels, kernel=1, stride=1, act=None, depthwise=False):
        deep = 1 if depthwise else self.channels[x]
        size = self.size[x]
        layer = {"name": name, "stride": stride, "pads": self.pads(kernel, stride, size),
                 "depthwise": depthwise, "norm": None, "bias": None,
                 "weight": self.draw(channels, deep, kernel, kernel, low=-1, high=1)
                 * np.float32(6 / (deep * kernel * kernel)) ** 0.5}
        if norm:
            layer["norm_name"] = norm
            layer["norm"] = [self.draw(channels, low=0.5, high=1.5), self.draw(channels),
                             self.draw(channels), self.draw(channels, low=0.5, high=1.5)]
        else:
            layer["bias"] = self.draw(channels)
        self.layers.append(layer)
        return self.act(self.node("conv", [x], layer, channels, -(-size // stride)), act)

    def act(self, x, act):
        if act == "swish":
            return self.node("mul", [x, self.node("sigmoid", [x])])
        return self.node(act, [x]) if act else x

    def linear(self, x, name, channels):
        layer = {"name": name, "weight": self.draw(channels, self.channels[x]), "norm": None,
                 "bias": self.draw(channels), "linear": True}
        self.layers.append(layer)
        return self.node("linear", [x], layer, channels)

    def pool(self, x):
        return self.node("mean", [x], size=1)

    def norm(self, x):
        layer = {"name": "norm", "norm": [
            self.draw(self.channels[x], low=0.5, high=1.5), self.draw(self.channels[x]),
            self.draw(self.channels[x]), self.draw(self.channels[x], low=0.5, high=1.5)]}
        self.layers.append(layer)
        return self.node("norm", [x], layer)

    def head(self, x, hidden, last=()):
        """A classifier, behind HIDDEN layers of these units and activations, "norm" and lone
        activations, of which some may be before "pool"; LAST: what is behind it."""
        for i, step in enumerate(hidden if "pool" in hidden else ("pool", *hidden)):
            if step in ("pool", "norm"):
                x = getattr(self, step)(x)
            elif isinstance(step, str):
                x = self.act(x, step)
            else:
                x = self.act(self.linear(x, f"hidden.{i}", step[0]), step[1])
                if step[1] != "relu6":
                    self.layers[-1]["weight"] *= 10  # so that logits depend on the picture
        x = self.linear(x, "classifier", CLASSES)
        for step in last:
            x = self.norm(x)


def scaled(channels, width):
    rounded = max(8, int(channels * width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels * width else rounded


def efficientnet(width=0.1, padding="same", lite=False, hidden=(), last=()):
    """B0 or Lite0, narrower, with at most two blocks per stage."""
    net = Network(padding, 1e-3)
    act, ends = ("relu6", 1) if lite else ("swish", width)
    x = net.conv(0, "conv_stem", "bn1", scaled(32, ends), 3, 2, act)
    stages = ((1, 3, 1, 1, 16), (1, 3, 2, 6, 24), (1, 5, 2, 6, 40), (2, 3, 2, 6, 80),
              (2, 5, 1, 6, 112), (2, 5, 2, 6, 192), (1, 3, 1, 6, 320))
    for s, (repeats, kernel, stride, expand, channels) in enumerate(stages):
        for b in range(repeats):
            x = mbconv(net, x, f"blocks.{s}.{b}", kernel, stride if b == 0 else 1, expand,
                       scaled(channels, width), act)
    net.head(net.conv(x, "conv_head", "bn2", scaled(1280, ends), act=act), hidden, last)
    return net


def mobilenet(width=0.25, hidden=()):
    """MobileNetV2, narrower."""
    net = Network("same", 1e-5)
    x = net.conv(0, "conv_stem", "bn1", scaled(32, width), 3, 2, "relu6")
    stages = ((1, 1, 1, 16), (2, 2, 6, 24), (3, 2, 6, 32), (4, 2, 6, 64), (3, 1, 6, 96),
              (3, 2, 6, 160), (1, 1, 6, 320))
    for s, (repeats, stride, expand, channels) in enumerate(stages):
        for b in range(repeats):
            x = mbconv(net, x, f"blocks.{s}.{b}", 3, stride if b == 0 else 1, expand,
                       scaled(channels, width), "relu6")
    net.head(net.conv(x, "conv_head", "bn2", 1280, act="relu6"), hidden)
    return net


def mbconv(net, x, name, kernel, stride, expand, channels, act):
    before, narrow = x, net.channels[x]
    norm = 1
    if expand > 1:
        x = net.conv(x, f"{name}.conv_pw", f"{name}.bn1", narrow * expand, act=act)
        norm = 2
    x = net.conv(x, f"{name}.conv_dw", f"{name}.bn{norm}", net.channels[x], kernel, stride, act,
                 depthwise=True)
    if act == "swish":
        gate = net.conv(net.pool(x), f"{name}.se.conv_reduce", None, max(1, narrow // 4), act=act)
        gate = net.conv(gate, f"{name}.se.conv_expand", None, net.channels[x], act="sigmoid")
        x = net.node("mul", [x, gate])
    x = net.conv(x, f"{name}.conv_pwl" if expand > 1 else f"{name}.conv_pw", f"{name}.bn{norm + 1}",
                 channels)
    if stride == 1 and narrow == channels:
        x = net.node("add", [x, before])
    return x


def resnet(deep=False, averages=False):
    """ResNet-18 with an eighth of its width; DEEP and with AVERAGES: ResNet-18-D."""
    net = Network("symmetric", 1e-5)
    if deep:
        x = net.conv(0, "conv1.0", "conv1.1", 8, 3, 2, "relu")
        x = net.conv(x, "conv1.3", "conv1.4", 8, 3, 1, "relu")
        x = net.conv(x, "conv1.6", "bn1", 8, 3, 1, "relu")
    else:
        x = net.conv(0, "conv1", "bn1", 8, 7, 2, "relu")
    x = net.node("maxpool", [x], size=net.size[x] // 2)
    for s, channels in enumerate((8, 16, 32, 64), 1):
        for b in range(2):
            name, before = f"layer{s}.{b}", x
            stride = 2 if s > 1 and b == 0 else 1
            x = net.conv(x, f"{name}.conv1", f"{name}.bn1", channels, 3, stride, "relu")
            x = net.conv(x, f"{name}.conv2", f"{name}.bn2", channels, 3)
            if stride == 2:  # after the others, as torch.onnx writes it
                first = 1 if deep else 0
                if averages:
                    before, stride = net.node("average", [before], size=net.size[before] // 2), 1
                before = net.conv(before, f"{name}.downsample.{first}",
                                  f"{name}.downsample.{first + 1}", channels, 1, stride)
            x = net.act(net.node("add", [x, before]), "relu")
    net.linear(net.pool(x), "fc", CLASSES)
    return net


# safetensors, as the reference

def write_safetensors(path, net):
    tensors, header, data = {}, {}, b""
    for layer in net.layers:
        tensors[layer["name"] + ".weight"] = layer["weight"]
        if layer["bias"] is not None:
            tensors[layer["name"] + ".bias"] = layer["bias"]
        elif layer.get("linear"):
            tensors[layer["name"] + ".bias"] = np.zeros(len(layer["weight"]), "f")
        if layer["norm"]:
            for part, values in zip(("weight", "bias", "running_mean", "running_var"),
                                    layer["norm"]):
                tensors[f"{layer['norm_name']}.{part}"] = values
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    config = {"pretrained_cfg": {"input_size": [3, SIZE, SIZE], "padding": net.padding}}
    header["__metadata__"] = {"config": json.dumps(config)}
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


# ONNX: protocol buffers

def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def onnx_tensor(name, array, packed=False, beside=None):
    """BESIDE: (a file's name, its bytes), to which the numbers are appended."""
    array = np.asarray(array)
    kind = {"float32": 1, "float16": 10, "int64": 7}[str(array.dtype)]
    out = b"".join(field(1, n) for n in array.shape) + field(2, kind) + field(8, name)
    if beside:
        entries = {"location": beside[0], "offset": str(len(beside[1])), "length": str(array.nbytes)}
        beside[1].extend(array.tobytes())
        return out + field(14, 1) + b"".join(field(13, field(1, k) + field(2, v))
                                             for k, v in entries.items())
    return out + field(4 if packed else 9, array.tobytes())


def attribute(name, value):
    if isinstance(value, bytes):
        out, kind = field(5, value), 4
    elif isinstance(value, (list, tuple)):
        out, kind = b"".join(field(8, v) for v in value), 7
    elif isinstance(value, float):
        out, kind = field(2, value), 1
    else:
        out, kind = field(3, value), 2
    return field(5, field(1, name) + out + field(20, kind))


def onnx_node(op, inputs, output, **attributes):
    return field(1, b"".join(field(1, i) for i in inputs) + field(2, output) + field(4, op)
                 + b"".join(attribute(k, v) for k, v in attributes.items()))


def onnx_value(name, *dims):
    """An input or output of floats; a dimension of 0 is of any size."""
    shape = b"".join(field(1, field(1, n) if n else field(2, "n")) for n in dims)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def fold(net, layer):
    """Weights and bias with the batch norm folded in."""
    if not layer["norm"]:
        return layer["weight"], layer["bias"]
    gamma, beta, mean, variance = (a.astype("d") for a in layer["norm"])
    scale = gamma / np.sqrt(variance + net.epsilon)
    return ((layer["weight"] * scale[:, None, None, None]).astype("f"),
            (beta - mean * scale).astype("f"))


def scale_and_shift(net, layer):
    gamma, beta, mean, variance = (a.astype("d") for a in layer["norm"])
    scale = gamma / np.sqrt(variance + net.epsilon)
    return scale.astype("f"), (beta - mean * scale).astype("f")


def onnx_norm(net, layer, read, out, folded, constants):
    """FOLDED: as the operations of which it consists."""
    if not folded:
        for part, values in zip("gbmv", layer["norm"]):
            constants[out + part] = values
        return onnx_node("BatchNormalization", [read] + [out + p for p in "gbmv"], out,
                         epsilon=float(net.epsilon))
    constants[out + "s"], constants[out + "t"] = scale_and_shift(net, layer)
    return (onnx_node("Mul", [read, out + "s"], out + "m")
            + onnx_node("Add", [out + "m", out + "t"], out))


def onnx_layer(net, layer, inputs, out, folded, constants):
    if "weight" not in layer:
        return onnx_norm(net, layer, f"v{inputs[0]}", f"v{out}", folded, constants)
    name = f"onnx::Conv_{out}"
    weight, bias = fold(net, layer) if folded else (layer["weight"], layer["bias"])
    constants[name + "w"] = weight
    names = [f"v{inputs[0]}", name + "w"]
    if bias is not None:
        constants[name + "b"] = bias
        names.append(name + "b")
    if layer.get("linear"):
        flatten = b""
        if inputs[0] in {pooled for op, _, _, pooled in net.nodes if op == "mean"}:
            flatten, names[0] = onnx_node("Flatten", names[:1], f"flat{out}"), f"flat{out}"
        return flatten + onnx_node("Gemm", names, f"v{out}", transB=1)
    before, after = layer["pads"]
    kernel = weight.shape[2]
    normed = layer["norm"] and not folded
    nodes = onnx_node("Conv", names, f"c{out}" if normed else f"v{out}",
                      group=weight.shape[0] if layer["depthwise"] else layer.get("groups", 1),
                      kernel_shape=[kernel] * 2, strides=[layer["stride"]] * 2,
                      pads=[before] * 2 + [after] * 2, dilations=[1, 1])
    if normed:
        nodes += onnx_norm(net, layer, f"c{out}", f"v{out}", False, constants)
    return nodes


ONNX_OPS = {"sigmoid": "Sigmoid", "relu": "Relu", "mul": "Mul", "add": "Add", "maxpool": "MaxPool",
            "average": "AveragePool"}
AVERAGE = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0] * 4, "ceil_mode": 1}


def onnx_batch(length, constants):
    """Indices of elements of images of LENGTH each: first of the image, then those in "order"."""
    constants.update(zero=np.array(0), one=np.array(1), length=np.array(length),
                     axes=np.array([1, 2, 3]))
    return (onnx_node("Shape", ["v0"], "shape", start=0, end=1)
            + onnx_node("Squeeze", ["shape"], "batch")
            + onnx_node("Range", ["zero", "batch", "one"], "pictures")
            + onnx_node("Mul", ["pictures", "length"], "firsts")
            + onnx_node("Unsqueeze", ["firsts", "axes"], "columns")
            + onnx_node("Add", ["columns", "order"], "sums")
            + onnx_node("Add", ["sums", "zero"], "all"))


def write_onnx(path, net, folded=True, constant_nodes=False, packed=False, half=False,
               external=None, size=SIZE, order=None, batch=None, average=AVERAGE):
    """EXTERNAL: a file for the weights. ORDER: of the pooled features, taken by a Gather; BATCH:
    for each image of a batch of any size. AVERAGE: attributes of shortcuts' pooling."""
    nodes, constants = b"", {}
    beside = (external, bytearray()) if external else None
    for op, layer, inputs, out in net.nodes:
        if layer:
            nodes += onnx_layer(net, layer, inputs, out, folded, constants)
        elif op == "mean":
            nodes += onnx_node("ReduceMean", [f"v{inputs[0]}"], f"v{out}", axes=[2, 3], keepdims=1)
        elif op == "gather":
            constants["order"] = np.array(order)
            if batch:
                nodes += onnx_batch(batch, constants)
            nodes += onnx_node("Gather", [f"v{inputs[0]}", "all" if batch else "order"], f"v{out}")
        else:
            nodes += onnx_node(ONNX_OPS[op], [f"v{i}" for i in inputs], f"v{out}",
                               **average if op == "average" else {})
    stored = b""
    for name, values in constants.items():
        tensor = onnx_tensor(name, values.astype("e") if half else values,
                             packed and values.dtype != "int64", beside)
        stored += (onnx_node("Constant", [], name, value=tensor) if constant_nodes
                   else field(5, tensor))
    graph = (stored + nodes if constant_nodes else nodes + stored) + field(2, "net")
    graph += field(11, onnx_value("v0", 1, 3, size, size))
    graph += field(12, onnx_value(f"v{net.nodes[-1][3]}", 1, CLASSES))
    model = field(1, 8) + field(2, "test") + field(7, graph) + field(8, field(2, 17))
    pathlib.Path(path).write_bytes(model)
    if external:
        (pathlib.Path(path).parent / external).write_bytes(beside[1])


# TFLite: flat buffers

class Flat:
    """Tables as dictionaries from a field's number to (format, value), lists, bytes."""

    def __init__(self):
        self.data = bytearray(8)

    def align(self, n=16):
        self.data += bytes(-len(self.data) % n)

    def put(self, value):
        """Writes VALUE; returns where it is."""
        if isinstance(value, dict):
            return self.put_table(value)
        if isinstance(value, (bytes, np.ndarray)):
            raw = value if isinstance(value, bytes) else value.tobytes()
            count = len(raw) if isinstance(value, bytes) else value.size
            self.data += bytes((12 - len(self.data)) % 16)
            at = len(self.data)
            self.data += struct.pack("<I", count) + raw
            return at
        self.align(4)
        at = len(self.data)
        self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for i, item in enumerate(value):
            self.point(at + 4 + 4 * i, item)
        return at

    def point(self, at, value):
        to = self.put(value)
        self.data[at:at + 4] = struct.pack("<I", to - at)

    def put_table(self, fields):
        self.align()
        vtable, n = len(self.data), max(fields, default=-1) + 1
        self.data += bytes(4 + 2 * n)
        self.align()
        at, later = len(self.data), []
        self.data += struct.pack("<i", at - vtable)
        for number, (kind, value) in fields.items():
            self.align(8)
            offset = len(self.data) - at
            struct.pack_into("<H", self.data, vtable + 4 + 2 * number, offset)
            if kind == "o":
                later.append((at + offset, value))
                self.data += bytes(4)
            else:
                self.data += struct.pack("<" + kind, value)
        struct.pack_into("<HH", self.data, vtable, 4 + 2 * n, len(self.data) - at)
        for where, value in later:
            self.point(where, value)
        return at


class Tflite:
    CODES = {"add": 0, "conv": 3, "depthwise": 4, "dequantize": 6, "linear": 9, "sigmoid": 14,
             "mul": 18, "relu6": 21, "pad": 34, "mean": 40, "sub": 41, "quantize": 114}
    TYPES = {"float32": 0, "float16": 1, "int32": 2, "uint8": 3, "int8": 9}

    def __init__(self):
        self.tensors, self.buffers, self.operators = [], [{}], []

    def tensor(self, shape, array=None, kind="float32", scales=None, zeros=0, axis=0):
        """SCALES: a quantised one's, for each element of the dimension AXIS, or for all."""
        if array is not None:
            self.buffers.append({0: ("o", np.ascontiguousarray(array).view("B").ravel())})
            kind = str(array.dtype)
        self.tensors.append({0: ("o", np.array(shape, "i")), 1: ("b", self.TYPES[kind]),
                             2: ("I", len(self.buffers) - 1 if array is not None else 0)})
        if scales is not None:
            scales = np.array(scales, "f").ravel()
            self.tensors[-1][4] = ("o", {2: ("o", scales), 6: ("i", axis),
                                         3: ("o", np.resize(np.array(zeros, "q"), scales.size))})
        return len(self.tensors) - 1

    def constant(self, array):
        return self.tensor(array.shape, array)

    def operator(self, op, inputs, output, options=None):
        self.operators.append({0: ("I", list(self.CODES).index(op)),
                               1: ("o", np.array(inputs, "i")), 2: ("o", np.array([output], "i")),
                               4: ("o", options or {})})

    def write(self, path, n_inputs=1):
        codes = [{0: ("b", code), 3: ("i", code)} for code in self.CODES.values()]
        graph = {0: ("o", self.tensors), 1: ("o", np.zeros(n_inputs, "i")),
                 2: ("o", np.array([self.operators[-1][2][1][0]], "i")),
                 3: ("o", self.operators)}
        flat = Flat()
        root = flat.put({0: ("I", 3), 1: ("o", codes), 2: ("o", [graph]), 4: ("o", self.buffers)})
        flat.data[:8] = struct.pack("<I", root) + b"TFL3"
        pathlib.Path(path).write_bytes(bytes(flat.data))


def pad(t, x, size, channels, pads):
    """PAD before a convolution without padding of its own."""
    borders = t.constant(np.array([[0, 0], pads, pads, [0, 0]], "i"))
    out = t.tensor([1, size + sum(pads), size + sum(pads), channels])
    t.operator("pad", [x, borders], out)
    return out


def write_tflite(path, net, half=False, quantised=False, scaling=None):
    """SCALING: (scale, offset) of an image that is normalised inside."""
    t = Tflite()
    values = {0: t.tensor([1, SIZE, SIZE, 3])}
    if scaling:
        scaled_picture, shifted = t.tensor([1, SIZE, SIZE, 3]), t.tensor([1, SIZE, SIZE, 3])
        t.operator("mul", [values[0], t.constant(np.array([scaling[0]], "f"))], scaled_picture)
        t.operator("sub", [scaled_picture, t.constant(np.array([-scaling[1]] * 3, "f"))], shifted)
        values[0] = shifted
    for op, layer, inputs, out in net.nodes:
        shape = [1, net.size[out], net.size[out], net.channels[out]]
        values[out] = t.tensor(shape)
        ins = [values[i] for i in inputs]
        if not layer:
            t.operator(op, ins, values[out])
            continue
        if op == "norm":
            scale, shift = scale_and_shift(net, layer)
            between = t.tensor(shape)
            t.operator("mul", [*ins, t.constant(scale)], between)
            t.operator("add", [between, t.constant(shift)], values[out])
            continue
        weight, bias = fold(net, layer)
        options = {0: ("b", 0), 1: ("i", layer.get("stride", 1)), 2: ("i", layer.get("stride", 1))}
        if net.padding == "symmetric" and layer.get("stride") == 2:
            options[0] = "b", 1
            ins = [pad(t, ins[0], net.size[inputs[0]], net.channels[inputs[0]], layer["pads"])]
        if layer.get("linear"):
            kind, options = "linear", {}
        elif layer["depthwise"]:
            kind, weight = "depthwise", weight.transpose(1, 2, 3, 0)
        else:
            kind, weight = "conv", weight.transpose(0, 2, 3, 1)
        kind_of = "b" if quantised else "e" if half else "f"
        ins += [t.constant(weight.astype(kind_of)), t.constant(bias.astype("e" if half else "f"))]
        t.operator(kind, ins, values[out], options)
    t.write(path)


# Keras: HDF5

def keras_norm(layer):
    return "batch_normalization", dict(zip(("gamma", "beta", "moving_mean", "moving_variance"),
                                           layer["norm"]))


def keras_layers(net):
    """(class, its variables by name), in the model's order."""
    for layer in net.layers:
        weight = layer.get("weight")
        if weight is None:
            yield keras_norm(layer)
            continue
        if layer.get("linear"):
            bias = {} if layer["bias"] is None else {"bias": layer["bias"]}
            yield "dense", {"kernel": weight.T, **bias}
            continue
        name = "depthwise_conv2d" if layer["depthwise"] else "conv2d"
        kernel = "depthwise_kernel" if layer["depthwise"] else "kernel"
        axes = (2, 3, 0, 1) if layer["depthwise"] else (2, 3, 1, 0)
        bias = {} if layer["bias"] is None else {"bias": layer["bias"]}
        yield name, {kernel: weight.transpose(axes), **bias}
        if layer["norm"]:
            yield keras_norm(layer)


def number(layers):
    """Numbers each class's layers: conv2d, conv2d_1, …"""
    seen = {}
    for name, variables in layers:
        seen[name] = seen.get(name, -1) + 1
        yield f"{name}_{seen[name]}" if seen[name] else name, variables


def create_h5(path):
    try:
        import h5py
    except ImportError as error:
        raise tap.Skip("h5py is missing (python3-h5py)") from error
    return h5py.File(path, "w")


def write_weights_h5(path, net, nested=False):
    with create_h5(path) as file:
        group = file.create_group("layers/functional/layers" if nested else "layers")
        group.create_group("input_layer/vars")
        for name, variables in number(keras_layers(net)):
            for i, values in enumerate(variables.values()):
                outer = file["layers"] if nested and name == "dense" else group
                outer.create_dataset(f"{name}/vars/{i}", data=values)


def keras_layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, **config}}


def keras_config(net, before=(), activation="softmax", pool="GlobalAveragePooling2D", nested=False):
    """Keras's configuration of NET, with the layers BEFORE first; NESTED: as a model within a
    model."""
    layers, seen, skip = [], {}, set()

    def add(kind, **config):
        snake = {"Conv2D": "conv2d", "DepthwiseConv2D": "depthwise_conv2d", "Dense": "dense",
                 "BatchNormalization": "batch_normalization"}.get(kind, kind.lower())
        seen[snake] = seen.get(snake, -1) + 1
        name = f"{snake}_{seen[snake]}" if seen[snake] else snake
        layers.append(keras_layer(kind, name, **config))

    for i, (op, layer, inputs, out) in enumerate(net.nodes):
        following = net.nodes[i + 1] if i + 1 < len(net.nodes) else (None, None, [], None)
        if out in skip:
            continue
        if op == "conv":
            kind = "DepthwiseConv2D" if layer["depthwise"] else "Conv2D"
            add(kind, strides=[layer["stride"]] * 2, activation="linear")
            if layer["norm"]:
                add("BatchNormalization", epsilon=net.epsilon)
        elif op == "sigmoid" and following[0] == "mul" and following[2] == [inputs[0], out]:
            add("Activation", activation="swish")
            skip.add(following[3])
        elif op == "sigmoid":
            add("Activation", activation="sigmoid")
        elif op == "relu6":
            add("ReLU", max_value=6.0)
        elif op == "relu":
            add("Activation", activation="relu")
        elif op == "norm":
            add("BatchNormalization", epsilon=net.epsilon)
        elif op == "mean":
            add(pool if following[0] == "linear" else "GlobalAveragePooling2D")
        elif op == "linear" and layer["name"] != "classifier":
            inside = following[0] not in ("linear", "norm")
            add("Dense", activation=following[0] if inside else "linear")
            skip.add(following[3] if inside else None)
        elif op == "linear":
            add("Dense", activation=activation)
        else:
            add({"mul": "Multiply", "add": "Add"}[op])
    picture = keras_layer("InputLayer", "input_1", batch_shape=[None, SIZE, SIZE, 3])
    if nested:
        inner = keras_layer("Functional", "backbone", layers=[picture] + layers[:-1])
        return {"class_name": "Functional",
                "config": {"layers": [picture, *before, inner, layers[-1]]}}
    return {"class_name": "Functional", "config": {"layers": [picture, *before, *layers]}}


def write_nested_h5(path, net, config=None, frozen=0):
    """All but the classifier as one layer. Its weights are listed as Keras does: the trained
    ones, then statistics and those of the first FROZEN layers."""
    layers = list(number(keras_layers(net)))
    trained, others = [], []
    for i, (name, variables) in enumerate(layers[:-1]):
        for kind in variables:
            moving = kind.startswith("moving")
            (others if moving or i < frozen else trained).append((name, kind))
    with create_h5(path) as file:
        if config:
            file.attrs["model_config"] = json.dumps(config)
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [b"backbone", b"dense"]
        for group, names in (("backbone", trained + others),
                             ("dense", [("dense", "kernel"), ("dense", "bias")])):
            folder = root.create_group(group)
            folder.attrs["weight_names"] = [f"{name}/{kind}".encode() for name, kind in names]
            for name, kind in names:
                folder.create_dataset(f"{name}/{kind}", data=dict(layers)[name][kind])


def write_legacy_h5(path, net, config=None, mean=None, variance=None):
    layers = list(number(keras_layers(net)))
    if mean is not None:
        layers.insert(0, ("normalization", {"mean": np.array(mean, "f"),
                                            "variance": np.array(variance, "f"),
                                            "count": np.array(0)}))
    with create_h5(path) as file:
        if config:
            file.attrs["model_config"] = json.dumps(config)
        root = file.create_group("model_weights") if config else file
        root.attrs["layer_names"] = [name.encode() for name, _ in layers]
        for name, variables in layers:
            group = root.create_group(name)
            group.attrs["weight_names"] = [f"{name}/{kind}:0".encode() for kind in variables]
            for kind, values in variables.items():
                group.create_dataset(f"{name}/{kind}:0", data=values)


# Helpers of all tests

def config_of(path):
    with open(path, "rb") as file:
        n = struct.unpack("<Q", file.read(8))[0]
        return json.loads(json.loads(file.read(n))["__metadata__"]["config"])


def check(net, name, write, bound=2e-5):
    """Checks that what WRITE(path) writes under NAME has the reference's logits once converted.
    Returns its config."""
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/{name}")
        write_safetensors(f"{folder}/reference.safetensors", net)
        effnet("convert", f"{folder}/{name}", "--output", f"{folder}/out.safetensors")
        config = config_of(f"{folder}/out.safetensors")
        if "input_size" not in config["pretrained_cfg"]:
            return config
        random = np.random.default_rng(2)
        x = random.normal(size=(3, 3, SIZE, SIZE)) + random.uniform(-3, 3, (3, 3, 1, 1))
        head = config["architecture"]
        options = ("--model-options", f"arch={head}") if "+" in head else ()
        expected = tap.run_network(folder, f"{folder}/reference.safetensors", x.astype("f"), *options)
        found = tap.run_network(folder, f"{folder}/out.safetensors", x.astype("f"))
        distance = np.abs(found - expected).max() / expected.std()
        assert expected.std(0).min() > 1e-3, "the logits do not depend on the picture"
        assert distance < bound, distance
        return config


def head_of(net, x):
    """The logits of NET's head, whose layers follow one another, of features X."""
    last = max(i for i, node in enumerate(net.nodes) if node[0] == "conv")
    first = next(i for i, node in enumerate(net.nodes) if i > last and node[0] in ("mean", "norm"))
    for op, layer, _, _ in net.nodes[first:]:
        if op == "linear":
            x = x @ layer["weight"].T.astype("d") + layer["bias"]
        elif op == "norm":
            gamma, beta, mean, variance = layer["norm"]
            x = (x - mean) / np.sqrt(variance + np.float64(net.epsilon)) * gamma + beta
        elif op != "mean":
            x = np.clip(x, 0, {"relu": np.inf, "relu6": 6}[op])
    return x


def check_head(build, hidden, name, write, last=(), bound=2e-5):
    """Checks what WRITE(path, net) writes of the network BUILD(hidden=HIDDEN) against the head that
    NumPy computes. Returns its architecture."""
    net, body = build(hidden=hidden, last=last) if last else build(hidden=hidden), build()
    n = body.layers[-1]["weight"].shape[1]
    body.layers[-1].update(weight=np.eye(n, dtype="f"), bias=np.zeros(n, "f"))
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/{name}", net)
        write_safetensors(f"{folder}/body.safetensors", body)
        effnet("convert", f"{folder}/{name}", "--output", f"{folder}/out.safetensors")
        random = np.random.default_rng(2)
        x = random.normal(size=(3, 3, SIZE, SIZE)) + random.uniform(-3, 3, (3, 3, 1, 1))
        features = tap.run_network(folder, f"{folder}/body.safetensors", x.astype("f"))
        found = tap.run_network(folder, f"{folder}/out.safetensors", x.astype("f"))
        expected = head_of(net, features.astype("d"))
        distance = np.abs(found - expected).max() / expected.std()
        assert expected.std(0).min() > 1e-3, "the logits do not depend on the picture"
        assert distance < bound, distance
        return config_of(f"{folder}/out.safetensors")["architecture"]


def refuse(name, write, says):
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/{name}")
        files = sorted(os.listdir(folder))
        effnet_fails("convert", f"{folder}/{name}", "--output", f"{folder}/out.safetensors",
                     says=says)
        assert sorted(os.listdir(folder)) == files, os.listdir(folder)


def survive(name, write):
    """Files that are truncated or changed anywhere are converted or refused, nothing else."""
    random = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, name)
        write(str(path))
        whole = path.read_bytes()
        refused = 0
        for i in range(40):
            broken = bytearray(whole)
            if i % 2:
                broken = broken[:random.integers(len(whole))]
            else:
                for at in random.integers(len(whole) if i % 4 else 2000, size=20):
                    broken[at] = random.integers(256)
            path.write_bytes(broken)
            refused += run(str(path), f"{folder}/out.safetensors")
        assert refused >= 15, refused


def run(path, out):
    """Whether it is refused with a proper error."""
    done = subprocess.run([tap.EFFNET, "convert", path, "--output", out], capture_output=True,
                          text=True, errors="replace")
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-500:])
    assert done.returncode == 0 or done.stderr.count("\n") == 1, done.stderr[-500:]
    return done.returncode
