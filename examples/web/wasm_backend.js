// Pictures from the network that is in this page, computed by a worker beside it.
const backend = (() => {
  const parts = @parts@;  // name: gzip in base64
  const most_threads = 8;
  const answers = new Map();
  let worker = null, about = null, last = 0, busy = false, waiting = null;

  async function unpacked(name) {
    const text = atob(parts[name]), bytes = new Uint8Array(text.length);
    delete parts[name];
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  }
  const source = async name => new TextDecoder().decode(await unpacked(name));
  // The inverse of planes() in pack.mjs: the bytes of 32-bit numbers stand beside each other again.
  function numbers(planes) {
    const from = new Uint8Array(planes), to = new Uint8Array(from.length), count = from.length >> 2;
    for (let b = 0; b < 4; b++) for (let i = 0; i < count; i++) to[4 * i + b] = from[b * count + i];
    to.set(from.subarray(4 * count), 4 * count);
    return to.buffer;
  }

  // Several where the page may have them and a picture takes longer than waking a thread; ?threads=N in the address asks for N.
  function threadsFor(file) {
    if (self.crossOriginIsolated !== true || !("threads.wasm" in parts)) return 1;
    const asked = Number(new URLSearchParams(location.search).get("threads"));
    if (Number.isInteger(asked) && asked >= 1) return Math.min(asked, most_threads);
    const length = Number(new DataView(file).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
    const {resolution} = JSON.parse(header.__metadata__.architecture);
    return resolution < 128 ? 1 : Math.min(navigator.hardwareConcurrency || 1, most_threads);
  }

  function ask(message, transfer = []) {
    return new Promise((done, fail) => {
      answers.set(++last, {done, fail});
      worker.postMessage({...message, id: last}, transfer);
    });
  }
  function fail(text) {
    for (const answer of answers.values()) answer.fail(new Error(text));
    answers.clear();
  }

  async function network() {
    show("The network is being unpacked ...");
    const file = numbers(await unpacked("network")), threads = threadsFor(file);
    const kind = threads > 1 ? "threads" : "single";
    const sources = {"module.js": await source(`${kind}.js`)};
    if (threads > 1) sources["threads.worker.js"] = await source("threads.worker.js");
    const script = new Blob([sources["module.js"], "\n", await source("view_worker.js")], {type: "text/javascript"});
    worker = new Worker(URL.createObjectURL(script));
    worker.onmessage = ({data}) => {
      const answer = answers.get(data.id);
      answers.delete(data.id);
      if (data.error === undefined) answer.done(data.result);
      else answer.fail(new Error(data.error));
    };
    worker.onerror = event => fail(event.message || "the worker cannot run");
    const wasm = await unpacked(`${kind}.wasm`);
    about = await ask({call: "open", wasm, network: file, name: "@network@", threads, sources}, [wasm, file]);
    show("");
    return about;
  }

  // One picture is computed and one waits; a newer one takes its place.
  async function draw(state) {
    if (busy) {
      if (waiting) waiting(false);
      if (!await new Promise(turn => { waiting = turn; })) return null;
    }
    busy = true;
    try {
      return await ask({call: "draw", state});
    } finally {
      const next = waiting;
      waiting = null;
      if (next) next(true);
      else busy = false;
    }
  }

  // The command that draws the picture of a seed again; none for other states.
  function command(s) {
    if (s.x || s.y || s.mix || s.edits.length) return "";
    const word = /^[\w./=:,@%+-]+$/.test(about.name) ? about.name : `'${about.name.replaceAll("'", "'\\''")}'`;
    let c = `stylegan generate --network ${word} --seeds ${s.seed}`;
    if (s.psi !== 1) c += ` --trunc ${s.psi}`;
    if (s.psi !== 1 && s.cutoff < about.layers) c += ` --trunc-cutoff ${s.cutoff}`;
    if (about.labels > 0) c += ` --class ${s.label}`;
    if (about.noise && s.noise !== "const") c += ` --noise-mode ${s.noise}`;
    if (about.noise && s.noise === "random") c += ` --noise-seed ${s.noise_seed}`;
    if (about.noise && s.noise !== "none" && s.noise_strength !== 1) c += ` --noise-strength ${s.noise_strength}`;
    return c + " --outdir out";
  }

  async function save(state) {
    const bitmap = await ask({call: "draw", state}), canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    const again = command(state), link = document.createElement("a");
    link.download = again ? `seed${String(state.seed).padStart(4, "0")}.png` : "view.png";
    link.href = URL.createObjectURL(await new Promise(done => canvas.toBlob(done, "image/png")));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return {text: `Saved ${link.download}` + (again ? "" : ". Only the picture of a seed has a command line"), command: again};
  }

  return {network, draw, save};
})();
