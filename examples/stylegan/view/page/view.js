// The controls, the state that they stand for, its history, and the picture of it. `backend` makes pictures of states.
const $ = id => document.getElementById(id);
let network = null, state = null, initial = null, history = [], future = [], historyTimer = 0;

function show(text, bad = false) {
  $("message").textContent = text;
  $("message").className = bad ? "bad" : "";
}

// --- pictures: two requests at most are on their way; what changes meanwhile is drawn by the next
const drawing = {version: 0, drawn: 0, exact: 0, flying: 0, failed: false, stillTimer: 0, times: []};

function changed() {
  drawing.version++;
  clearTimeout(drawing.stillTimer);
  drawing.stillTimer = setTimeout(() => draw(true), 180);
  draw(false);
}

async function draw(still) {
  if (drawing.flying >= 2 && !still) return;
  const version = drawing.version, begun = performance.now();
  drawing.flying++;
  try {
    const bitmap = await backend.draw(state, still);
    if (bitmap && version >= drawing.drawn && (still || drawing.exact < version)) {
      const canvas = $("picture");
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      const context = canvas.getContext("2d");
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.drawImage(bitmap, 0, 0);
      drawing.drawn = version;
      if (still) drawing.exact = version;
      canvas.dataset.version = version;
      canvas.dataset.still = still ? 1 : 0;
      speed(performance.now() - begun);
      if (drawing.failed) show("");
      drawing.failed = false;
    }
    if (bitmap && bitmap.close) bitmap.close();
    if (!bitmap && still && version === drawing.version) drawing.stillTimer = setTimeout(() => draw(true), 50);  // overtaken
  } catch (error) {
    show(error.message, true);
    drawing.failed = true;
    drawing.drawn = Math.max(drawing.drawn, version);
  }
  drawing.flying--;
  if (drawing.drawn < drawing.version && drawing.flying === 0) draw(false);
}

function speed(milliseconds) {
  const now = performance.now();
  drawing.times = drawing.times.filter(t => now - t < 1000);
  drawing.times.push(now);
  $("speed").textContent = `${milliseconds.toFixed(0)} ms, ${drawing.times.length} pictures in the last second`;
}

// --- state and history
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function set(change) {
  const next = {...state, ...change};
  if (same(next, state)) return;
  if (!historyTimer) history.push(state);  // the state before the first of a burst of changes
  clearTimeout(historyTimer);
  historyTimer = setTimeout(() => { historyTimer = 0; }, 400);
  if (history.length > 500) history.shift();
  future = [];
  state = next;
  refresh();
  changed();
}

function go(from, to) {
  if (!from.length) return;
  clearTimeout(historyTimer);
  historyTimer = 0;
  to.push(state);
  state = from.pop();
  refresh();
  changed();
}

// --- controls
const layerName = l => `${l} (${network.sizes[l]})`;
const ranges = {
  psi: {get: () => state.psi, set: v => ({psi: v}), text: v => v.toFixed(2)},
  cutoff: {get: () => state.cutoff, set: v => ({cutoff: v}), text: v => v === network.layers ? "all" : `below ${v}`},
  noise_strength: {get: () => state.noise_strength, set: v => ({noise_strength: v}), text: v => v.toFixed(2)},
  mix_first: {get: () => mixing.layers[0], set: v => mix({layers: [v, Math.max(v, mixing.layers[1])]}), text: layerName},
  mix_last: {get: () => mixing.layers[1], set: v => mix({layers: [Math.min(v, mixing.layers[0]), v]}), text: layerName},
  edit_first: {get: () => state.edit_layers[0], set: v => ({edit_layers: [v, Math.max(v, state.edit_layers[1])]}), text: layerName},
  edit_last: {get: () => state.edit_layers[1], set: v => ({edit_layers: [Math.min(v, state.edit_layers[0]), v]}), text: layerName},
};
const numbers = {
  seed: v => ({seed: v, w: null}), right: v => ({right: v}), up: v => ({up: v}), noise_seed: v => ({noise_seed: v}),
  label: v => ({label: v}), mix_seed: v => mix({seed: v}),
};
const most = {label: () => network.labels - 1};
let mixing = {seed: 1, layers: [0, 0]};  // also while mixing is off

function mix(change) {
  mixing = {...mixing, ...change};
  return $("mix_on").checked ? {mix: mixing} : {};
}

const randomSeed = () => Math.floor(Math.random() * 10000);

function strength(k) {
  const edit = state.edits.find(e => e.direction === k);
  return edit ? edit.strength : 0;
}

function refresh() {
  if (state.mix) mixing = state.mix;
  $("mix_on").checked = Boolean(state.mix);
  for (const [id, r] of Object.entries(ranges)) {
    $(id).value = r.get();
    const text = r.text(Number(r.get()));
    $(id).setAttribute("aria-valuetext", text);
    document.querySelector(`output[for=${id}]`).textContent = text;
  }
  for (const id of ["seed", "right", "up", "noise_seed", "label"]) $(id).value = state[id];
  $("mix_seed").value = mixing.seed;
  $("noise").value = state.noise;
  $("noise_seed").disabled = state.noise !== "random";
  $("noise_strength").disabled = state.noise === "none";
  network.directions.forEach((name, k) => {
    $(`direction${k}`).value = strength(k);
    document.querySelector(`output[for=direction${k}]`).textContent = strength(k).toFixed(1);
  });
  $("dot").style.left = `${50 + 50 * Math.max(-1, Math.min(1, state.x))}%`;
  $("dot").style.top = `${50 - 50 * Math.max(-1, Math.min(1, state.y))}%`;
  $("position").textContent = `${state.x.toFixed(2)}, ${state.y.toFixed(2)}`;
  $("projected-row").hidden = !state.w;
  $("projected").textContent = state.w || "";
  $("undo").disabled = !history.length;
  $("redo").disabled = !future.length;
}

function move(x, y) {
  const clip = v => Math.round(100 * Math.max(-1, Math.min(1, v))) / 100;
  set({x: clip(x), y: clip(y)});
}

function connectPad() {
  const pad = $("pad");
  const follow = event => {
    const box = pad.getBoundingClientRect();
    move(2 * (event.clientX - box.left) / box.width - 1, 1 - 2 * (event.clientY - box.top) / box.height);
  };
  pad.addEventListener("pointerdown", event => {
    pad.setPointerCapture(event.pointerId);
    follow(event);
  });
  pad.addEventListener("pointermove", event => { if (pad.hasPointerCapture(event.pointerId)) follow(event); });
  pad.addEventListener("keydown", event => {
    const step = event.shiftKey ? 0.2 : 0.05;
    const moves = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step]};
    if (event.key === "Home") move(0, 0);
    else if (moves[event.key]) move(state.x + moves[event.key][0], state.y + moves[event.key][1]);
    else return;
    event.preventDefault();
  });
}

function makeDirections() {
  const rows = network.directions.map((name, k) => {
    const row = document.createElement("div"), label = document.createElement("label"), input = document.createElement("input"),
      output = document.createElement("output");
    row.className = "row";
    label.htmlFor = input.id = `direction${k}`;
    label.textContent = name;
    Object.assign(input, {type: "range", min: -4, max: 4, step: 0.1});
    output.setAttribute("for", input.id);
    input.addEventListener("input", () => {
      const others = state.edits.filter(e => e.direction !== k), v = Number(input.value);
      set({edits: v === 0 ? others : [...others, {direction: k, strength: v}].sort((a, b) => a.direction - b.direction)});
    });
    row.append(label, input, output);
    return row;
  });
  const open = 8;  // the others under a title
  $("directions").append(...rows.slice(0, open));
  if (rows.length <= open) return;
  const more = document.createElement("details"), summary = document.createElement("summary");
  summary.textContent = `${rows.length - open} more`;
  more.append(summary, ...rows.slice(open));
  $("directions").append(more);
}

// --- projection
async function project(file) {
  if (!file) return;
  try {
    let status = await backend.project(file, $("space").value);
    const w = status.w;
    set({w, x: 0, y: 0, mix: null, edits: [], psi: 1});
    $("job").hidden = false;
    while (status.w === w) {
      $("progress").max = status.total;
      $("progress").value = status.step;
      $("job-text").textContent = `step ${status.step} of ${status.total}` +
        (status.distance ? `, distance ${status.distance.toPrecision(3)}` : "");
      if (state.w === w) changed();  // its w has moved
      if (!status.running) break;
      await new Promise(done => setTimeout(done, 250));
      status = await backend.projection();
    }
    show(status.error || `Projected: distance ${status.distance.toPrecision(3)}`, Boolean(status.error));
  } catch (error) {
    show(error.message, true);
  }
  $("job").hidden = true;
  $("file").value = "";
}

function connectProjection() {
  $("project-set").hidden = false;
  $("file").addEventListener("change", () => project($("file").files[0]));
  $("cancel").addEventListener("click", () => backend.cancel().catch(error => show(error.message, true)));
  $("drop-projection").addEventListener("click", () => set({w: null}));
  const over = on => event => {
    event.preventDefault();
    $("drop").classList.toggle("over", on);
  };
  document.addEventListener("dragover", over(true));
  document.addEventListener("dragleave", over(false));
  document.addEventListener("drop", event => {
    over(false)(event);
    project(event.dataTransfer.files[0]);
  });
}

async function save() {
  try {
    const saved = await backend.save(state);
    show(saved.text);
    $("command").hidden = !saved.command;
    $("command").textContent = saved.command || "";
  } catch (error) {
    show(error.message, true);
  }
}

function connect() {
  for (const [id, r] of Object.entries(ranges)) $(id).addEventListener("input", () => {
    set(r.set(Number($(id).value)));
    refresh();
  });
  for (const [id, change] of Object.entries(numbers)) $(id).addEventListener("input", () => {
    const v = Number($(id).value), top = most[id] ? most[id]() : 4294967295;
    if ($(id).value !== "" && Number.isInteger(v) && v >= 0 && v <= top) set(change(v));
  });
  $("noise").addEventListener("change", () => set({noise: $("noise").value}));
  $("mix_on").addEventListener("change", () => set({mix: $("mix_on").checked ? mixing : null}));
  $("random").addEventListener("click", () => set({seed: randomSeed(), w: null}));
  $("mix_random").addEventListener("click", () => {
    $("mix_on").checked = true;
    set(mix({seed: randomSeed()}));
  });
  $("centre").addEventListener("click", () => move(0, 0));
  $("no_edits").addEventListener("click", () => set({edits: []}));
  $("reset").addEventListener("click", () => set(initial));
  $("undo").addEventListener("click", () => go(history, future));
  $("redo").addEventListener("click", () => go(future, history));
  $("save").addEventListener("click", save);
  $("controls").addEventListener("submit", event => event.preventDefault());
  document.addEventListener("keydown", event => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) go(history, future);
    else if (key === "y" || key === "z") go(future, history);
    else if (key === "s") save();
    else return;
    event.preventDefault();
  });
}

async function begin() {
  network = await backend.network();
  const last = network.layers - 1;
  $("name").textContent = `${network.name}, ${network.width}x${network.height}`;
  document.title = `${network.name} - stylegan view`;
  $("picture").classList.toggle("small", Math.max(network.width, network.height) <= 128);
  for (const id of ["mix_first", "mix_last", "edit_first", "edit_last"]) $(id).max = last;
  $("cutoff").max = network.layers;
  $("label").max = network.labels - 1;
  $("label-row").hidden = network.labels === 0;
  $("noise-set").hidden = !network.noise;
  $("direction-set").hidden = network.directions.length === 0;
  mixing = {seed: 1, layers: [0, Math.min(3, last)]};
  initial = {seed: 0, w: null, right: 1, up: 2, x: 0, y: 0, mix: null, psi: 0.7, cutoff: network.layers, noise: "const",
    noise_seed: 0, noise_strength: 1, edits: [], edit_layers: [0, last], label: 0};
  state = initial;
  makeDirections();
  connect();
  connectPad();
  if (network.project) connectProjection();
  refresh();
  changed();
}
begin().catch(error => show(error.message, true));
