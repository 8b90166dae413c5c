/** What describes a clip's samples is what playing needs, each of it once: numbers of their lengths, and sets for decoders. */
import { expect, test } from "vitest";
import { strayDescriptions } from "../../src/player/mp4/descriptions";
import { avcC, box, hvcC, letters, zeros } from "./clips";

const NUMBERS = { pasp: 8, btrt: 12, fiel: 2, clap: 32, clli: 4, mdcv: 24, amve: 8 };
const NCLX = [...letters("nclx"), ...zeros(7)];
const SECRET = letters("SERIAL 086f3693 of the front door");

const pictures = (type: string, ...more: number[][]): number[] => box(type, zeros(78), ...more);

function found(...entries: number[][]): string[] {
  const bytes = new Uint8Array([...zeros(8), ...entries.flat()]);
  return [...strayDescriptions(new DataView(bytes.buffer), 0, bytes.length, "stsd")];
}

test("all that playing needs may be said", () => {
  const numbers = Object.entries(NUMBERS).flatMap(([type, size]) => box(type, Array<number>(size).fill(255)));
  for (const [type, configuration] of [["avc1", avcC()], ["avc3", avcC()], ["hev1", hvcC()]] as const) {
    expect(found(pictures(type, configuration, numbers, box("colr", NCLX)))).toEqual([]);
  }
  expect(found(box("mp4a", Array<number>(28).fill(255), box("esds", zeros(46)), box("btrt", zeros(12))))).toEqual([]);
});

test.each([
  ["a box", pictures("avc1", box("uuid", SECRET)), "avc1/uuid: 33 bytes"],
  ["a color profile", pictures("avc1", box("colr", letters("prof"), SECRET)), "avc1/colr: 37 bytes"],
  ["a short profile", pictures("avc1", box("colr", letters("prof"), zeros(7))), "avc1/colr: 11 bytes"],
  ["the first letter of a maker", box("avc1", zeros(42), letters("S"), zeros(35)), "avc1: a name"],
  ["the last letter of a maker", box("hev1", zeros(73), letters("S"), zeros(4)), "hev1: a name"],
  ["more than sound needs", box("mp4a", zeros(28), box("esds", zeros(47))), "mp4a/esds: 47 bytes"],
  ["a text", box("mett", SECRET), "mett: 33 bytes"],
  ["less than a description", box("avc1", zeros(77)), "avc1: 77 bytes"],
  ["a second configuration", pictures("avc1", avcC(), avcC()), "avc1/avcC: said twice"],
  ["a second form of pixels", pictures("avc1", box("pasp", zeros(8)), box("pasp", zeros(8))), "avc1/pasp: said twice"],
  ["a second description", [...pictures("avc1"), ...box("mp4a", zeros(28))], "mp4a: samples described twice"],
] as const)("%s is found", (_, entry, place) => expect(found([...entry])).toEqual([`stsd/${place}`]));

test.each([-1, 1])("numbers of another length are no numbers: %i", (more) => {
  for (const [type, size] of [...Object.entries(NUMBERS), ["free", 1] as const]) {
    expect(found(pictures("avc1", box(type, Array<number>(size + more).fill(83))))).toEqual([`stsd/avc1/${type}: ${size + more} bytes`]);
  }
  expect(found(pictures("avc1", box("colr", letters("nclx"), zeros(7 + more))))).toEqual([`stsd/avc1/colr: ${11 + more} bytes`]);
});

test.each(["encv", "mp4v", "hvc1", "enca"])("samples of another kind are in no clip: %s", (type) => {
  expect(found(pictures(type, avcC()))).toHaveLength(1);
});

test.each([2, 7, 17, 2 ** 31])("a description that says another size than it has can't be read: %i", (size) => {
  const wrong = [...[24, 16, 8, 0].map((shift) => (size >>> shift) & 255), ...letters("avcC"), ...zeros(8)];
  expect(() => found(pictures("avc1", wrong))).toThrow("mp4_broken");
  expect(() => found(wrong)).toThrow("mp4_broken");
});

test.each([1, 7])("nor one with too little behind it for another: %i", (rest) => {
  expect(() => found(pictures("avc1", Array<number>(rest).fill(83)))).toThrow("mp4_broken");
  expect(() => found(pictures("avc1"), Array<number>(rest).fill(83))).toThrow("mp4_broken");
});

const isAlone = (configuration: number[]): boolean => found(pictures("avc1", configuration)).length === 0;

test("beside parameter sets nothing is in a configuration of H.264 but what high profiles say at its end", () => {
  expect([66, 100].map((profile) => isAlone(avcC(profile)))).toEqual([true, true]);
  expect([66, 100].map((profile) => isAlone(avcC(profile, 0xfd, 0xf8, 0xf8, 0)))).toEqual([false, true]);
  expect(isAlone(avcC(100, 0xfd, 0xf8, 0xf8, 1))).toBe(false);
  expect(isAlone(avcC(100, ...SECRET))).toBe(false);
  expect(isAlone(avcC(66, 0))).toBe(false);
  expect(isAlone(box("avcC", SECRET))).toBe(false);
  expect(isAlone(avcC().map((byte) => (byte === 0x68 ? 0x66 : byte)))).toBe(false);
  for (let cut = 8; cut < avcC().length; cut += 1) expect(isAlone(box("avcC", avcC().slice(8, cut)))).toBe(false);
});

test("beside parameter sets nothing is in a configuration of HEVC, nor sets of a layer that nobody sees", () => {
  expect(isAlone(hvcC())).toBe(true);
  expect(isAlone(hvcC(undefined, 0))).toBe(false);
  expect(isAlone(hvcC([[39, 0x4e, 1]]))).toBe(false);
  expect(isAlone(hvcC([[33, 0x4e, 1]]))).toBe(false);
  expect(isAlone(hvcC([[33, 0x42, 9]]))).toBe(false);
  expect(isAlone(hvcC([[33, 0x42, 1], [33, 0x42, 1]]))).toBe(false);
  expect(isAlone(box("hvcC", SECRET))).toBe(false);
  for (let cut = 30; cut < hvcC().length; cut += 1) expect(isAlone(box("hvcC", hvcC().slice(8, cut)))).toBe(false);
});

test.each([[0, true], [1, false]])("sets have no more in them than pictures need: %i bytes too many", (more, isNeeded) => {
  const long = (first: number, bytes: number): number[] => [bytes >> 8, bytes & 255, first, ...Array<number>(bytes - 1).fill(1)];
  const [sequence, picture] = [long(0x67, 96), long(0x68, 8_096 + more)];
  expect(isAlone(box("avcC", [1, 66, 0, 30, 0xff, 0xe1], sequence, [1], picture))).toBe(isNeeded);
  const hevc = [32, 33, 34].map((type) => [type, 0, 1, ...long(type << 1, type === 34 ? 8_000 + more : 96)]);
  expect(isAlone(box("hvcC", [1], zeros(21), [3], ...hevc))).toBe(isNeeded);
});
