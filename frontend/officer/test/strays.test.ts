/** What is in a clip's file beside what playing needs is named by its place; a file that a home cut has nothing of it. */
import { expect, test } from "vitest";
import { boxesIn } from "../src/player/boxes";
import { straysOf } from "../src/player/strays";
import { box } from "./clips";

const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const zeros = (count: number): number[] => Array<number>(count).fill(0);
const word = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const hdlr = (name = "VideoHandler"): number[] => box("hdlr", zeros(8), letters("vide"), zeros(12), letters(`${name}\0`));
const stsz = (...sizes: number[]): number[] => box("stsz", zeros(8), word(sizes.length), ...sizes.map(word));

interface Bent {
  readonly name?: string;
  readonly date?: number;
  readonly inTrack?: number[];
  readonly inMoov?: number[];
  readonly onTop?: number[];
  readonly media?: number;
  readonly described?: number[];
}

const entry = (type: string, head: number, ...more: number[][]): number[] => box(type, zeros(head), ...more);
const PLAIN = entry("avc1", 78, box("avcC", zeros(40)), box("colr", letters("nclx"), zeros(7)), box("pasp", zeros(8)), box("btrt", zeros(12)));

function found({ name, date = 0, inTrack = [], inMoov = [], onTop = [], media = 7, described = PLAIN }: Bent = {}): string[] {
  const mdia = box("mdia", box("mdhd", zeros(4), word(date), zeros(16)), hdlr(name), box("minf", box("stbl", box("stsd", zeros(8), described), stsz(3, 4))));
  const moov = box("moov", box("mvhd", zeros(100)), box("trak", box("tkhd", zeros(84)), inTrack, mdia), inMoov);
  const file = new Uint8Array([...box("ftyp", letters("isom")), ...moov, ...onTop, ...box("mdat", zeros(media))]);
  const top = [...boxesIn(new DataView(file.buffer), 0, file.length)];
  const tables = top.find(({ type }) => type === "moov")!;
  return straysOf(top, file.slice(tables.from, tables.until));
}

const STSD = "moov/trak/mdia/minf/stbl/stsd";
const EMPTY_TAGS = "\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst";

test("of a file that a home cut nothing is found", () => {
  expect(found()).toEqual([]);
  expect(found({ inMoov: box("udta", letters(EMPTY_TAGS)) })).toEqual([]);
  expect(found({ onTop: box("free") })).toEqual([]);
  expect(found({ described: entry("mp4a", 28, box("esds", zeros(46))) })).toEqual([]);
});

test.each([
  ["a place", { inMoov: box("udta", box("©xyz", letters("+34.1-084.3/"))) }, "moov/udta: 20 bytes"],
  ["tags of another length", { inMoov: box("udta", letters(`${EMPTY_TAGS}\0`)) }, `moov/udta: ${EMPTY_TAGS.length + 1} bytes`],
  ["an edit list", { inTrack: box("edts", box("elst", zeros(20))) }, "moov/trak/edts: 28 bytes"],
  ["a date", { date: 1 }, "moov/trak/mdia/mdhd: a date"],
  ["a camera's name", { name: "Doorbell Pro" }, "moov/trak/mdia/hdlr: a name"],
  ["a box of a maker's", { onTop: box("uuid", zeros(16)) }, "uuid: 16 bytes"],
  ["free space with something in it", { onTop: box("free", [1]) }, "free: 1 bytes"],
  ["a color profile", { described: entry("avc1", 78, box("colr", letters("prof"), zeros(7))) }, `${STSD}/avc1/colr: 11 bytes`],
  ["a box among what describes pictures", { described: entry("hev1", 78, box("uuid", zeros(16))) }, `${STSD}/hev1/uuid: 16 bytes`],
  ["a maker of pictures", { described: box("avc1", zeros(42), letters("Doorbell"), zeros(28)) }, `${STSD}/avc1: a name`],
  ["more than sound needs", { described: entry("mp4a", 28, box("esds", zeros(47))) }, `${STSD}/mp4a/esds: 47 bytes`],
  ["samples of another kind", { described: entry("mett", 8) }, `${STSD}/mett: 8 bytes`],
  ["media that no table names", { media: 9 }, "mdat: 9 bytes of media, 7 of them named"],
] as const)("%s is found", (_, bent, place) => expect(found(bent)).toEqual([place]));

test("a broken table is no clean one", () => {
  const file = new Uint8Array(box("moov", box("trak", word(99), letters("hdlr"))));
  expect(() => straysOf([{ type: "moov", from: 8, until: file.length }], file.slice(8))).toThrow("mp4_broken");
});
