#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""VGG16 and LPIPS v0.1 in plain PyTorch: the peer of `bench_metrics`, and a second opinion on its numbers.

  lpips_torch.py --side 256 --pairs 1 --threads 2 [--width 64] [--reps 7] [--gradient]
  lpips_torch.py --check FILE.safetensors     (in/a, in/b of [0, 255] and f64/distance, as golden tensors have them)

Prints one JSON line: seconds per pair (median, least and most of the runs) and peak memory, in the form of
`stylegan benchmark --json`, or the largest relative difference of the distances. On a machine that does other work too,
processor time tells more. Needs Debian's python3-torch alone. With glibc's defaults PyTorch gives the pages of every tensor
back and is slower; run it with
GLIBC_TUNABLES=glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184
"""
import argparse
import json
import resource
import struct
import time

import numpy
import torch
import torch.nn.functional as F

STAGES = [(1, 2), (2, 2), (4, 3), (8, 3), (8, 3)]  # maps in multiples of the width, convolutions


class Lpips(torch.nn.Module):
    def __init__(self, width, seed):
        super().__init__()
        random, cin = numpy.random.RandomState(seed), 3
        self.stages, self.heads = [], []
        for multiple, depth in STAGES:
            stage = []
            for _ in range(depth):
                cout = multiple * width
                w = (random.randn(cout, cin, 3, 3) * numpy.sqrt(2 / (9 * cin))).astype(numpy.float32)
                b = (0.05 * random.randn(cout)).astype(numpy.float32)
                stage.append((torch.from_numpy(w), torch.from_numpy(b)))
                cin = cout
            self.stages.append(stage)
        for multiple, _ in STAGES:
            self.heads.append(torch.from_numpy(random.rand(multiple * width).astype(numpy.float32)).view(1, -1, 1, 1))
        self.mean = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
        self.deviation = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)

    def features(self, x):
        x, found = (x - self.mean) / self.deviation, []
        for i, stage in enumerate(self.stages):
            x = F.max_pool2d(x, 2) if i > 0 else x
            for w, b in stage:
                x = F.relu_(F.conv2d(x, w, b, padding=1))
            found.append(x)
        return [f / (f.square().sum(1, keepdim=True).sqrt() + 1e-10) for f in found]

    def forward(self, a, b):
        n, both = a.shape[0], self.features(torch.cat([a, b]))
        return sum(((f[:n] - f[n:]).square() * h).sum(1).mean([1, 2]) for f, h in zip(both, self.heads))


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    kinds = {"F32": numpy.float32, "F64": numpy.float64}
    return header.pop("__metadata__", {}), {
        name: numpy.frombuffer(data[slice(*e["data_offsets"])], kinds[e["dtype"]]).reshape(e["shape"])
        for name, e in header.items() if e["dtype"] in kinds}


def check(path):
    metadata, tensors = read_safetensors(path)
    a, b = (torch.from_numpy(tensors[name] / 127.5 - 1).float() for name in ("in/a", "in/b"))
    with torch.no_grad():
        found = Lpips(64, int(metadata["weights_seed"]))(a, b).numpy()
    expected = tensors["f64/distance"]
    print(json.dumps({"largest_relative_difference": float(numpy.max(numpy.abs(found / expected - 1)))}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("side", 256), ("pairs", 1), ("threads", 2), ("width", 64), ("reps", 7)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--gradient", action="store_true", help="with the gradient to the first pictures")
    parser.add_argument("--check", metavar="FILE")
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    if o.check:
        return check(o.check)
    lpips = Lpips(o.width, 1)
    random = numpy.random.RandomState(2)
    a, b = (torch.from_numpy(random.randn(o.pairs, 3, o.side, o.side).astype(numpy.float32)) for _ in range(2))
    seconds, processor = [], []
    for _ in range(o.reps + 1):
        begin, begin_processor = time.perf_counter(), time.process_time()
        if o.gradient:
            x = a.clone().requires_grad_(True)
            with torch.no_grad():
                other = lpips.features(b)
            d = sum(((f - g).square() * h).sum(1).mean([1, 2]) for f, g, h in zip(lpips.features(x), other, lpips.heads))
            d.sum().backward()
        else:
            with torch.no_grad():
                lpips(a, b)
        seconds.append(time.perf_counter() - begin)
        processor.append(time.process_time() - begin_processor)
    times = sorted(t / o.pairs for t in seconds[1:])  # the first run warms up
    print(json.dumps({"peer": "pytorch " + torch.__version__,
                      "kind": "lpips seconds/pair" + (" with gradient" if o.gradient else ""),
                      "median": times[len(times) // 2], "min": times[0], "max": times[-1],
                      "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "res": o.side, "batch": o.pairs, "threads": o.threads, "width": o.width,
                      "processor_seconds": sorted(processor[1:])[o.reps // 2] / o.pairs}))


if __name__ == "__main__":
    main()
