// Runs inside the report: draws the charts for the chosen family, in the colours of the theme.
(() => {
  const { about, ceilings, layers } = JSON.parse(document.getElementById("data").textContent);
  const palette = ["#0f8aa6", "#d97706", "#7c5cd6", "#3f9b57", "#c2416b", "#64748b", "#b08a00"];
  const kinds = [...new Set(layers.map((layer) => layer.kind))];
  const peers = [...new Set(layers.flatMap((layer) => Object.keys(layer.ratios)))];
  const colour = (kind) => palette[kinds.indexOf(kind) % palette.length];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let family = "all";
  let charts = [];

  const versions = Object.entries(about.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  document.getElementById("about").textContent =
    `${about.machine.cpu}, ${about.machine.isa}, ${about.threads} thread${about.threads > 1 ? "s" : ""}, Node ${about.machine.node}, ${about.date.slice(0, 10)}. ` +
    `Medians of rounds in which the sides alternate. ${versions}.`;

  function button(label, pressed, act, className = "") {
    const element = document.createElement("button");
    element.textContent = label;
    element.className = className;
    if (pressed !== null) element.setAttribute("aria-pressed", String(pressed));
    element.addEventListener("click", act);
    return element;
  }

  function drawFamilies() {
    const nav = document.getElementById("families");
    nav.replaceChildren(
      ...["all", ...kinds].map((kind) =>
        button(kind, kind === family, () => {
          family = kind;
          draw();
        }),
      ),
      button(
        "light / dark",
        null,
        () => {
          const dark = matchMedia("(prefers-color-scheme: dark)").matches;
          const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
          document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
          draw();
        },
        "end",
      ),
    );
  }

  const axis = (title, more) => ({
    title: { display: true, text: title, color: css("--soft") },
    ticks: { color: css("--soft") },
    grid: { color: css("--line") },
    ...more,
  });

  function roofline(shown) {
    const intensities = shown.map((layer) => layer.intensity);
    const low = Math.min(0.2, ...intensities) / 1.5;
    const high = Math.max(10, ...intensities) * 1.5;
    const lines = ceilings
      ? ceilings.bandwidths.map(({ bytes, GBs }, i) => ({
          type: "line",
          label: `copy at ${bytes < 1 << 20 ? `${bytes >> 10} KiB` : `${bytes >> 20} MiB`}`,
          pointRadius: 0,
          borderWidth: 1.5,
          borderDash: [[], [6, 4], [2, 3]][i],
          borderColor: css("--soft"),
          data: [low, ceilings.gflops / GBs, high]
            .sort((a, b) => a - b)
            .map((x) => ({ x, y: Math.min(ceilings.gflops, x * GBs) })),
        }))
      : [];
    const points = kinds
      .filter((kind) => shown.some((layer) => layer.kind === kind))
      .map((kind) => ({
        label: kind,
        backgroundColor: colour(kind),
        pointRadius: 5,
        pointHoverRadius: 7,
        data: shown
          .filter((layer) => layer.kind === kind)
          .map((layer) => ({ x: layer.intensity, y: layer.gflops, layer })),
      }));
    return {
      type: "scatter",
      data: { datasets: [...points, ...lines] },
      options: {
        animation: false,
        maintainAspectRatio: false,
        scales: { x: axis("FLOP a byte", { type: "logarithmic" }), y: axis("GFLOP/s", { type: "logarithmic" }) },
        plugins: {
          legend: { labels: { color: css("--ink") } },
          tooltip: {
            filter: (item) => item.raw.layer,
            callbacks: {
              label: ({ raw: { layer } }) =>
                `${layer.name}: ${layer.gflops.toFixed(1)} GFLOP/s, ${layer.us.toFixed(1)} us, ${layer.kernel}`,
            },
          },
        },
      },
    };
  }

  function bars(shown, datasets, x) {
    return {
      type: "bar",
      data: { labels: shown.map((layer) => layer.name), datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: "y",
        scales: { x, y: { ticks: { color: css("--ink"), autoSkip: false }, grid: { display: false } } },
        plugins: { legend: { display: datasets.length > 1, labels: { color: css("--ink") } } },
      },
    };
  }

  function table(shown) {
    const head = ["layer", "us", "spread", "GFLOP/s", "of limit", ...peers, "kernel"];
    const percent = (value) => (value === null ? "-" : `${(100 * value).toFixed(0)} %`);
    const rows = shown.map((layer) => [
      layer.name,
      layer.us.toFixed(1),
      percent(layer.spread),
      layer.gflops.toFixed(1),
      percent(layer.share),
      ...peers.map((peer) => (layer.ratios[peer] ? `${layer.ratios[peer].toFixed(2)}x` : "-")),
      layer.kernel,
    ]);
    const line = (cells, tag) => {
      const tr = document.createElement("tr");
      for (const cell of cells) {
        const td = document.createElement(tag);
        td.textContent = cell;
        if (/x$/.test(cell) && Number.parseFloat(cell) < 1) td.className = "loss";
        tr.append(td);
      }
      return tr;
    };
    document.getElementById("figures").replaceChildren(line(head, "th"), ...rows.map((row) => line(row, "td")));
  }

  function draw() {
    drawFamilies();
    for (const chart of charts) chart.destroy();
    const shown = layers.filter((layer) => family === "all" || layer.kind === family);
    document.getElementById("shares-box").style.height = `${60 + 22 * shown.length}px`;
    document.getElementById("ratios-box").style.height = `${80 + 14 * shown.length * Math.max(1, peers.length)}px`;
    const shares = {
      label: "share of the limit, %",
      data: shown.map((layer) => (layer.share === null ? null : 100 * layer.share)),
      backgroundColor: shown.map((layer) => colour(layer.kind)),
    };
    const ratios = peers.map((peer, i) => ({
      label: `${peer} / depthwise`,
      data: shown.map((layer) => layer.ratios[peer] ?? null),
      backgroundColor: palette[(i + 1) % palette.length],
      base: 1,
    }));
    charts = [
      new Chart(document.getElementById("roofline"), roofline(shown)),
      new Chart(
        document.getElementById("shares"),
        bars(shown, [shares], axis("% of the limit", { min: 0, suggestedMax: 100 })),
      ),
      new Chart(document.getElementById("ratios"), bars(shown, ratios, axis("times faster", { type: "logarithmic" }))),
    ];
    table(shown);
    document.documentElement.dataset.drawn = `${shown.length}`;
  }
  draw();
})();
