# SPDX-License-Identifier: Apache-2.0
"""What `stylegan directions` writes is opened by NumPy, and holds what NumPy computes from the weights.

usage: directions_file.py STYLEGAN NETWORK

NETWORK is a safetensors file. Without it, or without NumPy, the exit status is 77.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

program, network = sys.argv[1:3]
try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no NumPy")
    sys.exit(77)
if not os.path.exists(network):
    print("skipped: there is no " + network)
    sys.exit(77)


def style_weights(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        start = f.tell()
        for name, entry in header.items():
            if name.startswith("Gs/") and name.endswith("StyleMod/weight"):
                f.seek(start + entry["data_offsets"][0])
                shape = entry["shape"]
                values = np.frombuffer(f.read(4 * shape[0] * shape[1]), "<f4").reshape(shape).astype(float)
                resolution = int(name.split("/")[2].split("x")[0])
                yield (resolution, name.endswith(("Conv/StyleMod/weight", "Conv1/StyleMod/weight"))), values


with tempfile.TemporaryDirectory() as folder:
    command = [program, "directions", "--network", network, "--method", "sefa", "--layers", "0-1+5", "--count", "4",
               "--samples", "500", "--outdir", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with np.load(os.path.join(folder, "directions.npz")) as file:
        found = dict(file)

assert sorted(found) == ["directions", "layers", "mean", "method", "std", "values"], sorted(found)
layers = [weights for _, weights in sorted(style_weights(network), key=lambda pair: pair[0])]
a = np.concatenate([layers[k] for k in (0, 1, 5)], axis=1)
a /= np.linalg.norm(a, axis=0)
values, vectors = np.linalg.eigh(a @ a.T)
expected = vectors[:, ::-1][:, :4].T
expected *= np.sign(expected[np.arange(4), np.abs(expected).argmax(axis=1)])[:, None]
assert found["directions"].dtype == np.float32 and found["directions"].shape == expected.shape
assert np.abs(found["directions"] - expected).max() < 1e-4, np.abs(found["directions"] - expected).max()
assert found["values"].dtype == np.float64 and np.allclose(found["values"], values[::-1][:4], rtol=1e-8)
assert found["std"].dtype == np.float64 and found["std"].shape == (4,) and (found["std"] > 0).all()
assert found["mean"].dtype == np.float32 and found["mean"].shape == expected[0].shape
assert found["layers"].dtype == np.int64 and found["layers"].tolist() == [0, 1, 5]
assert str(found["method"]) == "sefa", found["method"]
print("the file of directions holds what NumPy computes")
