#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The Inception v3 network in plain PyTorch: the peer of `inception` in `bench_metrics`.

  inception_torch.py --batch 8 --threads 2 [--form eager|channels_last|jit] [--reps 5]
  inception_torch.py --ours build/release/benchmarks/bench_metrics [--turns 5]     (ours and all forms in turns)

The network is torchvision's, without its auxiliary head and its last layer. It has the same convolutions as the network of
FID; only the padding of the average pools and one max pool differ, which cost the same. Weights are random.

Prints one JSON line: seconds per picture (median, least and most of the runs), processor time per picture and peak memory. With
--ours: medians of turns, each a fresh process, and how many times as long as ours; processor time of ours with one thread
alone. `jit` is
torch.jit.optimize_for_inference, which folds batch normalization into the weights, as ours does. Needs Debian's
python3-torch and python3-torchvision. With glibc's defaults PyTorch gives the pages of every tensor back and is slower; --ours
runs it with GLIBC_TUNABLES=glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184 and
OMP_WAIT_POLICY=passive: where other programs run, threads that wait in a loop cost it several times as much.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

FORMS = ("eager", "channels_last", "jit")
TUNABLES = "glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184"


def measure(o):
    import torch
    import torchvision

    torch.set_num_threads(o.threads)
    torch.manual_seed(1)
    net = torchvision.models.inception_v3(weights=None, aux_logits=True, init_weights=False)
    net.aux_logits, net.AuxLogits, net.fc = False, None, torch.nn.Identity()
    net = net.eval().requires_grad_(False)
    x = torch.randn(o.batch, 3, 299, 299)
    if o.form == "channels_last":
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    seconds, processor = [], []
    with torch.no_grad():
        if o.form == "jit":
            net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x, check_trace=False)))
        for _ in range(o.reps + 2):
            begin, begin_processor = time.perf_counter(), time.process_time()
            net(x)
            seconds.append((time.perf_counter() - begin) / o.batch)
            processor.append((time.process_time() - begin_processor) / o.batch)
    times = sorted(seconds[2:])  # the first runs warm up
    print(json.dumps({"peer": "pytorch " + torch.__version__, "kind": "inception seconds/picture, " + o.form,
                      "median": times[len(times) // 2], "min": times[0], "max": times[-1],
                      "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "batch": o.batch, "threads": o.threads,
                      "processor_seconds": statistics.median(processor[2:])}))


def output_and_peak(command, environment=None):
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]} ends with {child.returncode}")
    return json.loads(text), usage.ru_maxrss // 1024


def ours(o):
    name = f"^inception/pictures:{o.batch}/threads:{o.threads}/"
    found, peak = output_and_peak([o.ours, "--benchmark_filter=" + name, "--benchmark_format=json",
                                   "--benchmark_min_time=1"])
    run = found["benchmarks"][0]
    found = {"median": run["real_time"] / 1e3 / o.batch, "peak_rss_mb": peak}
    return {**found, "processor_seconds": run["cpu_time"] / 1e3 / o.batch} if o.threads == 1 else found


def turns(o):
    common = ["--batch", str(o.batch), "--threads", str(o.threads), "--reps", str(o.reps)]
    found = {form: [] for form in ("ours",) + FORMS}
    for _ in range(o.turns):
        found["ours"].append(ours(o))
        for form in FORMS:
            found[form].append(output_and_peak([sys.executable, __file__, "--form", form] + common,
                                               {**os.environ, "GLIBC_TUNABLES": TUNABLES,
                                                "OMP_WAIT_POLICY": "passive"})[0])
    for form, runs in found.items():
        ratios = [r["median"] / our["median"] for r, our in zip(runs, found["ours"])]
        line = {"form": form, "seconds_per_picture": statistics.median(r["median"] for r in runs),
                "times_ours": statistics.median(ratios), "least": min(ratios), "most": max(ratios),
                "peak_rss_mb": statistics.median(r["peak_rss_mb"] for r in runs), "batch": o.batch,
                "threads": o.threads, "turns": o.turns}
        if "processor_seconds" in runs[0]:
            line["processor_seconds"] = statistics.median(r["processor_seconds"] for r in runs)
        if o.threads == 1:
            line["processor_times_ours"] = statistics.median(
                r["processor_seconds"] / our["processor_seconds"] for r, our in zip(runs, found["ours"]))
        print(json.dumps(line))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("batch", 8), ("threads", 2), ("reps", 5), ("turns", 5)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--form", choices=FORMS, default="eager")
    parser.add_argument("--ours", metavar="BENCH_METRICS")
    o = parser.parse_args()
    turns(o) if o.ours else measure(o)


if __name__ == "__main__":
    main()
