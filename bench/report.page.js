// Runs inside the report: tables, filters, and what is pointed at.
(() => {
  const { data, byId, kinds, peers, percent, times, micro, state, shown, html } = Page;
  const { about, layers } = data;

  function tables() {
    const cell = (tag, value, name = "") => html(tag, name ? { class: name } : {}, String(value));
    const measured = data.goals.filter(({ met }) => met !== null);
    byId("goals-section").hidden = measured.length === 0;
    byId("goals").replaceChildren(
      html("tr", {}, ...["", "goal", "wanted", "measured"].map((title) => cell("th", title))),
      ...measured.map(({ what, goal, measured: found, met, losses }) => {
        const last = cell("td", found);
        if (losses.length) last.append(html("small", {}, losses.join("; ")));
        return html(
          "tr",
          {},
          cell("td", met ? "met" : "lost", met ? "met" : "loss"),
          cell("td", what),
          cell("td", goal),
          last,
        );
      }),
    );
    const names = peers.filter((name) => layers.some(({ on }) => on[state.threads]?.peers[name]));
    byId("figures").replaceChildren(
      html(
        "tr",
        {},
        ...["layer", "µs", "± %", "GFLOP/s", "of limit", ...names, "kernel"].map((title) => cell("th", title)),
      ),
      ...shown().map(({ name, kernel, on }) => {
        const { us, spread, gflops, share, peers: ratios } = on[state.threads];
        const ratioCells = names.map((peer) =>
          ratios[peer] ? cell("td", times(ratios[peer]), ratios[peer] < 1 ? "loss" : "") : cell("td", "-"),
        );
        return html(
          "tr",
          {},
          cell("td", name),
          cell("td", micro(us)),
          cell("td", (50 * spread).toFixed(0)),
          cell("td", gflops.toFixed(1)),
          cell("td", percent(share)),
          ...ratioCells,
          cell("td", kernel),
        );
      }),
    );
  }

  function controls() {
    const button = (label, isPressed, act) => {
      const made = html("button", { type: "button", "aria-pressed": String(isPressed) }, label);
      made.addEventListener("click", () => {
        act();
        draw();
        [...made.ownerDocument.querySelectorAll("nav button")]
          .find(({ textContent }) => textContent === label)
          ?.focus({ preventScroll: true });
      });
      return made;
    };
    byId("families").replaceChildren(
      ...["all", ...kinds].map((kind) =>
        button(kind, state.family === kind, () => {
          state.family = kind;
        }),
      ),
    );
    byId("threads").replaceChildren(
      ...data.threads.map((count) =>
        button(`${count} thread${count > 1 ? "s" : ""}`, state.threads === count, () => {
          state.threads = count;
        }),
      ),
    );
  }

  function draw() {
    controls();
    Plots.roofline();
    Plots.shares();
    Plots.against();
    tables();
    document.documentElement.dataset.drawn = String(shown().length);
  }

  byId("about").textContent =
    `${about.machine.cpu}, ${about.machine.cores} cores, ${about.machine.isa}; ${about.backend} backend; Node ${about.machine.node}; ${about.date.slice(0, 10)}; commit ${about.commit}`;
  byId("headline").replaceChildren(
    ...data.headline.map(([value, what]) => html("div", {}, html("b", {}, value), html("span", {}, what))),
  );
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const now = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
  });
  const versions = Object.entries(about.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  const missing = Object.entries(about.missing)
    .map(([name, why]) => `${name}: ${why}`)
    .join("; ");
  byId("how").replaceChildren(
    html(
      "p",
      {},
      `Medians of ${about.rounds} rounds in which all sides alternate, in another order each round; a side that takes over 0.6 s is timed once. Every answer was compared with the formula in float64 before it was timed. Compiler: ${about.machine.compiler}. ${versions}.${missing ? ` Not there: ${missing}.` : ""} ncnn and the newest oneDNN and XNNPACK appear by the figures of bench/newest-peers.tsv only.`,
    ),
    html("p", {}, "Repeat it: ", html("code", {}, about.command)),
  );

  const tip = byId("tip");
  const showTip = ({ target }, left, top) => {
    const content = target.dataset?.tip;
    tip.hidden = !content;
    if (!content) return;
    tip.textContent = content;
    tip.style.left = `${Math.min(left + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(top + 14, innerHeight - tip.offsetHeight - 8)}px`;
  };
  document.addEventListener("pointermove", (event) => showTip(event, event.clientX, event.clientY));
  document.addEventListener("focusin", (event) => {
    const box = event.target.getBoundingClientRect();
    showTip(event, box.right, box.bottom);
  });

  draw();
  Plots.growthPanels();
})();
