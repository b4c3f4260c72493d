#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scaling.py OUT.jsonl: fits t = 2 log2(R) latency + 2 (R - 1) / R bytes / bandwidth to the sums that scaling.sh timed, and predicts
steps on GPUs from published bandwidths. Least squares of relative errors."""
import json
import math
import sys

lines = [json.loads(line) for line in open(sys.argv[1])]
cores = 2  # more ranks than cores wait for a turn of the scheduler, which is no matter of latency


def local_seconds(floats):
    """Of the copies that one process makes, too."""
    return next(l["sum_seconds"] for l in lines if l.get("floats") == floats and l["ranks"] == 1)


sums = [l for l in lines if "floats" in l and l["ranks"] > 1]
for ranks in sorted({l["ranks"] for l in sums}):
    a = b = c = d = e = 0.0  # normal equations
    chosen = [l for l in sums if l["ranks"] == ranks]
    for l in chosen:
        t = max(l["sum_seconds"] - local_seconds(l["floats"]), 1e-9)
        x, y = 2 * math.log2(ranks) / t, 2 * (ranks - 1) / ranks * 4 * l["floats"] / t
        a, b, c, d, e = a + x * x, b + x * y, c + y * y, d + x, e + y
    latency, inverse = (d * c - e * b) / (a * c - b * b), (a * e - b * d) / (a * c - b * b)
    print(f"{ranks} ranks: latency {latency * 1e6:.1f} us, bandwidth {1e-9 / inverse:.2f} GB/s"
          + (" (more ranks than cores)" if ranks > cores else ""))
    for l in chosen:
        t = l["sum_seconds"] - local_seconds(l["floats"])
        model = 2 * math.log2(ranks) * latency + 2 * (ranks - 1) / ranks * 4 * l["floats"] * inverse
        print(f"   {l['floats']:9d} floats: {t * 1e3:9.3f} ms, model {model * 1e3:9.3f} ms")
for l in lines:
    if "step_seconds" in l:
        print(f"{l['ranks']} ranks: step {l['step_seconds'] * 1e3:.1f} ms, waited {l['waited_a_step'] * 1e3:.1f} ms")
    if "mpi_step_seconds" in l:
        print(f"Mpi with one rank: {100 * (l['mpi_step_seconds'] / l['single_process_step_seconds'] - 1):+.2f} % of a step")

# H100/H200: NVLink 4 has 450 GB/s each way, a ConnectX-7 of NDR InfiniBand 50 GB/s for each GPU; latencies are those that NCCL's
# users report for a message of a few bytes. A step: 256x256, full width, TF32, four pictures a GPU, as docs/gpu.md has measured.
node, nvlink, infiniband, latency_in, latency_between = 8, 450e9, 50e9, 10e-6, 20e-6
parameters = 26.1e6 + 23.1e6 if len(sys.argv) < 3 else float(sys.argv[2])
compute = 4 / 168.0
print("\nGPUs  minibatch  exchange   efficiency  pictures a second")
for gpus in (8, 64, 512):
    seconds, held = 0.0, 4 * parameters  # bytes that a rank holds before each level
    for level in range(int(math.log2(gpus))):
        held /= 2
        inside = 2**level < node
        seconds += 2 * (held / (nvlink if inside else infiniband) + (latency_in if inside else latency_between))
    print(f"{gpus:4d}  {4 * gpus:9d}  {seconds * 1e3:6.2f} ms  {compute / (compute + seconds):9.1%}  "
          f"{4 * gpus / (compute + seconds):12.0f}")
