/** The city's map pack becomes what is drawn, and the list of streets that a page offers. */
import { expect, test } from "vitest";
import { featuresOf, type Pack } from "../src/pack";
import { streetNamed, streetsOf } from "../src/streets";

const PACK: Pack = {
  credit: null,
  shapes: [
    { kind: "street", name: "Sorrel Run", lines: [[341_000_000, -843_000_000, 100, -200], [341_001_000, -843_000_000, 1, 1]] },
    { kind: "street", name: null, lines: [[341_000_000, -843_000_000, 5, 5]] },
    { kind: "stream", name: "Chicken Creek", lines: [[0, 0, 1, 1]] },
    { kind: "house", name: null, lines: [[0, 0, 10, 0, 0, 10]] },
  ],
  labels: [{ name: "Mayfield Rd", at: [341_000_000, -843_000_000], angle_deg: 2 }],
};

test("lines are read step by step, and an outline stays one shape", () => {
  const features = featuresOf(PACK);
  expect(features.map(({ geometry: { type } }) => type)).toEqual(["LineString", "LineString", "LineString", "LineString", "Polygon", "Point"]);
  expect(features[0]?.geometry.coordinates).toEqual([[-84.3, 34.1], [-84.30002, 34.10001]]);
});

test("the list has each named street once, and no stream; labels alone serve where no line has a name", () => {
  expect([...streetsOf(featuresOf(PACK)).keys()]).toEqual(["Sorrel Run"]);
  expect(streetsOf(featuresOf(PACK)).get("Sorrel Run")?.length).toBe(4);
  expect([...streetsOf(featuresOf({ ...PACK, shapes: [] })).keys()]).toEqual(["Mayfield Rd"]);
  expect(streetNamed("  sorrel   RUN ", ["Sorrel Run"])).toBe("Sorrel Run");
  expect(streetNamed("Sorrel", ["Sorrel Run"])).toBeNull();
});
