// Pictures from the server that sent the page.
const backend = (() => {
  const token = new URLSearchParams(location.search).get("token") || "";
  const client = Math.random().toString(36).slice(2);
  const address = (path, more = {}) => `/api/${path}?` + new URLSearchParams({token, ...more});
  const failure = async response => {
    let text = `status ${response.status}`;
    try { text = (await response.json()).error || text; } catch { /* not JSON */ }
    return new Error(text);
  };
  const json = async (path, options, more) => {
    const response = await fetch(address(path, more), options);
    if (!response.ok) throw await failure(response);
    return response.json();
  };
  return {
    network: () => json("network"),
    // An ImageBitmap; null if a newer request overtook this one.
    async draw(state, still) {
      const response = await fetch(address("picture", {client, still: still ? 1 : 0}), {method: "POST", body: JSON.stringify(state)});
      if (response.status === 204) return null;
      if (!response.ok) throw await failure(response);
      return createImageBitmap(await response.blob());
    },
    async save(state) {
      const saved = await json("save", {method: "POST", body: JSON.stringify(state)});
      return {text: `Saved ${saved.picture} and its w, ${saved.w}`, command: saved.command};
    },
    project: (file, space) => json("project", {method: "POST", body: file}, {space}),
    projection: () => json("project"),
    cancel: () => json("project", {method: "DELETE"}),
  };
})();
