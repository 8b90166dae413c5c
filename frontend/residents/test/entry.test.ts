/** Entries are signed by keys of their own; what another key signed, or what was changed, is found. */
import { expect, test } from "vitest";
import { fromHex, fromUtf8, utf8 } from "../../request/src/encoding";
import vectors from "../../../tests/protocol/vectors/registry/camera_entries.jsonl?raw";
import { entryKey, keyOf, openEntry, sealEntry, type Entry } from "../src/entry";

const KEY = "008J4CT4ANK7F24SANXWSKFEZW";
const AT = new Date("2026-12-04T22:15:30.250Z");
const EXACT: Entry = {
  agencyId: "milton-pd",
  revision: 3,
  state: "active",
  place: { kind: "exact", point: { latE7: 341_000_000, lonE7: -843_000_000 }, headingDeg: 45, fieldOfViewDeg: 90 },
  keepsDays: 14,
};

test.each<Entry>([
  EXACT,
  { ...EXACT, state: "paused", place: { kind: "area", cell: "8525.-13690" }, keepsDays: null },
  { ...EXACT, place: { kind: "street", street: "Sorrel Run" } },
  { ...EXACT, state: "erased", place: null, keepsDays: null },
])("what is sealed is read again: $state $place.kind", async (entry) => {
  const key = await entryKey(KEY, 1);
  expect(await openEntry(await sealEntry(entry, key, AT), key)).toEqual(entry);
});

interface Vector {
  readonly name: string;
  readonly seed: string;
  readonly id: string;
  readonly payload: string;
  readonly envelope: string;
}
const told = vectors.trimEnd().split("\n").map((line) => JSON.parse(line) as Vector);

test.each(told)("an entry is sealed as the protocol has it: $name", async ({ seed, id, payload, envelope }) => {
  const key = await keyOf(fromHex(seed));
  expect(key.id).toBe(id);
  const { at } = JSON.parse(payload) as { at: string };
  const entry = await openEntry(utf8(envelope), key);
  expect(fromUtf8(await sealEntry(entry, key, new Date(at)))).toBe(envelope);
});

test("each number has a key of its own, always the same", async () => {
  const [first, again, second] = [await entryKey(KEY, 1), await entryKey(KEY, 1), await entryKey(KEY, 2)];
  expect(again).toEqual(first);
  expect(first.id).toMatch(/^[0-9a-f]{32}$/);
  expect(second.id).not.toBe(first.id);
});

test("a place that a server changed is not signed again", async () => {
  const [key, other] = [await entryKey(KEY, 1), await entryKey(KEY, 2)];
  await expect(openEntry(await sealEntry(EXACT, other, AT), key)).rejects.toThrow("signature_missing");
  const envelope = JSON.parse(fromUtf8(await sealEntry(EXACT, key, AT))) as { payload: string };
  const moved = btoa(atob(envelope.payload).replace("341000000", "341000001"));
  const bytes = utf8(JSON.stringify({ ...envelope, payload: moved }));
  await expect(openEntry(bytes, key)).rejects.toThrow("signature_wrong");
});
