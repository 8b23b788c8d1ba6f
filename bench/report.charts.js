// Runs inside the report: scales and SVG elements, without knowledge of what is measured. Colours come from the style sheet.
globalThis.Charts = (() => {
  const NS = "http://www.w3.org/2000/svg";

  /** An SVG element with attributes and children; `tip` is what hovering and focus show. */
  function el(tag, { tip, ...attributes } = {}, ...children) {
    const element = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (tip) {
      element.dataset.tip = tip;
      element.setAttribute("tabindex", "0");
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  const linear = (from, to, low, high) => (value) => low + ((value - from) / (to - from)) * (high - low);
  const log = (from, to, low, high) => (value) => linear(Math.log(from), Math.log(to), low, high)(Math.log(value));

  /** 1, 2, 5 times powers of ten within [from, to]; only the powers where `few`. */
  function logTicks(from, to, few) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); ++power)
      for (const step of few ? [1] : [1, 2, 5]) {
        const value = step * 10 ** power;
        if (value >= from * 0.999 && value <= to * 1.001) ticks.push(value);
      }
    return ticks;
  }

  const short = (value) => {
    if (value >= 1e9) return `${+(value / 1e9).toPrecision(3)}G`;
    if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
    if (value >= 1e3) return `${+(value / 1e3).toPrecision(3)}k`;
    return String(+value.toPrecision(3));
  };

  function svg(width, height, label) {
    return el("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  }

  const line = (x1, y1, x2, y2, name) => el("line", { x1, y1, x2, y2, class: name });
  const text = (x, y, content, more = {}) => el("text", { x, y, ...more }, content);
  const path = (points, more) =>
    el("path", { d: points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join(""), ...more });

  /** Grid, ticks and titles of a frame with logarithmic x; y is given by its ticks. */
  function frame(
    root,
    { left, right, top, bottom, x, y, xTicks, yTicks, xTitle, yTitle, yLabel = short, xLabel = short },
  ) {
    for (const tick of xTicks) {
      root.append(line(x(tick), top, x(tick), bottom, "grid"));
      root.append(text(x(tick), bottom + 16, xLabel(tick), { "text-anchor": "middle" }));
    }
    for (const tick of yTicks) {
      root.append(line(left, y(tick), right, y(tick), "grid"));
      root.append(text(left - 7, y(tick) + 4, yLabel(tick), { "text-anchor": "end" }));
    }
    root.append(line(left, bottom, right, bottom, "axis"), line(left, top, left, bottom, "axis"));
    if (xTitle) root.append(text((left + right) / 2, bottom + 34, xTitle, { "text-anchor": "middle" }));
    if (yTitle) root.append(text(left, top - 9, yTitle, { "text-anchor": "start" }));
  }

  return { el, linear, log, logTicks, short, svg, line, text, path, frame };
})();
