// The doctor's report: what it says, and the exit code that scripts go by.
import { expect, test, vi } from "vitest";
import { examine, exitCodeOf, printed, type Report } from "../../lib/doctor.js";
import { selfTest } from "../../lib/self-test.js";

const report: Report = {
  version: "1.2.3",
  node: "v20.19.0",
  system: "linux-x64",
  backend: "native",
  binary: "/opt/depthwise.node",
  isa: "avx2",
  isas: ["avx2", "scalar"],
  compiledIsas: ["avx512", "avx2", "scalar"],
  threads: 1,
  cpus: { affinity: 8, quota: 1.5 },
  environment: {},
  passedOver: [{ path: "local build", exists: false, reason: "there is no such file" }],
  selfTest: { problems: 10, failures: [] },
};

test("the self-test passes on the backend in use, and the report is that of this process", async () => {
  expect(await selfTest()).toEqual({ problems: 10, failures: [] });
  const found = await examine();
  expect(found.backend).toBe(process.env["DEPTHWISE_BACKEND"] ?? found.backend);
  expect(found.system).toBe(`${process.platform}-${process.arch}`);
  expect(found.cpus === null).toBe(found.backend === "js");
  expect(found.cpus?.affinity ?? 1).toBeGreaterThanOrEqual(1);
});

test("a kernel that is wrong is found and named", async () => {
  vi.resetModules();
  vi.doMock("../../lib/functional.js", async (original) => {
    const real = await original<typeof import("../../lib/functional.js")>();
    const off: typeof real.conv2d = (...args) => {
      const y = real.conv2d(...args);
      y.data[y.data.length - 1]! += 0.01;
      return y;
    };
    return { ...real, conv2d: off };
  });
  const { selfTest: broken } = await import("../../lib/self-test.js");
  const { failures } = await broken();
  vi.doUnmock("../../lib/functional.js");
  expect(failures.length).toBeGreaterThan(5);
  expect(failures[0]).toMatch(/^depthwise 3x3: output \[15, 18, 18\] is /);
});

test("each fact has a line", () => {
  const text = printed(report);
  for (const part of [
    "1.2.3, Node v20.19.0, linux-x64",
    "native, /opt/depthwise.node",
    "local build: there is no such file",
    "avx2; this CPU has avx2 scalar of avx512 avx2 scalar",
    "1: 8 by affinity, a quota of 1.5 of the cgroup",
    "10 problems, 0 wrong",
  ])
    expect(text).toContain(part);
});

test("the exit code says whether a binary serves and is right", () => {
  expect(exitCodeOf(report)).toBe(0);
  expect(exitCodeOf({ ...report, selfTest: { problems: 10, failures: ["dense 3x3: wrong"] } })).toBe(1);
  expect(exitCodeOf({ ...report, backend: "js" })).toBe(2);
  expect(exitCodeOf({ ...report, backend: "js", environment: { DEPTHWISE_BACKEND: "js" } })).toBe(0);
});
