import { describe, expect, it } from "vitest";
import { cellsWords, type CellCount } from "../src/draft/cells";
import { foundWords, lineOf, pinsOf, type FoundJson } from "../src/look_up/found";

const street: FoundJson = { kind: "street", street: "Sorrel Run", keeps_days: 30 };
const pin: FoundJson = { kind: "exact", point: [341_461_000, -842_981_000], heading_deg: 200, field_of_view_deg: 110, near: "Sorrel Run", keeps_days: 1 };
const around: FoundJson = { ...pin, heading_deg: 350, field_of_view_deg: 360, near: null, keeps_days: null };

describe("what a look-up found", () => {
  it("reads as a list to walk along, as exactly as each owner allowed", () => {
    expect([street, pin, around].map(lineOf)).toEqual([
      { number: "1", where: "Sorrel Run", looks: "Ask at the doors", keeps: "30 days" },
      { number: "2", where: "Sorrel Run, 34.146100, -84.298100", looks: "To the south, 110° wide", keeps: "1 day" },
      { number: "3", where: "34.146100, -84.298100", looks: "All around", keeps: "Not said" },
    ]);
    expect(lineOf({ ...pin, heading_deg: 350 }, 0).looks).toBe("To the north, 110° wide");
  });

  it("has a pin for each exact place, with its number in the list", () => {
    expect(pinsOf([street, pin]).map(({ letter, view }) => [letter, view?.headingDeg])).toEqual([["2", 200]]);
  });

  it("says how many there are, and what their owners are told", () => {
    expect(foundWords([])).toBe("No owner here lets police see a street or a place. Ask the area instead.");
    expect(foundWords([pin])).toBe("1 camera found. Each owner is told your badge and this case.");
    expect(foundWords([street, pin])).toMatch(/^2 cameras found\./);
  });
});

describe("the squares of the registry", () => {
  const cell = (bucket: CellCount["bucket"]): CellCount => ({ south: 0, west: 0, north: 1, east: 1, bucket });

  it("are said in words for who doesn't see the map", () => {
    expect(cellsWords([])).toBe("Each square has fewer than 5.");
    expect(cellsWords([cell("many"), cell("some"), cell("some")])).toBe("1 square with 10+, 2 squares with 5–9. All others have fewer than 5.");
  });
});
