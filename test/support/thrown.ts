import { expect } from "vitest";
import type { ErrorCode } from "../../lib/index.js";

/** What a call throws; a call that throws nothing fails the test. */
export function thrownBy(call: () => unknown): Error & { code?: string } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return expect.unreachable("nothing was thrown");
}

/** Class, code, the name in front, and every number or word that a reader needs. */
export function expectRefusal(
  call: () => unknown,
  kind: typeof TypeError | typeof RangeError,
  code: ErrorCode,
  ...mentions: (string | number)[]
): void {
  const error = thrownBy(call);
  expect(error, error.stack ?? String(error)).toBeInstanceOf(kind);
  expect(error.code, error.message).toBe(code);
  expect(error.message).toMatch(/^[a-zA-Z0-9]+: /);
  for (const mention of mentions) expect(error.message).toContain(String(mention));
}
