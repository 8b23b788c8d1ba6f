import { expect, test } from "vitest";
import { backendInfo } from "../../lib/index.js";

const { DEPTHWISE_BACKEND: backend, DEPTHWISE_ISA: isa, DEPTHWISE_TEST_PROJECT: project } = process.env;
const skipped = process.env["DEPTHWISE_TEST_SKIPPED"] ?? "";

if (skipped !== "") {
  test.skip(`${project} is skipped: ${skipped}`, () => {});
} else {
  test(`${project}: the forced backend is active`, () => {
    const info = backendInfo();
    expect(info.backend).toBe(backend);
    if (isa !== undefined) expect(info.isa).toBe(isa);
    expect(info.kernels.length).toBeGreaterThan(0);
  });
}
