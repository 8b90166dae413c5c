import { describe, expect, test } from "vitest";
import { directionOf } from "../../src/map/compass";
import { Frame, rule } from "../../src/map/frame";
import type { Point } from "../../src/api/model";
import { keyed as pushKey, pushed } from "../../src/map/pan";
import { dragged, handlesOf, headingOf, keyed, type Placed } from "../../src/map/placement";
import { namesOf, upright } from "../../src/map/street_names";
import { meet, readTown, type Shape, type Town } from "../../src/map/town";

const HERE: Point = [341_335_000, -843_135_000];
const FRAME = new Frame(HERE, 400, 400, 4); // 100 m wide
const METER = 1 / 0.0111195; // in 10^-7 degree of latitude
const CAMERA: Placed = {
  camera_id: "one", placing: "outdoor", eligible: true, position: HERE, heading_deg: 0, field_of_view_deg: 90, range_m: 30,
  recording: "events", on_battery: false, record_also: false, also_told_by: [],
};

/** A street by its pixels in the frame. */
function street(name: string | null, ...pixels: [number, number][]): Shape {
  const lines = [pixels.map(([x, y]) => FRAME.point({ x, y }))];
  return { kind: "street", name, lines, box: { south: 0, west: 0, north: 0, east: 0 } };
}

const names = (shapes: Shape[], labels: Town["labels"] = []) => namesOf({ credit: null, shapes, labels }, shapes, FRAME);

test("a pack's lines are steps from point to point", () => {
  const text = JSON.stringify({ credit: null, labels: [], shapes: [{ kind: "water", name: "Pond", lines: [[10, 20, 5, -5, -20, 0]] }] });
  const [pond] = readTown(text).shapes;
  expect(pond?.lines).toEqual([[[10, 20], [15, 15], [-5, 15]]]);
  expect(pond?.box).toEqual({ south: -5, west: 15, north: 15, east: 20 });
  expect(() => readTown("[")).toThrow();
});

test("boxes meet where they touch", () => {
  const box = { south: 0, west: 0, north: 10, east: 10 };
  expect(meet(box, { south: 10, west: 10, north: 12, east: 12 })).toBe(true);
  expect(meet(box, { south: 11, west: 0, north: 12, east: 5 })).toBe(false);
  expect(meet(box, { south: 0, west: 11, north: 5, east: 12 })).toBe(false);
});

test("a frame's pixels and places are each other's", () => {
  const at = { x: 13, y: 377 };
  const back = FRAME.pixel(FRAME.point(at));
  expect(back.x).toBeCloseTo(at.x, 1);
  expect(back.y).toBeCloseTo(at.y, 1);
  expect(rule(FRAME)).toEqual({ meters: 20, pixels: 80 });
  expect(rule(new Frame(HERE, 400, 400, 50)).meters).toBe(2);
});

test("eight directions have names, and north has two halves", () => {
  expect([0, 22, 23, 180, 337, 338, 359].map(directionOf)).toEqual(
    ["toward_north", "toward_north", "toward_north_east", "toward_south", "toward_north_west", "toward_north", "toward_north"]);
});

test("a step has a direction", () => {
  expect([[0, -1], [1, 0], [0, 1], [-1, 0]].map(([x, y]) => headingOf(x ?? 0, y ?? 0))).toEqual([0, 90, 180, 270]);
});

describe("the handles of a camera", () => {
  test("lie at it, at the end of its view and at its side", () => {
    const { place, tip, edge } = handlesOf(FRAME, CAMERA);
    expect([place, tip]).toEqual([{ x: 200, y: 200 }, { x: 200, y: 80 }]);
    expect(edge.x).toBeCloseTo(200 + 120 * Math.SQRT1_2);
    expect(edge.y).toBeCloseTo(200 - 120 * Math.SQRT1_2);
  });

  test("are never so near that one covers another, nor outside of the picture", () => {
    for (const range_m of [5, 30, 100]) {
      for (const field_of_view_deg of [10, 90, 180, 360]) {
        for (const scale of [0.5, 4, 18]) {
          const frame = new Frame(HERE, 324, 324, scale);
          const { place, tip, edge } = handlesOf(frame, { ...CAMERA, range_m, field_of_view_deg });
          for (const [one, other] of [[place, tip], [place, edge], [tip, edge]] as const) {
            expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(44);
          }
          expect([place, tip, edge].every((at) => frame.holds(at))).toBe(true);
        }
      }
    }
  });

  test("move it by what the pointer moves: where they are grabbed is of no matter", () => {
    const moved = dragged("place", FRAME, CAMERA, { x: 205, y: 190 }, { x: 245, y: 190 });
    expect((moved.position?.[1] ?? 0) - HERE[1]).toBeCloseTo((10 * METER) / Math.cos((34.1335 * Math.PI) / 180), -2);
    expect(moved.position?.[0]).toBe(HERE[0]);
    const near = { ...CAMERA, range_m: 5 }; // its end is drawn farther away than it is
    expect(dragged("tip", FRAME, near, { x: 200, y: 148 }, { x: 200, y: 148 })).toEqual({ heading_deg: 0, range_m: 5 });
    expect(dragged("tip", FRAME, near, { x: 200, y: 148 }, { x: 200, y: 128 })).toEqual({ heading_deg: 0, range_m: 10 });
  });

  test("turn it the shorter way round, and widen it by both sides", () => {
    expect(dragged("tip", FRAME, CAMERA, { x: 200, y: 80 }, { x: 80, y: 200 })).toEqual({ heading_deg: 270, range_m: 30 });
    expect(dragged("tip", FRAME, { ...CAMERA, heading_deg: 350 }, { x: 180, y: 80 }, { x: 220, y: 80 }).heading_deg).toBe(9);
    expect(dragged("edge", FRAME, CAMERA, { x: 285, y: 115 }, { x: 320, y: 200 }).field_of_view_deg).toBe(180);
    expect(dragged("edge", FRAME, CAMERA, { x: 285, y: 115 }, { x: 199, y: 80 }).field_of_view_deg).toBe(10);
  });

  test("obey the arrow keys, and no other key", () => {
    expect(keyed("tip", FRAME, CAMERA, "ArrowLeft", false)).toEqual({ heading_deg: 359 });
    expect(keyed("tip", FRAME, CAMERA, "ArrowUp", true)).toEqual({ range_m: 35 });
    expect(keyed("tip", FRAME, { ...CAMERA, range_m: 100 }, "ArrowUp", false)).toEqual({ range_m: 100 });
    expect(keyed("edge", FRAME, CAMERA, "ArrowDown", true)).toEqual({ field_of_view_deg: 80 });
    expect(keyed("place", FRAME, CAMERA, "ArrowUp", false)?.position?.[0]).toBe(HERE[0] + Math.round(METER / 2));
    for (const key of ["Enter", "a", "toString", "constructor"]) expect(keyed("place", FRAME, CAMERA, key, false)).toBeUndefined();
  });
});

describe("names of streets", () => {
  test("stand along their street, in the middle of what is seen of it, and never on their head", () => {
    const [name] = names([street("Sorrel Run", [900, 200], [-500, 200])]);
    expect(name).toMatchObject({ text: "Sorrel Run", angle_deg: 0 });
    expect(name?.at.x).toBeCloseTo(200, 0);
    expect([upright(135), upright(-135), upright(90), upright(-90)]).toEqual([-45, 45, 90, -90]);
    expect(names([street("Paddock Ln", [100, 390], [100, 10])])[0]?.angle_deg).toBe(-90);
  });

  test("stand along many short steps that go the same way, and not where a street turns", () => {
    const steps = Array.from({ length: 9 }, (_, index): [number, number] => [40 + index * 20, 300]);
    expect(names([street("Heritage Walk", ...steps)])).toHaveLength(1);
    const turning = steps.map(([x], index): [number, number] => [x, index % 2 ? 300 : 260]);
    expect(names([street("Heritage Walk", ...turning)])).toHaveLength(0);
  });

  test("are left out where they have no room, no name, or another name stands", () => {
    expect(names([street("Birmingham Highway", [10, 50], [60, 50])])).toHaveLength(0);
    expect(names([street(null, [10, 50], [390, 50])])).toHaveLength(0);
    expect(names([street("Elsewhere", [900, 900], [990, 990]), street("Edge", [5, 5], [5, 300])])).toHaveLength(0);
    const two = names([street("Long Street", [10, 100], [390, 100]), street("Near It", [100, 105], [300, 105])]);
    expect(two.map(({ text }) => text)).toEqual(["Long Street"]);
  });

  test("come after places, once each, and only so many", () => {
    const label = { name: "Chicken Creek", at: FRAME.point({ x: 200, y: 50 }), angle_deg: 80 };
    const shapes = [street("Sorrel Run", [10, 200], [390, 200]), street("Sorrel Run", [10, 300], [390, 300])];
    expect(names(shapes, [label, { ...label, at: FRAME.point({ x: 900, y: 50 }) }]).map(({ text }) => text)).toEqual(["Chicken Creek", "Sorrel Run"]);
    const many = Array.from({ length: 60 }, (_, index) => ({ name: `P${index}`, at: FRAME.point({ x: 20 + (index % 8) * 48, y: 20 + Math.floor(index / 8) * 48 }), angle_deg: 0 }));
    expect(names([], many)).toHaveLength(24);
  });
});

describe("a map's picture that is pushed", () => {
  const plain = ([lat, lon]: Point) => [Math.round((lat - HERE[0]) / METER), Math.round(((lon - HERE[1]) / METER) * Math.cos((34.1335 * Math.PI) / 180))];

  test("has its middle moved the other way, by what the hand did", () => {
    expect(plain(pushed(FRAME, FRAME, 40, 0))).toEqual([0, -10]);
    expect(plain(pushed(FRAME, FRAME, 0, 40))).toEqual([10, 0]);
    const closer = new Frame(HERE, 400, 400, 8);
    expect(plain(pushed(closer, FRAME, 40, 0))).toEqual([0, -5]);
  });

  test("goes no farther than three pictures from where it began", () => {
    expect(plain(pushed(FRAME, FRAME, -9999, 9999))).toEqual([300, 300]);
  });

  test("follows the arrow keys, and no other", () => {
    expect(pushKey(FRAME, "ArrowRight", false)).toEqual([-60, 0]);
    expect(pushKey(FRAME, "ArrowUp", true)).toEqual([0, 200]);
    for (const key of ["a", "toString", "Home"]) expect(pushKey(FRAME, key, false)).toBeUndefined();
  });
});
