/** The page behind a link says in Spanish, too, whatever is said of a clip there. */
import { expect, test } from "vitest";
import { dateInSpanish, inSpanish } from "../../../passed/src/spanish";
import provenance from "../../src/share/provenance/clip_lines.ts?raw";
import unchecked from "../../src/share/provenance/unchecked.ts?raw";

const RECORDED = ["One recorded file at home", "7 recorded files at home", "One gap", "2 gaps", "Range", "Range 1 of 2"];
const PICTURES = ["One part of the picture is hidden", "3 parts of the picture are hidden", "30 frames re-encoded at home", "9 frames copied as recorded"];
// Of a request that was proven with its signatures: that page has none.
const ELSEWHERE = new Set(["Whether it was open", "Later changes", "The log as others see it", "The log’s other entries", "Receipts", "The city’s key", "The signing page"]);
const named = [...`${provenance}${unchecked}`.matchAll(/(?:name|what): "([^"]+)"/g)].map(([, name]) => name as string);

test("names are found in the sources", () => expect(named.length).toBeGreaterThan(25));

test.each([...new Set([...named, ...RECORDED, ...PICTURES])].filter((name) => !ELSEWHERE.has(name)))("%s", (name) => {
  expect(inSpanish(name)).toMatch(/^[^$]{10,}[.]$/);
});

test("the day until which a link opens is said in Spanish", () => {
  expect(dateInSpanish(new Date("2026-12-01T23:59:00Z"), "America/New_York")).toMatch(/^mar,? 1 (de )?dic (de )?2026, 18:59 (EST|GMT-5)$/);
});
