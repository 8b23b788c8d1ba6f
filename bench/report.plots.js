// Runs inside the report: one function a plot, each drawing what is chosen.
globalThis.Plots = (() => {
  const { el, linear, log, logTicks, short, svg, line, text, path, frame } = Charts;
  const { data, byId, kinds, peers, kindColour, peerColour, percent, times, micro, state, shown, html } = Page;
  const { ceilings, growth } = data;

  function roofline() {
    const rows = shown();
    const roof = ceilings[state.threads];
    const [width, height, left, right, top, bottom] = [1060, 440, 52, 1040, 26, 392];
    const intensities = rows.map(({ intensity }) => intensity);
    const speeds = rows.map(({ on }) => on[state.threads].gflops);
    const fromX = Math.min(0.3, ...intensities) / 1.3;
    const toX = Math.max(200, ...intensities) * 1.3;
    const fromY = Math.min(4, ...speeds) / 1.3;
    const toY = Math.max(roof?.gflops ?? 0, ...speeds) * 1.8;
    const [x, y] = [log(fromX, toX, left, right), log(fromY, toY, bottom, top)];
    const root = svg(width, height, "Roofline: speed against arithmetic intensity");
    frame(root, {
      left,
      right,
      top,
      bottom,
      x,
      y,
      xTicks: logTicks(fromX, toX),
      yTicks: logTicks(fromY, toY),
      xTitle: "FLOP a byte",
      yTitle: "GFLOP/s",
    });
    if (roof) {
      root.append(line(x(roof.gflops / roof.copies[0].GBs), y(roof.gflops), right, y(roof.gflops), "roof"));
      root.append(
        text(right, y(roof.gflops) + 16, `multiply-adds, ${roof.gflops.toFixed(0)} GFLOP/s`, {
          "text-anchor": "end",
          class: "name",
        }),
      );
      roof.copies.forEach(({ bytes, GBs }, i) => {
        const knee = Math.max(fromX, roof.gflops / GBs);
        const start = Math.max(fromX, fromY / GBs);
        root.append(
          path(
            [
              [x(start), y(start * GBs)],
              [x(knee), y(roof.gflops)],
            ],
            { class: "copy", "stroke-dasharray": ["none", "6 4", "2 3"][i] },
          ),
        );
        const size = bytes < 1 << 20 ? `${bytes >> 10} KiB` : `${bytes >> 20} MiB`;
        const at = start * [1.12, 1.12, 1.4][i];
        const aside = i === 1 ? 16 : -6; // the first two lie close together
        const slope = (-Math.atan2(y(start * GBs) - y(knee * GBs), x(knee) - x(start)) * 180) / Math.PI;
        root.append(
          text(x(at), y(at * GBs) + aside, `copy ${size}, ${GBs.toFixed(0)} GB/s`, {
            transform: `rotate(${slope.toFixed(1)} ${x(at).toFixed(1)} ${(y(at * GBs) + aside).toFixed(1)})`,
          }),
        );
      });
    }
    for (const layer of rows) {
      const { gflops, us, share } = layer.on[state.threads];
      const tip = `${layer.name}\n${gflops.toFixed(1)} GFLOP/s, ${micro(us)} µs, ${percent(share)} of the limit\n${layer.kernel}`;
      root.append(
        el("circle", {
          cx: x(layer.intensity),
          cy: y(gflops),
          r: 5.5,
          fill: kindColour(layer.kind),
          class: "point",
          tip,
        }),
      );
    }
    let at = left + 14;
    for (const kind of kinds.filter((name) => rows.some((row) => row.kind === name))) {
      root.append(
        el("circle", { cx: at, cy: top + 10, r: 5, fill: kindColour(kind) }),
        text(at + 10, top + 14, kind, { class: "name" }),
      );
      at += 24 + 7.2 * kind.length + 14;
    }
    byId("roofline").replaceChildren(root);
  }

  function shares() {
    const rows = shown();
    const [row, top, left, right] = [21, 24, 190, 945];
    const height = top + row * rows.length + 8;
    const most = Math.max(1, ...rows.map(({ on }) => on[state.threads].share ?? 0));
    const x = linear(0, most, left, right);
    const root = svg(1060, height, "Share of the limit of each layer");
    for (let tick = 0; tick <= most + 0.001; tick += most > 1.6 ? 0.5 : 0.25) {
      root.append(
        line(x(tick), top - 6, x(tick), height - 8, tick === 1 ? "one" : "grid"),
        text(x(tick), top - 10, percent(tick), { "text-anchor": "middle" }),
      );
    }
    const goals = Object.fromEntries(
      data.roofline.filter(({ mode }) => mode === "NCHW").map(({ name, goal }) => [name, goal]),
    );
    rows.forEach((layer, i) => {
      const y = top + row * i;
      const { share, us } = layer.on[state.threads];
      const goal = state.threads === 1 ? goals[layer.name] : undefined;
      const newest = data.newest[layer.name]?.any;
      const theirs = newest?.[state.threads];
      const tip = `${layer.name}: ${percent(share)} of the limit, ${micro(us)} µs\n${layer.kernel}${goal ? `\ngoal ${percent(goal)}` : ""}${theirs ? `\nnewest peers: ${newest.who} ${percent(theirs)}` : ""}`;
      root.append(
        text(left - 10, y + 14, layer.name, { "text-anchor": "end", class: "name" }),
        el("rect", { x: left, y: y + 4, width: right - left, height: row - 8, rx: 3, class: "track" }),
        el("rect", {
          x: left,
          y: y + 4,
          width: Math.max(1, x(share ?? 0) - left),
          height: row - 8,
          rx: 3,
          fill: kindColour(layer.kind),
          class: "bar",
          tip,
        }),
        text(right + 10, y + 14, percent(share), { class: "name" }),
        text(right + 56, y + 14, `${micro(us)} µs`),
      );
      if (goal) root.append(line(x(Math.min(goal, most)), y + 1, x(Math.min(goal, most)), y + row - 1, "goal"));
      if (theirs && theirs <= most)
        root.append(
          el("rect", {
            x: x(theirs) - 4,
            y: y + row / 2 - 4,
            width: 8,
            height: 8,
            transform: `rotate(45 ${x(theirs)} ${y + row / 2})`,
            class: "newest",
          }),
        );
    });
    byId("shares").replaceChildren(root);
  }

  function against() {
    const rows = shown().filter(({ on }) => Object.keys(on[state.threads].peers).length > 0);
    const [row, top, left, right] = [21, 24, 190, 945];
    const all = rows.flatMap(({ on }) => Object.values(on[state.threads].peers));
    byId("legend").replaceChildren(
      ...peers
        .filter((name) => rows.some(({ on }) => on[state.threads].peers[name]))
        .map((name) => {
          const mark = html("i");
          mark.style.borderColor = peerColour(name);
          if (data.sides[name] === "plain") mark.style.background = peerColour(name);
          return html("span", {}, mark, name);
        }),
    );
    if (all.length === 0) return byId("peers").replaceChildren(html("p", {}, "No peer was measured in this run."));
    const from = Math.min(0.8, ...all) / 1.05;
    const to = Math.min(1000, Math.max(2, ...all) * 1.1);
    const x = log(from, to, left, right);
    const height = top + row * rows.length + 8;
    const root = svg(1060, height, "Time of each peer over ours");
    root.append(el("rect", { x: left, y: top - 4, width: x(1) - left, height: height - top - 4, class: "lost" }));
    for (const tick of logTicks(from, to, to / from > 100))
      root.append(
        line(x(tick), top - 6, x(tick), height - 8, "grid"),
        text(x(tick), top - 10, `${short(tick)}x`, { "text-anchor": "middle" }),
      );
    root.append(line(x(1), top - 6, x(1), height - 8, "one"));
    rows.forEach((layer, i) => {
      const y = top + row * i + row / 2;
      const { peers: ratios, any } = layer.on[state.threads];
      root.append(
        text(left - 10, y + 4, layer.name, { "text-anchor": "end", class: "name" }),
        line(left, y, right, y, "grid"),
      );
      const values = Object.entries(ratios).sort((a, b) => b[1] - a[1]);
      for (const [name, value] of values) {
        const fill = data.sides[name] === "plain" ? peerColour(name) : "var(--card)";
        root.append(
          el("circle", {
            cx: x(Math.min(value, to)),
            cy: y,
            r: 4.5,
            fill,
            stroke: peerColour(name),
            "stroke-width": 2,
            class: "peer",
            tip: `${layer.name}: ${name} takes ${times(value)} our time`,
          }),
        );
      }
      root.append(text(right + 10, y + 4, times(any.ratio), { style: any.ratio < 1 ? "fill: var(--bad)" : "" }));
    });
    byId("peers").replaceChildren(root);
  }

  function growthPanels() {
    byId("growth-section").hidden = !growth;
    byId("odd-section").hidden = !growth;
    if (!growth) return;
    const panels = growth.series.map(({ name, axis, points }) => {
      const [left, right, top, bottom] = [44, 350, 16, 176];
      const work = points.map(({ flop }) => flop / 2);
      const high = Math.max(1, ...points.flatMap(({ share }) => Object.values(share).map((value) => value ?? 0)));
      const x = log(Math.min(1e4, ...work), Math.max(1e9, ...work), left, right);
      const y = linear(0, high, bottom, top);
      const root = svg(360, 220, `Share of the limit against ${axis}, ${name}`);
      frame(root, {
        left,
        right,
        top,
        bottom,
        x,
        y,
        xTicks: logTicks(1e4, 1e9, true),
        yTicks: high > 1.6 ? [0, 1, 2, 3].filter((tick) => tick <= high) : [0, 0.25, 0.5, 0.75, 1],
        xTitle: `multiply-adds, growing ${axis}`,
        yLabel: percent,
      });
      data.threads.forEach((count, i) => {
        const of = points.filter(({ share }) => share[count] !== null);
        root.append(
          path(
            of.map(({ flop, share }) => [x(flop / 2), y(share[count])]),
            { fill: "none", stroke: `var(--c${i})`, "stroke-width": 2 },
          ),
        );
        for (const { value, flop, share, median } of of)
          root.append(
            el("circle", {
              cx: x(flop / 2),
              cy: y(share[count]),
              r: 4,
              fill: `var(--c${i})`,
              class: "point",
              tip: `${name}, ${axis} ${value}\n${count} thread${count > 1 ? "s" : ""}: ${percent(share[count])} of the limit, ${micro(median[count] * 1e3)} µs`,
            }),
          );
        root.append(
          el("circle", { cx: right - 66, cy: top + 8 + 15 * i, r: 4, fill: `var(--c${i})` }),
          text(right - 57, top + 12 + 15 * i, `${count} thread${count > 1 ? "s" : ""}`),
        );
      });
      return html("div", {}, html("h3", {}, name), root);
    });
    byId("growth").replaceChildren(...panels);
    byId("odd").replaceChildren(
      ...growth.odd.map(({ what, axis, value, multiple, slower }) =>
        html(
          "div",
          {},
          html("span", {}, `${what}: ${axis} ${value} against ${multiple}`),
          html("span", { class: slower > 1.05 ? "loss" : "" }, times(slower)),
        ),
      ),
    );
  }

  return { roofline, shares, against, growthPanels };
})();
