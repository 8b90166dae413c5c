import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AGAIN_MS, answered, TRIES } from "../../src/kit/retry";

const LOST = { type: "result", success: false, error: { code: 3, message: "Connection lost" } };

describe("what a page is the same without", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Asks for it; each failure is thrown once, one after the other, before there is an answer. */
  async function asking(failures: readonly unknown[], isWanted = () => true): Promise<{ found: string | undefined; asked: number; failed: number }> {
    const left = [...failures];
    const ask = vi.fn(async () => {
      if (left.length > 0) throw left.shift();
      return "pictures";
    });
    const failed = vi.fn();
    const found = answered(ask, isWanted, failed);
    await vi.advanceTimersByTimeAsync(failures.length * AGAIN_MS);
    return { found: await found, asked: ask.mock.calls.length, failed: failed.mock.calls.length };
  }

  test("is asked for again after a line that broke, however often, and after what a busy machine fails at", async () => {
    const lost = Array.from({ length: 2 * TRIES }, () => LOST);
    expect(await asking(lost)).toEqual({ found: "pictures", asked: lost.length + 1, failed: lost.length });
    expect(await asking([{ code: "stills_failed", message: "" }, new TypeError("x")])).toMatchObject({ found: "pictures", asked: 3 });
  });

  test("is given up after some tries, and at once where it is refused for good", async () => {
    const failures = Array.from({ length: TRIES + 1 }, () => ({ code: "stills_failed", message: "" }));
    expect(await asking(failures)).toEqual({ found: undefined, asked: TRIES, failed: TRIES });
    expect(await asking([{ code: "not_approver", message: "" }])).toEqual({ found: undefined, asked: 1, failed: 1 });
  });

  test("is asked for no more once it is wanted no more", async () => {
    let shown = true;
    const seen = asking([LOST, LOST, LOST], () => shown);
    shown = false;
    expect(await seen).toMatchObject({ found: undefined, asked: 1 });
  });
});
