/** The grid is that of the protocol: its vectors hold here too. */
import { expect, test } from "vitest";
import vectors from "../../../tests/protocol/vectors/registry/cells.jsonl?raw";
import { boundsOf, cellAt, cellText, readCell } from "../src/cells";

interface Vector {
  readonly point?: readonly [latE7: number, lonE7: number];
  readonly text?: string;
  readonly cell: string | null;
  readonly bounds?: readonly [south: number, west: number, north: number, east: number];
}
const told = vectors.trimEnd().split("\n").map((line) => JSON.parse(line) as Vector);

test("each point lies in its cell, and a cell has its edges", () => {
  for (const { point, cell, bounds } of told) {
    if (point === undefined) continue;
    const [latE7, lonE7] = point;
    if (cell === null) {
      expect(() => cellAt({ latE7, lonE7 })).toThrow("out_of_bounds");
      continue;
    }
    const found = cellAt({ latE7, lonE7 });
    const { south, west, north, east } = boundsOf(found);
    expect([cellText(found), [south, west, north, east]]).toEqual([cell, bounds]);
    expect(readCell(cell)).toEqual(found);
  }
});

test("a cell has one name, and what is no cell is refused", () => {
  const refused = told.filter(({ text, cell }) => text !== undefined && cell === null);
  expect(refused.length).toBeGreaterThan(10);
  for (const { text } of refused) expect(() => readCell(text ?? ""), text).toThrow("out_of_bounds");
});
