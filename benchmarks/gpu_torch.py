#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The networks of stylegan1_torch.py on a GPU: what benchmarks/gpu.sh times beside the program `stylegan`.

  gpu_torch.py generate --peer FILE --res 1024 --batch 8 [--device cuda|cpu] [--precision fp32,tf32,fp16,bf16] [--reps 7]
  gpu_torch.py train    --peer FILE --res 256 --batch 16 [--fmap-base 8192] [--fmap-max 512] ...

FILE is stylegan1_torch.py, whose classes are used as they are. Prints one JSON line for each precision, in the form of
`stylegan benchmark --json`: seconds per picture (median, least and most of the runs), and the memory of the GPU that is in
use. Needs PyTorch 2. tf32 allows tensor cores to round factors to ten bits, fp16 and bf16 are PyTorch's autocast.
"""
import argparse
import contextlib
import importlib.util
import json
import resource
import time

import torch
import torch.nn.functional as F


def load(path):
    spec = importlib.util.spec_from_file_location("peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wait(a):
    if a.device != "cpu":
        torch.cuda.synchronize()


def autocast(a):
    half = {"fp16": torch.float16, "bf16": torch.bfloat16}.get(a.precision)
    return torch.autocast("cuda", dtype=half) if half else contextlib.nullcontext()


def timed(a, run, warm_up):
    for _ in range(warm_up):
        run()
    seconds = []
    for _ in range(a.reps):
        wait(a)
        start = time.perf_counter()
        run()
        wait(a)
        seconds.append((time.perf_counter() - start) / a.batch)
    return sorted(seconds)


def generate(a, peer):
    g = peer.Generator(a.res, a.fmap_base, a.fmap_max).eval().requires_grad_(False)
    for e in g.epis:
        e.noise_weight.normal_(std=0.1)
    z = torch.randn(a.batch, 512)

    def run():  # and the pictures are brought to the processor, as ours are
        with torch.no_grad(), autocast(a):
            return g(z).float().cpu()

    return "infer seconds/image", timed(a, run, 3)


def train(a, peer):
    G, D = peer.Generator(a.res, a.fmap_base, a.fmap_max), peer.Discriminator(a.res, a.fmap_base, a.fmap_max)
    average = [p.detach().clone() for p in G.parameters()]
    adam = [torch.optim.Adam(n.parameters(), lr=0.001, betas=(0.0, 0.99), eps=1e-8) for n in (G, D)]
    scalers = [torch.cuda.amp.GradScaler(enabled=a.precision == "fp16") for _ in adam]
    reals = torch.rand(a.batch, 3, a.res, a.res) * 2 - 1

    def fakes():
        return G.synthesize(G.map(torch.randn(a.batch, 512)), fixed_noise=False)

    def update(network, loss):
        adam[network].zero_grad(set_to_none=True)
        scalers[network].scale(loss).backward()
        scalers[network].step(adam[network])
        scalers[network].update()

    def step():
        with torch.no_grad(), autocast(a):
            f = fakes()
        x = reals.clone().requires_grad_(True)
        with autocast(a):
            score = D(x)
        (gradient,) = torch.autograd.grad(score.float().sum(), x, create_graph=True)
        with autocast(a):
            penalty = 5.0 * gradient.float().square().sum((1, 2, 3))[:, None]
            loss = (F.softplus(D(f).float()) + F.softplus(-score.float()) + penalty).mean()
        update(1, loss)
        D.requires_grad_(False)
        with autocast(a):
            loss = F.softplus(-D(fakes()).float()).mean()
        update(0, loss)
        D.requires_grad_(True)
        with torch.no_grad():
            for e, p in zip(average, G.parameters()):
                e.lerp_(p, 1 - 0.5 ** (a.batch / 10000))

    return "train seconds/image (D with R1 every step, G, Adam, EMA)", timed(a, step, 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["generate", "train"])
    parser.add_argument("--peer", required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", default="fp32", help="of fp32, tf32, fp16, bf16, separated by commas")
    parser.add_argument("--res", type=int, default=256)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--fmap-base", type=int, default=8192)
    parser.add_argument("--fmap-max", type=int, default=512)
    parser.add_argument("--reps", type=int, default=7)
    a = parser.parse_args()
    if a.device != "cpu" and not torch.cuda.is_available():
        raise SystemExit("gpu_torch.py: PyTorch " + torch.__version__ + " finds no GPU, expected --device cpu")
    for a.precision in a.precision.split(","):
        measure(a)


def measure(a):
    known = ["fp32", "tf32", "fp16", "bf16"] if a.device != "cpu" else ["fp32"]
    if a.precision not in known:
        raise SystemExit(f"gpu_torch.py: --precision is {a.precision}, expected of {known} with --device {a.device}")
    if a.device != "cpu":
        torch.cuda.empty_cache()
        torch.set_default_device(a.device)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.precision != "fp32"
        torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    kind, seconds = {"generate": generate, "train": train}[a.what](a, load(a.peer))
    line = dict(peer="pytorch " + torch.__version__, kind=kind, median=seconds[len(seconds) // 2], min=seconds[0],
                max=seconds[-1], peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                res=a.res, batch=a.batch, precision=a.precision, fmap_base=a.fmap_base, fmap_max=a.fmap_max)
    if a.device != "cpu":
        free, total = torch.cuda.mem_get_info()
        line["device_mb"] = round((total - free) / 2**20)
    print(json.dumps(line), flush=True)


main()
