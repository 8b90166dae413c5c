import { expect, test } from "vitest";
import { endOf } from "../../src/share/state/ended";

const said = (state: string, withdrawn_at: string | null = null): string | undefined => endOf({ state, withdrawn_at }, "America/New_York")?.name;

test("a share that nobody watches any more says why, and one that can be watched says nothing", () => {
  expect([said("received"), said("accepted")]).toEqual([undefined, undefined]);
  expect(said("withdrawn", "2026-11-10T08:04:17Z")).toMatch(/^Its owner took it back on .*EST.*UTC/);
  expect(said("withdrawn")).toBe("Its owner took it back.");
  expect(said("removed")).toBe("Two people decided to delete it.");
  expect(said("deleted")).toBe("It was deleted.");
});
