/** What is in a clip's file beside what playing needs is named by its place; a file that a home cut has nothing of it. */
import { expect, test } from "vitest";
import { boxesIn } from "../../src/player/mp4/boxes";
import { straysOf } from "../../src/player/mp4/strays";
import { avcC, box, letters, u32, zeros } from "./clips";

const hdlr = (name = "VideoHandler", kind = "vide"): number[] => box("hdlr", zeros(8), letters(kind), zeros(12), letters(`${name}\0`));
const OWN_FILE = "\0\0\0\0\0\0\0\x01\0\0\0\x0curl \0\0\0\x01";
const ELSEWHERE = "\0\0\0\0\0\0\0\x01\0\0\0\x13url \0\0\0\0file:x\0";

interface Bent {
  readonly name?: string;
  readonly date?: number;
  readonly dref?: string;
  readonly inTrack?: readonly number[];
  readonly inMedia?: readonly number[];
  readonly inTables?: readonly number[];
  readonly inMoov?: readonly number[];
  readonly onTop?: readonly number[];
  readonly media?: number;
  readonly at?: number;
  readonly described?: readonly number[];
  readonly hasSound?: boolean;
}

const entry = (type: string, head: number, ...more: number[][]): number[] => box(type, zeros(head), ...more);
const PLAIN = entry("avc1", 78, avcC(), box("colr", letters("nclx"), zeros(7)), box("pasp", zeros(8)), box("btrt", zeros(12)));
const AAC = entry("mp4a", 28, box("esds", zeros(46)));
const TABLES = [box("stts", u32(0, 1, 2, 40)), box("stsc", u32(0, 1, 1, 2, 1)), box("stsz", u32(0, 0, 2, 3, 4))];
const MEDIA_AT = 28; // after a `ftyp` of one brand, in a box

const NO_TABLES = [box("stts", zeros(8)), box("stsc", zeros(8)), box("stsz", zeros(12)), box("stco", zeros(8))];

function soundTrack(kind = "soun", described = AAC, tables = NO_TABLES): number[] {
  const stbl = box("stbl", box("stsd", zeros(8), described), ...tables);
  return box("trak", box("mdia", hdlr("SoundHandler", kind), box("minf", box("smhd", zeros(8)), stbl)));
}

function found({ name, date = 0, dref = OWN_FILE, inTrack = [], inMedia = [], inTables = [], inMoov = [], onTop = [], media = 7, at = MEDIA_AT, described = PLAIN, hasSound = true }: Bent = {}): string[] {
  const stbl = box("stbl", box("stsd", zeros(8), described), ...TABLES, box("stco", u32(0, 1, at)), inTables);
  const minf = box("minf", box("vmhd", zeros(12)), box("dinf", box("dref", letters(dref))), stbl);
  const mdia = box("mdia", box("mdhd", zeros(4), u32(date), zeros(16)), hdlr(name), minf, inMedia);
  const moov = box("moov", box("mvhd", zeros(100)), box("trak", box("tkhd", zeros(84)), inTrack, mdia), inMoov);
  const file = new Uint8Array([...box("ftyp", letters("isom"), zeros(8)), ...box("mdat", zeros(media)), ...moov, ...onTop]);
  const top = [...boxesIn(new DataView(file.buffer), 0, file.length)];
  const tables = top.find(({ type }) => type === "moov")!;
  return straysOf(top, file.slice(tables.from, tables.until), hasSound);
}

const STBL = "moov/trak/mdia/minf/stbl";
const MEDIA = "mdat: bytes that are in no sample, or in two";
const TRACKS = "moov: other tracks than one of pictures and one of their sound";
const EMPTY_TAGS = "\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst";

test("of a file that a home cut nothing is found", () => {
  expect(found()).toEqual([]);
  expect(found({ inMoov: box("udta", letters(EMPTY_TAGS)) })).toEqual([]);
  expect(found({ onTop: box("free"), inTables: box("free"), inMedia: [...box("free"), ...box("free")] })).toEqual([]);
  expect(found({ inTables: [...box("sgpd", zeros(32)), ...box("sbgp", zeros(8), u32(1, 2, 1))] })).toEqual([]);
  expect(found({ inMoov: soundTrack() })).toEqual([]);
});

test.each([
  ["a place", { inMoov: box("udta", box("©xyz", letters("+34.1-084.3/"))) }, "moov/udta: 20 bytes"],
  ["tags of another length", { inMoov: box("udta", letters(`${EMPTY_TAGS}\0`)) }, `moov/udta: ${EMPTY_TAGS.length + 1} bytes`],
  ["tags elsewhere", { inTrack: box("udta", letters(EMPTY_TAGS)) }, `moov/trak/udta: ${EMPTY_TAGS.length} bytes`],
  ["an edit list", { inTrack: box("edts", box("elst", zeros(20))) }, "moov/trak/edts: 28 bytes"],
  ["a date", { date: 1 }, "moov/trak/mdia/mdhd: a date"],
  ["a camera's name", { name: "Doorbell Pro" }, "moov/trak/mdia/hdlr: a name"],
  ["a name far behind another", { name: `VideoHandler${"\0".repeat(60)}Doorbell` }, "moov/trak/mdia/hdlr: a name"],
  ["media that lies in another file", { dref: ELSEWHERE }, "moov/trak/mdia/minf/dinf/dref: media that lies elsewhere"],
  ["media that lies in no file", { dref: "\0\0\0\0\0\0\0\0" }, "moov/trak/mdia/minf/dinf/dref: media that lies elsewhere"],
  ["a box of a maker's", { onTop: box("uuid", zeros(16)) }, "uuid: 16 bytes"],
  ["a box of a track's outside of one", { onTop: box("stsd", zeros(16)) }, "stsd: 16 bytes"],
  ["a table of a track's outside of its tables", { inTrack: box("stts", zeros(8)) }, "moov/trak/stts: 8 bytes"],
  ["brands of more than players need", { onTop: box("ftyp", zeros(8)) }, "ftyp: 8 bytes"],
  ["free space with something in it", { onTop: box("free", [1]) }, "free: 1 bytes"],
  ["free space in a track with something in it", { inTrack: box("free", [1]) }, "moov/trak/free: 1 bytes"],
  ["numbers that go on", { inTables: box("sgpd", zeros(33)) }, `${STBL}/sgpd: 33 bytes`],
  ["a table that is there twice", { inTables: box("stts", u32(0, 1, 2, 40)) }, `${STBL}/stts: there twice`],
  ["a second word on what a track is", { inMedia: hdlr() }, "moov/trak/mdia/hdlr: there twice"],
  ["a table that is longer than it says", { inTables: box("ctts", u32(0, 0, 0)) }, `${STBL}/ctts: a table of another length than it says`],
  ["a table of more than there is", { inTables: box("stss", u32(0, 3, 1, 2, 3)) }, `${STBL}/stss: 3 rows for 2 samples`],
  ["media that no table names", { media: 9 }, MEDIA],
  ["media that is named twice", { inMoov: soundTrack("soun", AAC, [...TABLES, box("stco", u32(0, 1, MEDIA_AT))]) }, MEDIA],
  ["samples beside the media", { at: MEDIA_AT + 1 }, MEDIA],
  ["a track of something else", { inMoov: soundTrack("meta") }, TRACKS],
  ["a second track of pictures", { inMoov: soundTrack("vide", PLAIN) }, TRACKS],
  ["pictures that are called sound", { inMoov: soundTrack("soun", PLAIN) }, TRACKS],
  ["sound that is called pictures", { inMoov: soundTrack("vide") }, TRACKS],
  ["sound that the manifest says was taken out", { inMoov: soundTrack(), hasSound: false }, "moov: a track of sound"],
  ["a third track", { inMoov: [...soundTrack(), ...soundTrack()] }, TRACKS],
  ["a track of nothing", { inMoov: box("trak") }, TRACKS],
] as const)("%s is found", (_, bent, place) => expect(found(bent)).toEqual([place]));

test("a broken table is no clean one", () => {
  const file = new Uint8Array(box("moov", box("trak", u32(99), letters("hdlr"))));
  expect(() => straysOf([{ type: "moov", from: 8, until: file.length }], file.slice(8), true)).toThrow("mp4_broken");
});
