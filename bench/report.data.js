// Runs inside the report: its data, what is chosen of it, and how numbers are written.
globalThis.Page = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { layers } = data;
  const byId = (id) => document.getElementById(id);
  const kinds = [...new Set(layers.map(({ kind }) => kind))];
  const peers = Object.keys(data.sides).filter((name) => data.sides[name] !== "own");
  const colourOf = (list, name) => `var(--c${list.indexOf(name) % 10})`;
  const kindColour = (kind) => colourOf(kinds, kind);
  const peerColour = (name) => colourOf([...new Set(peers.map((peer) => peer.split(" ")[0]))], name.split(" ")[0]);
  const percent = (value) => (value === null || value === undefined ? "-" : `${(100 * value).toFixed(0)} %`);
  const times = (value) => `${value.toFixed(2)}x`;
  const micro = (us) => (us < 100 ? us.toFixed(1) : Math.round(us).toLocaleString("en-US"));
  const state = { family: "all", threads: data.threads[0] };
  const shown = () =>
    layers.filter(({ kind, on }) => (state.family === "all" || kind === state.family) && on[state.threads]);

  function html(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  return { data, byId, kinds, peers, kindColour, peerColour, percent, times, micro, state, shown, html };
})();
