/** Door codes as people type them, and which requests one's own cameras may have seen. */
import { expect, test } from "vitest";
import { move, point, type Circle } from "../../request/src/geometry";
import { cellAt, cellText } from "../../residents/src/cells";
import { doorCodeSha256, readDoorCode } from "../src/city/door_code";
import { mayHaveSeen } from "../src/city/own_cameras";

test("a door code is read as people type it, and nothing else is one", async () => {
  for (const typed of ["MD-01AB-CDEF-GH1K-MN0P", "md 01ab cdef ghik mnop", "O1ABCDEFGHLKMN0P", " MD01ABCDEFGH1KMN0P "]) expect(readDoorCode(typed)).toBe("01ABCDEFGH1KMN0P");
  expect(readDoorCode("MDABCDEFGH1KMN0P")).toBe("MDABCDEFGH1KMN0P"); // a code may begin so
  for (const typed of ["", "MD-01AB-CDEF-GH1K-MN0", "U1ABCDEFGH1KMN0P", "０1ABCDEFGH1KMN0P"]) expect(readDoorCode(typed)).toBeNull();
  expect(await doorCodeSha256("01ABCDEFGH1KMN0P")).toMatch(/^[0-9a-f]{64}$/);
});

test("a camera near an area may have seen into it, one far away may not", () => {
  const center = point(34.132, -84.3);
  const area: Circle = { kind: "circle", center, radiusM: 150 };
  const exact = (eastM: number) => ({ kind: "exact", point: move(center, eastM, 0), headingDeg: 0, fieldOfViewDeg: 90 }) as const;
  expect([0, 190, 260].map((eastM) => mayHaveSeen(exact(eastM), area, new Map()))).toEqual([true, true, false]);
  const cell = (eastM: number) => ({ kind: "area", cell: cellText(cellAt(move(center, eastM, 0))) }) as const;
  expect([0, 5_000].map((eastM) => mayHaveSeen(cell(eastM), area, new Map()))).toEqual([true, false]);
  const streets = new Map([["Sorrel Run", [move(center, -900, 0), move(center, 900, 0)]], ["Elm Way", [move(center, 900, 0), move(center, 900, 900)]]]);
  expect(["Sorrel Run", "Elm Way", "Gone St"].map((street) => mayHaveSeen({ kind: "street", street }, area, streets))).toEqual([true, false, false]);
});
