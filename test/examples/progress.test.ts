import { expect, test } from "vitest";
import { bold, Progress } from "../../examples/photo/progress.mjs";

function stream(isTTY: boolean, depth = 8) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { written, isTTY, columns: 60, write, getColorDepth: () => depth };
}

test("progress is one line on a terminal that goes away", () => {
  const terminal = stream(true);
  const progress = new Progress(terminal);
  progress.show(1, 4, "Gaussian ".repeat(20));
  progress.clear();
  expect(terminal.written[0]).toContain("Gaussian");
  expect(terminal.written[0]?.replace("\r\x1b[K", "").length).toBeLessThan(60); // it never wraps
  expect(terminal.written.at(-1)).toBe("\r\x1b[K");
  expect(terminal.written.join("")).not.toContain("\n");
});

test("progress writes nothing into a pipe", () => {
  const pipe = stream(false);
  const progress = new Progress(pipe);
  progress.show(1, 4, "Gaussian");
  progress.clear();
  expect(pipe.written).toEqual([]);
});

test("headings are bold on a terminal only, and plain under NO_COLOR", () => {
  expect(bold(stream(true), {})("layer")).toBe("\x1b[1mlayer\x1b[22m");
  expect(bold(stream(true, 1), {})("layer")).toBe("layer");
  expect(bold(stream(false), {})("layer")).toBe("layer");
  expect(bold(stream(true), { NO_COLOR: "1" })("layer")).toBe("layer");
});
