import { describe, expect, test } from "vitest";
import type { Area, Point } from "../../src/api/model";
import { areaSquareMiles, middleOf, Plane, wedge } from "../../src/map/plane";

const MIDDLE: Point = [341_335_000, -843_135_000];

describe("the plane", () => {
  const plane = new Plane(MIDDLE);

  test("has north up and east to the right, in meters", () => {
    const north = plane.at([MIDDLE[0] + 10_000, MIDDLE[1]]);
    expect([north.x, north.y]).toEqual([0, expect.closeTo(-111.19, 1)]);
    const east = plane.at([MIDDLE[0], MIDDLE[1] + 10_000]);
    expect([east.x, east.y]).toEqual([expect.closeTo(92.04, 1), 0]);
  });

  test("leads back to the same place to a centimeter", () => {
    for (const [dLat, dLon] of [[0, 0], [12_345, -54_321], [-99_999, 1]] as const) {
      const place: Point = [MIDDLE[0] + dLat, MIDDLE[1] + dLon];
      const back = plane.point(plane.at(place));
      expect([back[0] - place[0], back[1] - place[1]].every((off) => Math.abs(off) <= 1)).toBe(true);
    }
  });
});

describe("an area", () => {
  const square = (side: number): Area => {
    const plane = new Plane(MIDDLE);
    const corner = (x: number, y: number) => plane.point({ x: x * side, y: y * side });
    return { kind: "polygon", points: [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)] };
  };

  test("is as large as it is, whichever way round it was drawn", () => {
    const mile = square(1609.344);
    expect(areaSquareMiles(mile)).toBeCloseTo(1, 3);
    expect(areaSquareMiles({ kind: "polygon", points: mile.kind === "polygon" ? mile.points.toReversed() : [] })).toBeCloseTo(1, 3);
    expect(areaSquareMiles({ kind: "circle", center: MIDDLE, radius_m: 1609.344 })).toBeCloseTo(Math.PI, 6);
  });

  test("has its middle where its box has it, and a circle at its center", () => {
    expect(middleOf({ kind: "circle", center: MIDDLE, radius_m: 5 })).toEqual(MIDDLE);
    expect(middleOf({ kind: "polygon", points: [[0, 0], [10, 0], [10, 4], [1, 1]] })).toEqual([5, 2]);
  });
});

describe("what a camera sees", () => {
  const corners = (path: string) => path.match(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)?.map(Number) ?? [];

  test("is a wedge around its heading: north is up, east to the right", () => {
    const [eyeX, eyeY, leftX, leftY] = corners(wedge({ x: 0, y: 0 }, 0, 90, 100));
    expect([eyeX, eyeY, leftX, leftY]).toEqual([0, 0, expect.closeTo(-70.71, 1), expect.closeTo(-70.71, 1)]);
    const east = corners(wedge({ x: 0, y: 0 }, 90, 90, 100));
    expect([east[2], east[3]]).toEqual([expect.closeTo(70.71, 1), expect.closeTo(-70.71, 1)]);
  });

  test("takes the long way round when it sees more than half, and is a circle when it sees all", () => {
    expect(wedge({ x: 0, y: 0 }, 0, 181, 10)).toContain("A10 10 0 1 1");
    expect(wedge({ x: 0, y: 0 }, 0, 179, 10)).toContain("A10 10 0 0 1");
    expect(wedge({ x: 5, y: 5 }, 0, 360, 10)).toMatch(/^M-5 5a10 10/);
  });
});
