// Chromium without a library: the DevTools protocol over a pipe (file descriptors 3 and 4, messages end with a zero byte).
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The command of a Chromium, or null. */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM"];
  return [...(named ? [named] : []), ...NAMES].find((name) => !spawnSync(name, ["--version"]).error) ?? null;
}

type Message = { id?: number; method?: string; params?: Record<string, unknown>; result?: unknown; error?: unknown };

export class Browser {
  readonly #process: ChildProcess;
  readonly #profile = mkdtempSync(join(tmpdir(), "depthwise-chromium-"));
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #events: { method: string; params: Record<string, unknown> }[] = [];
  #next = 0;
  #session: string | undefined;

  constructor(command: string) {
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
    const args = [
      ...flags,
      "--no-first-run",
      `--user-data-dir=${this.#profile}`,
      "--remote-debugging-pipe",
      "about:blank",
    ];
    this.#process = spawn(command, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    let text = "";
    const from = this.#process.stdio[4] as Readable;
    from.setEncoding("utf8").on("data", (chunk: string) => {
      const parts = (text + chunk).split("\0");
      text = parts.pop() ?? "";
      for (const part of parts) this.#receive(JSON.parse(part) as Message);
    });
    this.#process.on("exit", () => {
      for (const { reject } of this.#pending.values()) reject(new Error("Chromium ended"));
    });
  }

  #receive({ id, method, params = {}, result, error }: Message): void {
    if (id === undefined) {
      this.#events.push({ method: method ?? "", params });
      return;
    }
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) waiting?.reject(new Error(JSON.stringify(error)));
    else waiting?.resolve(result);
  }

  send<T>(method: string, params: object = {}): Promise<T> {
    const id = ++this.#next;
    const message = { id, method, params, ...(this.#session ? { sessionId: this.#session } : {}) };
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Opens a page of its own, with everything it does in `events`, and waits until it has loaded. */
  async open(url: string, size: { width: number; height: number }): Promise<void> {
    const { targetId } = await this.send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
    const attached = await this.send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    this.#session = attached.sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.send(`${domain}.enable`);
    await this.send("Emulation.setDeviceMetricsOverride", { ...size, deviceScaleFactor: 1, mobile: false });
    await this.send("Page.navigate", { url });
    const isLoaded = () => this.evaluate<boolean>("document.readyState === 'complete'").catch(() => false);
    for (let i = 0; i < 200 && !(await isLoaded()); ++i) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async evaluate<T>(expression: string): Promise<T> {
    type Answer = { result: { value: T }; exceptionDetails?: { text: string; exception?: { description?: string } } };
    const { result, exceptionDetails: thrown } = await this.send<Answer>("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (thrown) throw new Error(thrown.exception?.description ?? thrown.text);
    return result.value;
  }

  /** A real click at the middle of what a selector and its text name. */
  async click(selector: string, text: string): Promise<void> {
    const find = `[...document.querySelectorAll(${JSON.stringify(selector)})].find((e) => e.textContent === ${JSON.stringify(text)})`;
    const [x, y] = await this.evaluate<[number, number]>(
      `(() => { const e = ${find}; e.scrollIntoView({ block: "center" }); const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`,
    );
    for (const type of ["mousePressed", "mouseReleased"])
      await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  }

  async screenshot(): Promise<Buffer> {
    const options = { format: "png", captureBeyondViewport: false };
    return Buffer.from((await this.send<{ data: string }>("Page.captureScreenshot", options)).data, "base64");
  }

  /** Errors of the page, and every address that it asked for beside its own and those within itself. */
  complaints(own: string): string[] {
    return this.#events.flatMap(({ method, params }) => {
      const said = JSON.stringify(params).slice(0, 300);
      if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") return [`${method}: ${said}`];
      if (method === "Runtime.consoleAPICalled" && params["type"] === "error") return [`${method}: ${said}`];
      if (method !== "Network.requestWillBeSent") return [];
      const { url } = params["request"] as { url: string };
      return url === own || url.startsWith("data:") || url === "about:blank" ? [] : [`request: ${url}`];
    });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
    // Its helpers end a little later, and write until then: a folder that was just emptied is not empty.
    for (let tries = 1; ; ++tries) {
      try {
        rmSync(this.#profile, { recursive: true, force: true });
        return;
      } catch (error) {
        if (tries === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}
