# SPDX-License-Identifier: Apache-2.0
"""What `stylegan convert` writes is read by Python's own readers.

usage: converted_files.py STYLEGAN GOLDEN_DIR

Official pickles are read by Python's pickle with stand-in classes, and hold what the golden ones hold; PyTorch files are read
by torch.load(), and give the same picture there. Without the golden files, or without torch, that part is left out; with nothing left, or without NumPy, the
exit status is 77. The environment's STYLEGAN_GOLDEN_DIR goes before GOLDEN_DIR.
"""
import collections
import json
import os
import pickle
import subprocess
import sys
import tempfile
import types

program, golden = sys.argv[1:3]
golden = os.environ.get("STYLEGAN_GOLDEN_DIR") or golden
try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)
try:
    import torch
except ImportError:
    torch = None


class Network:
    def __setstate__(self, state):
        self.__dict__.update(state)


class Dim:
    def __new__(cls, *values):
        return object.__new__(cls)


def stand_in(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


for name in ("dnnlib", "dnnlib.tflib"):
    stand_in(name)
Network.__module__ = "dnnlib.tflib.network"
stand_in("dnnlib.tflib.network", Network=Network)
stand_in("tensorflow", Dim=Dim)


def variables(network, prefix=""):
    found = {prefix + name: value for name, value in network.variables}
    for part in network.components.values():
        found.update(variables(part, prefix + part.name + "/"))
    return found


def convert(source, dest):
    subprocess.run([program, "convert", "--source", source, "--dest", dest], check=True, stdout=subprocess.DEVNULL)
    return dest


def check_official(folder):
    source = os.path.join(golden, "official_format_protocol4.pkl")
    if not os.path.exists(source):
        return False
    ours = convert(convert(source, os.path.join(folder, "a.safetensors")), os.path.join(folder, "b.pkl"))
    with open(source, "rb") as f, open(ours, "rb") as g:
        networks = list(zip(pickle.load(f), pickle.load(g)))
    assert len(networks) == 3
    for theirs, written in networks:
        expected, found = variables(theirs), variables(written)
        assert expected.keys() == found.keys(), sorted(expected.keys() ^ found.keys())
        for name, value in expected.items():
            assert np.shape(found[name]) in (np.shape(value), (1,)), name
            assert np.array_equal(np.ravel(found[name]), np.ravel(value)), name
        assert written.version == 3 and written.build_func_name == theirs.build_func_name
        for key, value in theirs.static_kwargs.items():
            assert written.static_kwargs[key] == value, key
    return True


def rosinality_weights():
    """The tensors of that program's StyledGenerator, of few feature maps."""
    torch.manual_seed(5)
    maps = [16, 16, 16, 16, 16, 16, 8, 4, 2]
    weights = collections.OrderedDict()

    def add(name, *shape):
        weights[name] = torch.randn(*shape)

    for s, width in enumerate(maps):
        block = "generator.progression.%d." % s
        if s == 0:
            add(block + "conv1.input", 1, width, 4, 4)
        elif s < 5:
            add(block + "conv1.1.conv.weight_orig", width, maps[s - 1], 3, 3)
            add(block + "conv1.1.conv.bias", width)
        else:
            add(block + "conv1.0.weight", maps[s - 1], width, 3, 3)
            add(block + "conv1.0.bias", width)
        if s > 0:
            row = torch.tensor([1.0, 2.0, 1.0])
            for kernel in ("weight", "weight_flip"):
                name = "%sconv1.%d.%s" % (block, 2 if s < 5 else 1, kernel)
                weights[name] = (row[:, None] * row / 16).view(1, 1, 3, 3).repeat(width, 1, 1, 1)
        add(block + "conv2.conv.weight_orig", width, width, 3, 3)
        add(block + "conv2.conv.bias", width)
        for k in "12":
            add(block + "noise%s.weight_orig" % k, 1, width, 1, 1)
            add(block + "adain%s.style.linear.weight_orig" % k, 2 * width, 16)
            add(block + "adain%s.style.linear.bias" % k, 2 * width)
        add("generator.to_rgb.%d.conv.weight_orig" % s, 3, width, 1, 1)
        add("generator.to_rgb.%d.conv.bias" % s, 3)
    for i in range(8):
        add("style.%d.linear.weight_orig" % (2 * i + 1), 16, 16)
        add("style.%d.linear.bias" % (2 * i + 1), 16)
    return weights


def read_safetensors(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]) for name, t in header.items()}


def picture_of_rosinality(weights, z, noise):
    """What that program computes from its weights, fully grown: (N, 3, H, W). noise: a map for each resolution."""
    f = torch.nn.functional

    def scaled(name):
        w = weights[name]
        return w * (2 / (w[0].numel())) ** 0.5

    def epilogue(x, block, k, style, noise):
        x = f.leaky_relu(x + scaled("%snoise%d.weight_orig" % (block, k)) * noise, 0.2)
        linear = "%sadain%d.style.linear." % (block, k)
        gamma, beta = f.linear(style, scaled(linear + "weight_orig"), weights[linear + "bias"])[:, :, None, None].chunk(2, 1)
        return gamma * f.instance_norm(x, eps=1e-5) + beta

    style = z / torch.sqrt(torch.mean(z**2, dim=1, keepdim=True) + 1e-8)
    for i in range(1, 17, 2):
        layer = "style.%d.linear." % i
        style = f.leaky_relu(f.linear(style, scaled(layer + "weight_orig"), weights[layer + "bias"]), 0.2)
    x = weights["generator.progression.0.conv1.input"].repeat(len(z), 1, 1, 1)
    for s, map in enumerate(noise):
        block = "generator.progression.%d." % s
        if block + "conv1.0.weight" in weights:  # the kernel is spread over four places, one for each way to double a pixel
            w = weights[block + "conv1.0.weight"]
            w = f.pad(w * (2 / (w.shape[0] * 9)) ** 0.5, [1, 1, 1, 1])
            w = (w[:, :, 1:, 1:] + w[:, :, :-1, 1:] + w[:, :, 1:, :-1] + w[:, :, :-1, :-1]) / 4
            x = f.conv_transpose2d(x, w, weights[block + "conv1.0.bias"], stride=2, padding=1)
        elif s > 0:
            x = f.interpolate(x, scale_factor=2, mode="nearest")
            x = f.conv2d(x, scaled(block + "conv1.1.conv.weight_orig"), weights[block + "conv1.1.conv.bias"], padding=1)
        if s > 0:
            blur = torch.tensor([1.0, 2.0, 1.0])
            blur = (blur[:, None] * blur / 16).view(1, 1, 3, 3).repeat(x.shape[1], 1, 1, 1)
            x = f.conv2d(x, blur, padding=1, groups=x.shape[1])
        x = epilogue(x, block, 1, style, map)
        x = f.conv2d(x, scaled(block + "conv2.conv.weight_orig"), weights[block + "conv2.conv.bias"], padding=1)
        x = epilogue(x, block, 2, style, map)
    rgb = "generator.to_rgb.%d.conv." % (len(noise) - 1)
    return f.conv2d(x, scaled(rgb + "weight_orig"), weights[rgb + "bias"])


def check_picture(folder, model, ours):
    """model: a file of PyTorch; ours: the same network in another format."""
    out = os.path.join(folder, "pictures")
    subprocess.run([program, "generate", "--network", ours, "--seeds", "5", "--raw", "--threads", "1", "--outdir", out],
                   check=True, stdout=subprocess.DEVNULL)
    found = np.load(os.path.join(out, "images.npy"))
    maps = read_safetensors(ours)
    noise = [torch.tensor(maps["Gs/G_synthesis/noise%d" % (2 * s)]) for s in range(9)]
    z = torch.tensor(np.random.RandomState(5).randn(1, 16), dtype=torch.float32)
    expected = picture_of_rosinality(torch.load(model), z, noise).numpy()
    assert found.shape == expected.shape == (1, 3, 1024, 1024)
    error = np.abs(found - expected).max() / np.abs(expected).max()
    assert error < 1e-5, error


def check_torch(folder):
    weights = rosinality_weights()
    files = {
        "zip.model": (weights, {}),
        "stream.model": (weights, {"_use_new_zipfile_serialization": False}),
        "train_step-8.model": ({"generator": weights, "g_running": weights, "g_optimizer": {"state": {0: {"step": 3}}}}, {}),
    }
    for name, (content, options) in files.items():
        source = os.path.join(folder, name)
        torch.save(content, source, **options)
        back = torch.load(convert(source, os.path.join(folder, "back.pt")))
        assert isinstance(back, collections.OrderedDict) and back.keys() == weights.keys()
        for key, value in weights.items():
            assert back[key].shape == value.shape and torch.allclose(back[key], value, rtol=1e-6, atol=1e-6), key
    ours = convert(os.path.join(folder, "zip.model"), os.path.join(folder, "ours.safetensors"))
    written = convert(ours, os.path.join(folder, "written.pt"))
    for model in (os.path.join(folder, "zip.model"), written):
        check_picture(folder, model, ours)


with tempfile.TemporaryDirectory() as temporary:
    checked = check_official(temporary)
    if torch is not None:
        check_torch(temporary)
    elif not checked:
        print("skipped: there are neither golden pickles nor torch")
        sys.exit(77)
