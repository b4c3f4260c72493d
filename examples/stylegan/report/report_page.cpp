// SPDX-License-Identifier: Apache-2.0
#include "report/run_report.hpp"

#include <string_view>

namespace stylegan::examples {
namespace {

constexpr std::string_view head = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Training report</title>
<style>
:root { color-scheme: light dark; --back: #fdfdfc; --text: #1c1c1a; --soft: #63635e; --line: #d9d8d3;
  --c0: #1f6feb; --c1: #c2410c; --c2: #15803d; --c3: #7e22ce; --c4: #a16207; --c5: #be185d; }
@media (prefers-color-scheme: dark) { :root { --back: #161615; --text: #ecebe6; --soft: #a3a29b; --line: #3a3a36;
  --c0: #6ea8fe; --c1: #fb923c; --c2: #4ade80; --c3: #c084fc; --c4: #facc15; --c5: #f472b6; } }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.25rem 4rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: .95rem; margin: 0 0 .25rem; }
pre { overflow-x: auto; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: 1.25rem; }
figure { margin: 0; } figcaption, .soft { color: var(--soft); font-size: .85rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 11px; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .3em 0 .8em; vertical-align: -1px; }
img { max-width: 100%; height: auto; image-rendering: pixelated; border-radius: 4px; }
input[type=range] { width: min(30rem, 100%); } table { border-collapse: collapse; font-size: .85rem; }
td, th { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
label { margin-right: 1rem; } :focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
</style>
<body>
<main id="main"><noscript>This page draws its curves with a script that it contains; please allow it.</noscript></main>
<script type="application/json" id="data">)html";

constexpr std::string_view tail = R"html(</script>
<script>
"use strict";
const runs = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const make = (tag, attributes = {}, ...children) => {
  const svg = ["svg", "path", "line", "text", "circle", "title", "g"].includes(tag);
  const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...children);
  return e;
};
const number = v => Math.abs(v) >= 1e5 || (v !== 0 && Math.abs(v) < 1e-3) ? v.toExponential(1) : String(+v.toPrecision(4));
const colour = i => `var(--c${i % 6})`;

// lines: [{label, points: [[x, y, error]]}]
function chart(title, lines, words) {
  lines = lines.map(l => ({...l, points: l.points.filter(p => p[0] !== null && p[1] !== null)})).filter(l => l.points.length);
  if (!lines.length) return null;
  const all = lines.flatMap(l => l.points), W = 420, H = 210, L = 52, B = 26, T = 8, R = 8;
  const span = (v, pad) => {
    let lo = Math.min(...v), hi = Math.max(...v);
    if (lo === hi) { lo -= Math.abs(lo) / 10 || 1; hi += Math.abs(hi) / 10 || 1; }
    return [lo - pad * (hi - lo), hi + pad * (hi - lo)];
  };
  const [x0, x1] = span(all.map(p => p[0]), 0);
  const [y0, y1] = span(all.flatMap(p => [p[1] - (p[2] || 0), p[1] + (p[2] || 0)]), .06);
  const X = x => L + (x - x0) / (x1 - x0) * (W - L - R), Y = y => T + (y1 - y) / (y1 - y0) * (H - T - B);
  const svg = make("svg", {viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": title + ": " + lines.map(l =>
    `${l.label} ${number(l.points[l.points.length - 1][1])} at ${number(l.points[l.points.length - 1][0])} kimg`).join(", ")});
  const ticks = (lo, hi, most) => {
    const raw = (hi - lo) / most, power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find(m => power * m >= raw), out = [];
    for (let v = Math.ceil(lo / step) * step; v <= hi + step * 1e-9; v += step) out.push(Math.abs(v) < step * 1e-9 ? 0 : v);
    return out;
  };
  for (const y of ticks(y0, y1, 4)) svg.append(make("line", {x1: L, x2: W - R, y1: Y(y), y2: Y(y), stroke: "var(--line)"}),
    make("text", {x: L - 6, y: Y(y) + 4, "text-anchor": "end"}, number(y)));
  for (const x of ticks(x0, x1, 5)) svg.append(make("text", {x: X(x), y: H - 8, "text-anchor": "middle"}, number(x)));
  lines.forEach((l, i) => {
    const stroke = colour(l.colour ?? i);
    svg.append(make("path", {d: l.points.map((p, k) => (k ? "L" : "M") + X(p[0]).toFixed(1) + " " + Y(p[1]).toFixed(1)).join(""),
      fill: "none", stroke, "stroke-width": 1.6, "stroke-linejoin": "round"}));
    for (const p of l.points) {
      if (p[2]) svg.append(make("line", {x1: X(p[0]), x2: X(p[0]), y1: Y(p[1] - p[2]), y2: Y(p[1] + p[2]), stroke, "stroke-width": 1.2}));
      if (p[2] || l.points.length < 3) svg.append(make("circle", {cx: X(p[0]), cy: Y(p[1]), r: 2.5, fill: stroke}));
    }
  });
  const tip = make("text", {x: W - R, y: T + 10, "text-anchor": "end"});
  const cross = make("line", {y1: T, y2: H - B, stroke: "var(--soft)", "stroke-dasharray": "2 3", visibility: "hidden"});
  svg.append(cross, tip);
  svg.addEventListener("pointermove", e => {
    const box = svg.getBoundingClientRect(), x = x0 + ((e.clientX - box.left) / box.width * W - L) / (W - L - R) * (x1 - x0);
    const near = lines.map(l => [l, l.points.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a)]);
    cross.setAttribute("x1", X(near[0][1][0])); cross.setAttribute("x2", X(near[0][1][0])); cross.setAttribute("visibility", "visible");
    tip.textContent = number(near[0][1][0]) + " kimg: " + near.map(([l, p]) => (lines.length > 1 ? l.label + " " : "") + number(p[1]) +
      (p[2] ? " ± " + number(p[2]) : "")).join(", ");
  });
  svg.addEventListener("pointerleave", () => { cross.setAttribute("visibility", "hidden"); tip.textContent = ""; });
  const key = make("figcaption", {});
  if (lines.length > 1) lines.forEach((l, i) => key.append(make("span", {class: "key", style: "background:" + colour(l.colour ?? i)}), l.label));
  if (words) key.append(make("div", {}, words));
  const last = make("table", {}, make("tr", {}, make("th", {}, "kimg"), ...lines.map(l => make("th", {}, l.label))));
  const count = Math.max(...lines.map(l => l.points.length)), step = Math.max(1, Math.floor(count / 20));
  for (let k = count - 1; k >= 0; k -= step) {
    const at = lines.find(l => l.points[k])?.points[k][0];
    last.append(make("tr", {}, make("td", {}, number(at)), ...lines.map(l => make("td", {}, l.points[k] ? number(l.points[k][1]) : ""))));
  }
  return make("figure", {}, make("h3", {}, title), svg, key, make("details", {}, make("summary", {class: "soft"}, "as a table"), last));
}

const points = (run, name, map = v => v) => {
  const x = run.series["Progress/kimg"] || [], y = run.series[name] || [];
  return x.map((v, i) => [v, y[i] === undefined || y[i] === null ? null : map(y[i])]);
};
const wanted = [
  ["Losses", [["Loss/G/loss", "generator"], ["Loss/D/loss", "discriminator"]]],
  ["Scores", [["Loss/scores/real", "real"], ["Loss/scores/fake", "generated"]], "of the discriminator; the two should not run apart"],
  ["Signs of scores", [["Loss/signs/real", "real"], ["Loss/signs/fake", "generated"]], "near 1 and -1: the discriminator tells all apart"],
  ["R1", [["Loss/r1_penalty", "squared gradient of real scores"]]],
  ["Variation of pictures", [["Loss/variation/real", "real"], ["Loss/variation/fake", "generated"]], "deviation within a minibatch; a small one of generated pictures is mode collapse"],
  ["Augmentation probability", [["Progress/augment", "p"]]],
  ["Learning rate", [["Progress/lrate", "rate"]]],
  ["Level of detail", [["Progress/lod", "lod"]], "0 is full resolution"],
  ["Pictures per second", [["Timing/sec_per_kimg", "img/s"]], "", v => v > 0 ? 1000 / v : null],
  ["Memory, GiB", [["Resources/peak_cpu_mem_gb", "peak"], ["Resources/cpu_mem_gb", "now"]]],
];

main.replaceChildren(make("h1", {}, runs.length === 1 ? runs[0].name : `${runs.length} runs`));
for (const run of runs) {
  const kimg = (run.series["Progress/kimg"] || []).at(-1), seconds = (run.series["Timing/total_sec"] || []).at(-1);
  main.append(make("p", {}, (runs.length > 1 ? run.name + ": " : "") + (kimg === undefined ? "no tick yet" :
    `${number(kimg)} thousand pictures in ${(seconds / 3600).toFixed(2)} hours`) + (run.finished ? ", finished" : "")));
  for (const note of run.notes) main.append(make("p", {class: "soft"}, note));
  for (const command of run.commands) main.append(make("pre", {}, command));
}
if (runs.length === 1 && !runs[0].finished) {
  const box = make("input", {type: "checkbox", id: "reload"});
  box.checked = sessionStorage.getItem("reload") === "1";
  box.addEventListener("change", () => sessionStorage.setItem("reload", box.checked ? "1" : "0"));
  setInterval(() => box.checked && location.reload(), 60000);
  main.append(make("label", {for: "reload"}, box, " reload every minute"));
}
for (const run of runs) {
  if (!run.fakes.length) continue;
  main.append(make("h2", {}, "Generated pictures" + (runs.length > 1 ? " of " + run.name : "")));
  const image = make("img", {alt: ""}), words = make("output", {class: "soft"});
  const slider = make("input", {type: "range", min: 0, max: run.fakes.length - 1, value: run.fakes.length - 1, "aria-label": "Generated pictures over time"});
  const show = () => {
    const f = run.fakes[slider.value];
    image.src = f.src;
    words.textContent = ` after ${number(f.kimg)} thousand pictures`;
    image.alt = "Generated pictures" + words.textContent;
    slider.setAttribute("aria-valuetext", words.textContent.trim());
  };
  slider.addEventListener("input", show);
  show();
  main.append(make("p", {}, slider, words), make("figure", {}, image));
  if (run.reals) main.append(make("details", {}, make("summary", {}, "real pictures"), make("img", {src: run.reals, alt: "Real pictures"})));
}
const names = [...new Set(runs.flatMap(r => Object.keys(r.metrics)))];
const grids = [["Metrics", names.map(name => chart(name, runs.filter(r => r.metrics[name]).map((r, i) => ({label: runs.length > 1 ? r.name : name,
  colour: runs.indexOf(r), points: r.metrics[name].map(p => [p.kimg, p.value, p.error])})), "with the standard error"))],
  ["Training", wanted.flatMap(([title, series, words, map]) => runs.length === 1
    ? [chart(title, series.map(([name, label]) => ({label, points: points(runs[0], name, map)})), words)]
    : series.map(([name, label]) => chart(series.length > 1 ? `${title}: ${label}` : title,
        runs.map((r, i) => ({label: r.name, colour: i, points: points(r, name, map)})), words)))]];
for (const [title, charts] of grids) {
  const drawn = charts.filter(c => c);
  if (drawn.length) main.append(make("h2", {}, title), make("p", {class: "soft"}, "over thousands of pictures shown"), make("div", {class: "charts"}, ...drawn));
}
const flat = (o, prefix = "") => o === null || typeof o !== "object" || Array.isArray(o) || !Object.keys(o).length ? [[prefix, JSON.stringify(o)]] :
  Object.entries(o).flatMap(([k, v]) => flat(v, prefix ? prefix + "." + k : k));
const settings = runs.map(r => new Map(flat(r.settings || {})));
const keys = [...new Set(settings.flatMap(s => [...s.keys()]))].filter(k => k);
if (keys.length) {
  const table = make("table", {}, make("tr", {}, make("th", {}, "setting"), ...runs.map(r => make("th", {}, r.name))));
  for (const k of keys) {
    const values = settings.map(s => s.get(k) ?? "");
    if (runs.length === 1 || new Set(values).size > 1) table.append(make("tr", {}, make("td", {}, k), ...values.map(v => make("td", {}, v))));
  }
  main.append(make("h2", {}, runs.length > 1 ? "Settings that differ" : "Settings"), table);
}
</script>
</body>
</html>
)html";

}  // namespace

std::string report_page(const std::vector<nlohmann::ordered_json>& runs) {
    std::string json = nlohmann::ordered_json(runs).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    // "</script>" in a name must not end the script
    for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', at))
        json.replace(at, 1, "\\u003c");
    return std::string(head) + json + std::string(tail);
}

}  // namespace stylegan::examples
