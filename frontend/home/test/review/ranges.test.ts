import { describe, expect, test } from "vitest";
import { added, bounds, type Parts, PARTS_MAX, removed, replaced, sameRanges, trimmed } from "../../src/review/ranges";
import { at, FROM, item, MINUTE, minutes, part, request } from "../made";

const LIMITS = part(0, 90);
const TWO: Parts = { ranges: [part(10, 20), part(40, 50)], active: 0 };
const when = (minute: number) => FROM + minute * MINUTE;

test("what can be chosen is what is recorded inside the time asked for", () => {
  expect(minutes([bounds(request(), item({ footage_from: at(-5), footage_until: at(30) }))])).toEqual([[0, 30]]);
  expect(minutes([bounds(request(), item({ footage_from: null, footage_until: null }))])).toEqual([[0, 90]]);
});

describe("an end that is moved", () => {
  test("stops at the neighbour, at what is recorded, and a second before the other end", () => {
    expect(minutes(trimmed(TWO, "until", when(60), LIMITS).ranges)).toEqual([[10, 40], [40, 50]]);
    expect(minutes(trimmed(TWO, "from", when(-9), LIMITS).ranges)).toEqual([[0, 20], [40, 50]]);
    expect(minutes(trimmed({ ...TWO, active: 1 }, "until", when(99), LIMITS).ranges)).toEqual([[10, 20], [40, 90]]);
    const [first] = trimmed(TWO, "from", when(30), LIMITS).ranges;
    expect(first && first.until.getTime() - first.from.getTime()).toBe(1000);
  });

  test("of a part that is not there moves nothing", () => {
    expect(trimmed({ ...TWO, active: 7 }, "from", when(1), LIMITS).ranges).toBe(TWO.ranges);
  });
});

describe("one part more", () => {
  test("comes into the middle of the longest recorded time that is not chosen, and is the one that is trimmed", () => {
    const gaps = [{ from: at(55), until: at(85) }];
    const parts = added(TWO.ranges, gaps, LIMITS);
    expect(parts && minutes(parts.ranges)).toEqual([[10, 20], [29.5, 30.5], [40, 50]]);
    expect(parts?.active).toBe(1);
  });

  test("is as short as the room, and there is none where no second is left or there are as many as a clip can have", () => {
    const parts = added([part(0, 89.9)], [], LIMITS);
    expect(parts && minutes(parts.ranges)[1]).toEqual([89.9, 90]);
    expect(added([part(0, 90)], [], LIMITS)).toBeUndefined();
    expect(added([], [{ from: at(0), until: at(90) }], LIMITS)).toBeUndefined();
    expect(added(Array.from({ length: PARTS_MAX }, (_, n) => part(n, n + 0.5)), [], LIMITS)).toBeUndefined();
  });
});

describe("a part at another time", () => {
  test("leaves to the others what is theirs", () => {
    expect(minutes(replaced(TWO, part(35, 45), LIMITS).ranges)).toEqual([[35, 40], [40, 50]]);
  });

  test("that lies wholly on another chooses that", () => {
    expect(replaced(TWO, part(42, 44), LIMITS)).toEqual({ ranges: TWO.ranges, active: 1 });
  });

  test("outside of all that is recorded changes nothing", () => {
    expect(replaced(TWO, part(100, 110), LIMITS)).toEqual(TWO);
  });
});

test("after a part is taken out the one before it is trimmed", () => {
  expect(removed({ ...TWO, active: 1 }, 1)).toEqual({ ranges: [TWO.ranges[0]], active: 0 });
  expect(removed(TWO, 0)).toEqual({ ranges: [TWO.ranges[1]], active: 0 });
});

test("a clip is what was chosen to the millisecond, in number and order", () => {
  const cut = TWO.ranges.map(({ from, until }) => ({ from: from.toISOString(), until: until.toISOString() }));
  expect(sameRanges(TWO.ranges, cut)).toBe(true);
  expect(sameRanges(TWO.ranges, cut.slice(1))).toBe(false);
  expect(sameRanges([part(10, 20), part(40, 50.0001)], cut)).toBe(false);
});

test("whatever is done to parts, they stay in order, apart, inside what is recorded and a second long", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  let parts: Parts = { ranges: [part(30, 31)], active: 0 };
  for (let turn = 0; turn < 500; turn += 1) {
    const time = FROM + random(100 * MINUTE) - 5 * MINUTE;
    const wanted = { from: new Date(time), until: new Date(time + random(9 * MINUTE)) };
    const [one, end] = [random(parts.ranges.length), random(2) ? "from" : "until"] as const;
    const act = random(5);
    if (act === 0) parts = added(parts.ranges, [{ from: at(60), until: at(70) }], LIMITS) ?? parts;
    else if (act === 1 && parts.ranges.length > 1) parts = removed(parts, one);
    else if (act === 2) parts = replaced(parts, wanted, LIMITS);
    else parts = trimmed({ ...parts, active: one }, end, time, LIMITS);
    const spans = minutes(parts.ranges);
    const inOrder = spans.every(([from, until], index) => from >= (spans[index - 1]?.[1] ?? 0) && (until - from) * MINUTE > 999.9 && until <= 90);
    expect(inOrder, `${act} of ${JSON.stringify(spans)}`).toBe(true);
    expect(parts.ranges[parts.active]).toBeDefined();
  }
});
