import { expect, test } from "vitest";
import { Plane, point } from "../../../request/src/geometry";
import { boxOf, Ground } from "../../src/map/ground";
import type { Feature } from "../../src/map/features";
import { namesIn, type Shown } from "../../src/map/names";

const ORIGIN = point(34, -84);
const plane = new Plane(ORIGIN);
const METER = 1 / 111_195; // of latitude, in degrees
const shown = (halfM: number, metersPerPixel = 2): Shown => ({ center: { x: 0, y: 0 }, halfWidthM: halfM, halfHeightM: halfM, metersPerPixel });
const at = (eastM: number, northM: number) => [-84 + (eastM * METER) / Math.cos((34 * Math.PI) / 180), 34 + northM * METER] as const;
const street = (name: string, ...corners: (readonly [number, number])[]): Feature => ({ geometry: { type: "LineString", coordinates: corners.map(([x, y]) => at(x, y)) }, properties: { kind: "street", name } });
const label = (name: string, x: number, y: number, angle = 0): Feature => ({ geometry: { type: "Point", coordinates: at(x, y) }, properties: { kind: "label", name, angle } });
const texts = (features: readonly Feature[], view: Shown) => namesIn(features, plane, view).map(({ text }) => text);

test("a street has its name in the middle of what is seen of it, once, and never on its head", () => {
  const [name] = namesIn([street("Long Way", [5000, 0], [-5000, 0]), street("Long Way", [-400, 100], [400, 100])], plane, shown(500));
  expect(name).toMatchObject({ text: "Long Way", angleDeg: 0 });
  expect(Math.abs(name!.at.x) + Math.abs(name!.at.y)).toBeLessThan(1);
  expect(namesIn([street("Steep", [0, 400], [0, -400])], plane, shown(500))[0]?.angleDeg).toBe(90);
});

test("what is out of sight, too short for its name or over another name is not written", () => {
  expect(texts([label("Far", 900, 0), street("Off", [600, 600], [900, 900])], shown(500))).toEqual([]);
  expect(texts([street("A name that is long", [0, 0], [40, 0])], shown(500))).toEqual([]);
  expect(texts([label("First", 0, 0), label("Second", 10, 5), label("Third", 0, 300)], shown(500))).toEqual(["First", "Third"]);
  expect(texts([label("First", 0, 0), label("Second", 10, 5)], shown(50, 0.1))).toEqual(["First", "Second"]); // closer, there is room
});

test("a small map is handed what reaches into it and nothing else", () => {
  const ground = new Ground({ features: [street("Through", [-900, 0], [900, 0]), label("Far", 900, 900)] });
  const box = boxOf([-100, 100].map((side) => plane.point({ x: side, y: side })));
  expect(ground.within(box).map(({ properties }) => properties.name)).toEqual(["Through"]);
  expect(new Ground({ features: [] }).isEmpty).toBe(true);
});
