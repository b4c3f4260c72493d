#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws what compare.sh and growth.sh have measured, as SVG. Needs nothing but Python.

  plot.py layers RESULTS.json OUT.svg [--threads N]   each layer of the generator: time, its floor, and the roofline
  plot.py growth GROWTH.jsonl OUT.svg                 pictures per second against resolution, batch and width
  plot.py budget BUDGET.jsonl OUT.svg                 Fréchet distances of training/equal_budget.sh against pictures and against time
"""
import argparse
import json
import math

FONT = 'font-family="sans-serif" font-size="12"'
OURS, LIMIT, GREY = "#3465a4", "#cc6633", "#888"


class Svg:
    def __init__(self, width, height):
        self.size, self.parts = (width, height), []

    def text(self, x, y, s, anchor="start", **style):
        more = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in style.items())
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{s}</text>')

    def line(self, points, colour=GREY, width=1, dash=""):
        at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="{width}"'
                          + (f' stroke-dasharray="{dash}"' if dash else "") + "/>")

    def box(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>')

    def dot(self, x, y, colour, title=""):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{title}</title></circle>')

    def write(self, path):
        width, height = self.size
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {FONT}>\n'
                       f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(self.parts) + "\n</svg>\n")


def short(value):
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


class LogAxes:
    """A panel with two logarithmic axes."""

    def __init__(self, svg, left, top, width, height, xs, ys, title, x_label, y_label):
        self.svg, self.left, self.top, self.width, self.height = svg, left, top, width, height
        self.x_range = (min(xs) / 1.2, max(xs) * 1.2)
        self.y_range = (min(ys) / 1.3, max(ys) * 1.3)
        svg.line([(left, top), (left, top + height), (left + width, top + height)], "#333")
        svg.text(left, top - 12, title, font_weight="bold")
        svg.text(left + width / 2, top + height + 36, x_label, "middle")
        svg.text(left, top + height + 52, y_label)

    def at(self, x, y):
        def share(v, bounds):
            return (math.log(v) - math.log(bounds[0])) / (math.log(bounds[1]) - math.log(bounds[0]))
        return (self.left + self.width * share(x, self.x_range), self.top + self.height * (1 - share(y, self.y_range)))

    def ticks(self, xs, ys):
        for x in xs:
            px, _ = self.at(x, self.y_range[0])
            self.svg.text(px, self.top + self.height + 18, short(x), "middle", fill=GREY)
            self.svg.line([(px, self.top + self.height), (px, self.top + self.height + 4)], "#333")
        for y in ys:
            _, py = self.at(self.x_range[0], y)
            self.svg.text(self.left - 6, py + 4, short(y), "end", fill=GREY)
            self.svg.line([(self.left, py), (self.left + self.width, py)], "#eee")


def decades(bounds):
    all_steps = [m * 10 ** e for e in range(-4, 7) for m in (1, 2, 5)]
    return [v for v in all_steps if bounds[0] <= v <= bounds[1]]


def draw_layers(results, out, threads):
    run = next(l for l in results["layers"] if l["threads"] == threads)
    peak = results["machine"]["gflops"][str(threads)] * 1e9
    bandwidth = results["machine"]["read_write_gbs"][str(threads)] * 1e9
    layers = [l for l in run["layers"] if l["seconds"] > 0]

    row, left = 17, 315
    svg = Svg(1260, 90 + row * len(layers) + 30)
    total, total_floor = sum(l["seconds"] for l in layers), sum(l["floor"] for l in layers)
    svg.text(10, 24, f'{run["res"]}x{run["res"]}, batch {run["batch"]}, {threads} thread{"s" if threads > 1 else ""}: '
             f'{total * 1e3:.1f} ms; floor {total_floor * 1e3:.1f} ms', font_weight="bold")
    svg.text(10, 42, f'{results["machine"]["processor"]}, {peak / 1e9:.0f} GFLOP/s, {bandwidth / 1e9:.0f} GB/s. '
             'Bars: milliseconds; orange: the least they could take.', fill=GREY)
    scale = 260 / max(l["seconds"] for l in layers)
    for name, x in (("ms", left + 320), ("GFLOP/s", left + 385), ("GB/s", left + 435), ("floor", left + 485)):
        svg.text(x, 66, name, "end", fill=GREY)
    for i, l in enumerate(layers):
        y = 72 + row * i
        svg.text(left - 8, y + 12, l["layer"], "end")
        svg.box(left, y + 2, l["seconds"] * scale, row - 5, OURS)
        svg.box(left, y + row - 6, l["floor"] * scale, 3, LIMIT)
        svg.text(left + 320, y + 12, f'{l["seconds"] * 1e3:.2f}', "end")
        svg.text(left + 385, y + 12, f'{2e-9 * l["multiply_adds"] / l["seconds"]:.0f}' if l["multiply_adds"] else "-", "end")
        svg.text(left + 435, y + 12, f'{1e-9 * l["bytes"] / l["seconds"]:.1f}' if l["bytes"] else "-", "end")
        svg.text(left + 485, y + 12, f'{100 * l["floor"] / l["seconds"]:.0f} %' if l["floor"] else "-", "end")

    convolutions = [l for l in layers if "convolution" in l["layer"] and l["bytes"] > 0]
    xs = [2 * l["multiply_adds"] / l["bytes"] for l in convolutions]
    ys = [2e-9 * l["multiply_adds"] / l["seconds"] for l in convolutions]
    axes = LogAxes(svg, 870, 90, 360, min(360, row * len(layers) - 60), xs, ys + [peak / 1e9 * 7.2],
                   "Convolutions on the roofline", "operations (by definition) a byte", "GFLOP/s, counted by definition")
    axes.ticks(decades(axes.x_range), decades(axes.y_range))
    for factor, name in ((1, "peak"), (4, "peak, Winograd"), (576 / 81, "peak, Winograd scaling up")):
        roof = [(x, min(factor * peak, x * bandwidth) / 1e9) for x in
                [axes.x_range[0] * (axes.x_range[1] / axes.x_range[0]) ** (k / 60) for k in range(61)]]
        points = [axes.at(x, y) for x, y in roof if axes.y_range[0] <= y <= axes.y_range[1]]
        if points:
            svg.line(points, LIMIT, dash="4 3")
            svg.text(points[-1][0], points[-1][1] - 4, name, "end", fill=LIMIT)
    for l, x, y in zip(convolutions, xs, ys):
        svg.dot(*axes.at(x, y), "#6a3d9a" if "up-" in l["layer"] else OURS, l["layer"])
    svg.text(axes.left + axes.width, axes.top + axes.height - 8, "violet: scaling up", "end", fill=GREY)
    svg.write(out)


def draw_growth(lines, out):
    panels = [("resolution", "res", "side of the pictures (full width, batch 1)"), ("batch", "batch", "batch (256x256, full width)"),
              ("fmap_base", "fmap_base", "fmap_base (256x256, batch 1)")]
    svg = Svg(1080, 380)
    for k, (against, key, label) in enumerate(panels):
        rows = [l for l in lines if l["against"] == against]
        xs, ys = sorted({l[key] for l in rows}), [1 / l["median"] for l in rows]
        axes = LogAxes(svg, 60 + 350 * k, 50, 280, 250, xs, ys, "", label, "pictures a second")
        axes.ticks(xs, decades(axes.y_range))
        for threads, colour in ((1, GREY), (2, OURS)):
            points = sorted((l[key], 1 / l["median"]) for l in rows if l["threads"] == threads)
            svg.line([axes.at(*p) for p in points], colour, 2)
            for p in points:
                svg.dot(*axes.at(*p), colour, f"{p[0]}: {p[1]:.3g} pictures/s")
            if points:
                x, y = axes.at(*points[0])
                svg.text(x + 10, y + (-8 if threads > 1 else 20), f"{threads} thread{'s' if threads > 1 else ''}", fill=colour)
    svg.text(60, 24, "Pictures a second", font_weight="bold")
    svg.write(out)


def draw_budget(lines, out):
    svg = Svg(760, 360)
    ys = [l["fd5k_full"] for l in lines]
    for k, (value, label) in enumerate(((lambda l: l["kimg"], "thousand pictures"), (lambda l: l["seconds"] / 60, "minutes of training"))):
        xs = [value(l) for l in lines]
        axes = LogAxes(svg, 60 + 360 * k, 60, 290, 220, xs, ys, "", label, "")
        axes.ticks(sorted(set(xs)) if k == 0 else [2.5, 5, 10, 20], [400, 450, 500, 550, 600])
        for who, colour in (("stylegan-cpp", OURS), ("pytorch", LIMIT)):
            for seed in sorted({l["seed"] for l in lines}):
                points = sorted((value(l), l["fd5k_full"]) for l in lines if l["who"] == who and l["seed"] == seed)
                svg.line([axes.at(*p) for p in points], colour, 1.5)
                for p in points:
                    svg.dot(*axes.at(*p), colour, f"{who}, seed {seed}: {p[1]:.0f}")
    svg.text(60, 24, "Fréchet distance, CIFAR-10, three seeds", font_weight="bold")
    svg.text(60, 42, "stylegan-cpp", fill=OURS)
    svg.text(150, 42, "PyTorch", fill=LIMIT)
    svg.write(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("layers", "growth", "budget"))
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, default=2)
    o = parser.parse_args()
    with open(o.source, encoding="utf-8") as file:
        if o.what == "layers":
            draw_layers(json.load(file), o.out, o.threads)
        else:
            {"growth": draw_growth, "budget": draw_budget}[o.what]([json.loads(line) for line in file], o.out)


if __name__ == "__main__":
    main()
