// The thread that computes: opens the network, then answers states one after the other. The text of the module that em++
// made stands before this one.
let module = null, view = 0, about = null;

const calls = {
  async open({wasm, network, name, threads, sources}) {
    const urls = {};
    for (const [file, text] of Object.entries(sources)) urls[file] = URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
    module = await createStylegan({
      wasmBinary: wasm,
      threads: threads - 1,  // besides this one
      mainScriptUrlOrBlob: urls["module.js"],
      locateFile: file => urls[file] || file,  // the script of a thread
      print: () => {},
      printErr: () => {},
    });
    module.FS.writeFile("/" + name, new Uint8Array(network));
    view = module.ccall("view_open", "number", ["string", "number"], ["/" + name, threads]);
    module.FS.unlink("/" + name);
    if (!view) throw new Error(module.ccall("view_error", "string", [], []));
    about = JSON.parse(module.ccall("view_about", "string", ["number"], [view]));
    return about;
  },
  async draw({state}) {
    const at = module.ccall("view_draw", "number", ["number", "string"], [view, JSON.stringify(state)]);
    if (!at) throw new Error(module.ccall("view_error", "string", [], []));
    const pixels = new Uint8ClampedArray(module.HEAPU8.slice(at, at + 4 * about.width * about.height).buffer);
    return createImageBitmap(new ImageData(pixels, about.width, about.height));
  },
};

onmessage = async ({data}) => {
  try {
    const result = await calls[data.call](data);
    postMessage({id: data.id, result}, result instanceof ImageBitmap ? [result] : []);
  } catch (error) {
    postMessage({id: data.id, error: error.message || String(error)});
  }
};
