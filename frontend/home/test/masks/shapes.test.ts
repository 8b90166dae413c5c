import { describe, expect, test } from "vitest";
import {
  boxOf, type Corner, cornerMoved, cornersAt, cornersOf, drawn, inside, isBox, PLACES_MAX, placeAt, reshaped, said, sameMasks, shifted, SMALLEST, stretched, UNIT,
  withCorner, withoutCorner,
} from "../../src/masks/shapes";
import { at, FROM, MINUTE } from "../made";

const BOX: Corner[] = [[1000, 2000], [3000, 2000], [3000, 4000], [1000, 4000]];
const MOVED: Corner[] = [[2000, 2000], [4000, 2000], [4000, 4000], [2000, 4000]];
const SHAPE: Corner[] = [[1000, 1000], [3000, 1500], [2000, 4000]];
const MOVING = { keys: [{ at: at(1), corners: BOX }, { at: at(3), corners: MOVED }] };
const STILL = { keys: [{ at: at(1), corners: BOX }], follows: false };
const when = (minute: number) => FROM + minute * MINUTE;

test("what moves is between two places in straight lines, and still before and after them", () => {
  expect(cornersAt(MOVING, when(2))[0]).toEqual([1500, 2000]);
  expect(cornersAt(MOVING, when(0))).toEqual(BOX);
  expect(cornersAt(MOVING, when(9))).toEqual(MOVED);
  expect(cornersAt(MOVING, when(1))).toEqual(BOX);
  expect(cornersAt({ keys: [] }, when(1))).toEqual([]);
});

test("a command takes what a page draws, without the page's own marks", () => {
  expect(said(drawn([MOVING]))).toEqual([MOVING]);
  expect(drawn([MOVING, STILL]).map(({ follows }) => follows)).toEqual([true, false]);
  expect(sameMasks([MOVING], said(drawn([MOVING])))).toBe(true);
  expect(sameMasks([MOVING], [STILL])).toBe(false);
  expect(sameMasks([{ keys: [{ at: "2026-11-10T07:11:00Z", corners: BOX }] }], [{ keys: [{ at: at(1), corners: BOX }] }])).toBe(true);
});

describe("a shape", () => {
  test("is moved as far as the picture reaches, and keeps its form", () => {
    expect(shifted(BOX, -5000, 9000)).toEqual([[0, 8000], [2000, 8000], [2000, 10_000], [0, 10_000]]);
  });

  test("is never smaller than what can be grabbed, never larger than the picture", () => {
    expect(boxOf(stretched(BOX, -9000, -9000))).toEqual({ left: 1000, top: 2000, right: 1000 + SMALLEST, bottom: 2000 + SMALLEST });
    expect(boxOf(stretched(BOX, 99_000, 99_000))).toEqual({ left: 0, top: 0, right: UNIT, bottom: UNIT });
    expect(boxOf(stretched(SHAPE, 500, 0))).toEqual({ left: 1000, top: 1000, right: 3500, bottom: 4000 });
  });

  test("lies in the picture wherever a corner is put", () => {
    expect(inside([-3, 10_001.4])).toEqual([0, 10_000]);
    expect(cornerMoved(SHAPE, 1, [12_000, -1], false)[1]).toEqual([10_000, 0]);
  });
});

describe("a corner of a box", () => {
  test("takes its neighbours along and does not pass the opposite one", () => {
    expect(cornerMoved(BOX, 0, [500, 500], true)).toEqual(cornersOf({ left: 500, top: 500, right: 3000, bottom: 4000 }));
    expect(cornerMoved(BOX, 0, [9000, 9000], true)).toEqual(cornersOf({ left: 3000 - SMALLEST, top: 4000 - SMALLEST, right: 3000, bottom: 4000 }));
    expect(isBox({ keys: [{ at: at(1), corners: cornerMoved(BOX, 2, [0, 0], true) }] })).toBe(true);
  });

  test("of what is no box moves alone", () => {
    expect(isBox({ keys: [{ at: at(1), corners: SHAPE }] })).toBe(false);
    expect(cornerMoved(SHAPE, 0, [0, 0], true)).not.toEqual(SHAPE);
    expect(cornerMoved(SHAPE, 0, [0, 0], false)).toEqual([[0, 0], SHAPE[1], SHAPE[2]]);
  });
});

describe("a place in time", () => {
  const follows = { ...MOVING, follows: true };

  test("of a mask that stays is its only one; of one that follows the one of that picture, or a new one in order", () => {
    expect(reshaped(STILL, when(5), MOVED)?.keys).toEqual([{ at: at(1), corners: MOVED }]);
    expect(reshaped(follows, when(1) + 50, MOVED)?.keys.map(({ corners }) => corners)).toEqual([MOVED, MOVED]);
    expect(reshaped(follows, when(2), BOX)?.keys.map(({ at: time }) => time)).toEqual([at(1), at(2), at(3)]);
    expect(placeAt(follows, when(2))).toBe(-1);
  });

  test("is refused where there are as many as a manifest lists", () => {
    const full = { keys: Array.from({ length: PLACES_MAX }, (_, n) => ({ at: at(n), corners: BOX })), follows: true };
    expect(reshaped(full, when(0.5), BOX)).toBeUndefined();
    expect(reshaped(full, when(1), MOVED)).toBeDefined();
  });

  test("has a corner more or less in all places", () => {
    const more = withCorner(follows, 3);
    expect(more.keys.map(({ corners }) => corners[4])).toEqual([[1000, 3000], [2000, 3000]]);
    expect(withoutCorner(more, 4).keys).toEqual(MOVING.keys);
  });
});
