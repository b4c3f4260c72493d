#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the peer's networks of PyTorch on a data set, for equal_budget.sh: the loop of `stylegan train --no-growing`.

  equal_budget_torch.py --peers DIR --data ZIP --out DIR --kimg 60 --every 20 --seed 0 [--batch 16 --gamma 0.3 ...]

Every so many thousand pictures it writes DIR/kimg000020.safetensors, the moving average of the generator under the official
names, and a line of JSON: pictures shown, and seconds of training alone. Needs Debian's python3-torch and python3-pil.
"""
import argparse
import io
import json
import math
import os
import sys
import time
import zipfile

import numpy
import torch
import torch.nn.functional as F
from PIL import Image


def read_pictures(path):
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if n.lower().endswith((".png", ".jpg")))
        planes = [numpy.asarray(Image.open(io.BytesIO(archive.read(n))).convert("RGB")) for n in names]
    return torch.from_numpy(numpy.stack(planes)).permute(0, 3, 1, 2).contiguous()


def with_mixing(peer):
    class Mixing(peer.Generator):
        """Style mixing as in the paper: with probability 0.9 a second w from a random layer on, for the whole minibatch."""

        def training_pictures(self, batch, latent):
            layers = 2 * (self.R - 1)
            w = [self.map(torch.randn(batch, latent))] * layers
            if torch.rand(()) < 0.9:
                cutoff = int(torch.randint(1, layers, ()))
                w[cutoff:] = [self.map(torch.randn(batch, latent))] * (layers - cutoff)
            x = self.epis[0](self.const.expand(batch, -1, -1, -1), w[0], False)
            x = self.epis[1](self.convs[0](x), w[1], False)
            for i in range(self.R - 2):
                x = self.epis[2 + 2 * i](self.blurs[i](self.convs[1 + 2 * i](x)), w[2 + 2 * i], False)
                x = self.epis[3 + 2 * i](self.convs[2 + 2 * i](x), w[3 + 2 * i], False)
            return self.to_rgb(x)

    return Mixing


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--peers", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--kimg", type=float, default=60)
    p.add_argument("--every", type=float, default=20)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--lr", type=float, default=0.001)
    p.add_argument("--gamma", type=float, default=0.3)
    p.add_argument("--ema-kimg", type=float, default=10)
    p.add_argument("--fmap-base", type=int, default=1024)
    p.add_argument("--fmap-max", type=int, default=64)
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args()
    sys.path.insert(0, a.peers)
    import stylegan1_torch as peer

    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    pictures = read_pictures(a.data)
    a.res, latent = pictures.shape[-1], 512
    order = numpy.random.default_rng(a.seed)
    G = with_mixing(peer)(a.res, a.fmap_base, a.fmap_max)
    D = peer.Discriminator(a.res, a.fmap_base, a.fmap_max)
    average = with_mixing(peer)(a.res, a.fmap_base, a.fmap_max)
    average.load_state_dict(G.state_dict())
    adam = dict(lr=a.lr, betas=(0.0, 0.99), eps=1e-8)
    og, od = torch.optim.Adam(G.parameters(), **adam), torch.optim.Adam(D.parameters(), **adam)
    beta = 0.5 ** (a.batch / (a.ema_kimg * 1000)) if a.ema_kimg > 0 else 0

    shown, seconds, saved, queue = 0, 0.0, 0, []
    os.makedirs(a.out, exist_ok=True)
    while shown < a.kimg * 1000:
        begin = time.perf_counter()
        while len(queue) < a.batch:
            queue.extend(order.permutation(len(pictures)))
        picked, queue = queue[: a.batch], queue[a.batch :]
        x = (pictures[picked].float() / 127.5 - 1).requires_grad_(True)
        with torch.no_grad():
            fakes = G.training_pictures(a.batch, latent)
        score = D(x)
        (grad,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        r1 = a.gamma / 2 * grad.square().sum((1, 2, 3))[:, None]
        loss = (F.softplus(D(fakes)) + F.softplus(-score) + r1).mean()
        od.zero_grad(set_to_none=True)
        loss.backward()
        od.step()
        with torch.no_grad():
            for e, q in zip(average.parameters(), G.parameters()):
                e.lerp_(q, 1 - beta)
        D.requires_grad_(False)
        loss = F.softplus(-D(G.training_pictures(a.batch, latent))).mean()
        og.zero_grad(set_to_none=True)
        loss.backward()
        og.step()
        D.requires_grad_(True)
        shown += a.batch
        seconds += time.perf_counter() - begin
        if math.floor(shown / (a.every * 1000)) > saved:
            saved = math.floor(shown / (a.every * 1000))
            path = os.path.join(a.out, f"kimg{round(saved * a.every):06}.safetensors")
            peer.save_official(average, a, path)
            print(json.dumps(dict(kimg=shown / 1000, seconds=round(seconds, 1), network=path)), flush=True)


if __name__ == "__main__":
    main()
