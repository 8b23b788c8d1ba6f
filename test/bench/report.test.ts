// The page of a result, as a person sees it: in a browser, clicked, light and dark, and without a word to the network.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPage } from "../../bench/report.mjs";
import { Browser, findChromium } from "./browser.js";
import { exampleResult } from "./example-result.js";

const chromium = findChromium();
const result = exampleResult();

test("the page stands alone and has every layer", () => {
  const page = reportPage(result);
  expect(page).not.toMatch(/\{\{\w+\}\}/);
  expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:\/\//);
  for (const { name } of result.layers) expect(page).toContain(name);
});

/** The mean brightness of a picture, 0 to 255. */
function brightness(png: Buffer): number {
  const { data } = PNG.sync.read(png);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4)
    sum += (data[i] as number) + (data[i + 1] as number) + (data[i + 2] as number);
  return sum / (data.length / 4) / 3;
}

describe.skipIf(chromium === null)(`in a browser${chromium === null ? " (no Chromium here)" : ""}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "depthwise-report-"));
  const path = join(folder, "report.html");
  const url = pathToFileURL(path).href;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(path, reportPage(result));
    browser = new Browser(chromium as string);
    await browser.open(url, { width: 1200, height: 1600 });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const count = (selector: string) => browser.evaluate<number>(`document.querySelectorAll("${selector}").length`);
  const shown = () => browser.evaluate<string>("document.documentElement.dataset.drawn");

  test("draws every layer", async () => {
    const all = result.layers.length;
    expect(await shown()).toBe(String(all));
    expect(await count("#shares .bar")).toBe(all);
    expect(await count("#roofline .point")).toBe(all);
    expect(await count("#figures tr")).toBe(all + 1);
    expect(await count("#goals tr")).toBeGreaterThan(10);
    expect(await count("#growth svg")).toBe(1);
  });

  test("filters by family and by threads", async () => {
    const grouped = (result.layers as unknown as { kind: string }[]).filter(({ kind }) => kind === "grouped").length;
    await browser.click("#families button", "grouped");
    expect(await shown()).toBe(String(grouped));
    expect(await count("#peers .peer")).toBe(4 * grouped);
    const before = await browser.evaluate<string>("document.querySelector('#figures td:nth-child(2)').textContent");
    await browser.click("#threads button", "2 threads");
    const after = await browser.evaluate<string>("document.querySelector('#figures td:nth-child(2)').textContent");
    expect(after).not.toBe(before);
    await browser.click("#families button", "all");
    await browser.click("#threads button", "1 thread");
    expect(await shown()).toBe(String(result.layers.length));
  });

  test("explains what is pointed at", async () => {
    const tip = await browser.evaluate<string>(
      "(() => { document.querySelector('#shares .bar').dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: 400, clientY: 400 })); return document.getElementById('tip').textContent; })()",
    );
    expect(tip).toContain(result.layers[0]?.name);
    expect(tip).toMatch(/of the limit/);
  });

  test("fits the window, light and dark", async () => {
    const pictures: Record<string, number> = {};
    const kept = fileURLToPath(new URL("../../out/", import.meta.url));
    mkdirSync(kept, { recursive: true });
    await browser.evaluate("scrollTo(0, 0)");
    for (const scheme of ["light", "dark"]) {
      await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      const picture = await browser.screenshot();
      writeFileSync(`${kept}report-${scheme}.png`, picture);
      pictures[scheme] = brightness(picture);
    }
    expect(pictures["light"]).toBeGreaterThan(200);
    expect(pictures["dark"]).toBeLessThan(60);
    // The button turns it over, whatever the system prefers.
    await browser.click("button", "light / dark");
    expect(brightness(await browser.screenshot())).toBeGreaterThan(200);
    for (const width of [1200, 700]) {
      await browser.send("Emulation.setDeviceMetricsOverride", {
        width,
        height: 900,
        deviceScaleFactor: 1,
        mobile: false,
      });
      expect(await browser.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  test("says nothing to the console and asks the network for nothing", () => {
    expect(browser.complaints(url)).toEqual([]);
  });
});
