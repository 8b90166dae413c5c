/**
 * Finds data in a clip's file that playing doesn't need: places, serial numbers, names, dates, and bytes or frames that no
 * player shows. A home's cutter writes none of it. Pure; `custom_components/milton_share/clips/mp4/boxes.py` checks the same
 * before a clip is shared.
 */
import { boxesIn, within, type Box } from "./boxes";
import { strayDescriptions } from "./descriptions";
import { areFilled, SampleTables } from "./tables";

// Which boxes lie in which, each of them once but for tracks; `free` may lie anywhere, with nothing in it.
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  moov: ["mvhd", "trak", "udta"],
  trak: ["tkhd", "mdia"],
  mdia: ["mdhd", "hdlr", "minf"],
  minf: ["vmhd", "smhd", "dinf", "stbl"],
  dinf: ["dref"],
  stbl: ["stsd", "stts", "ctts", "stss", "stsc", "stsz", "stco", "co64", "sgpd", "sbgp"],
};
// How long boxes of numbers are at most: of `ftyp` eight brands, of `sgpd` what is said of a few groups.
const MOST_BYTES: Readonly<Record<string, number>> = { ftyp: 40, mvhd: 112, tkhd: 96, mdhd: 36, vmhd: 12, smhd: 8, sgpd: 32, free: 0 };
const DATED = new Set(["mvhd", "tkhd", "mdhd"]);
const HANDLERS = new Set(["VideoHandler", "SoundHandler"]);
const [HANDLER_NAME_AT, HANDLER_MOST] = [24, 64];
// FFmpeg writes a list of tags with nothing in it, whatever one asks.
const EMPTY_TAGS = "\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst";
const OWN_FILE = "\0\0\0\0\0\0\0\x01\0\0\0\x0curl \0\0\0\x01"; // of `dref`: what is described lies in this file
const [PICTURES, SOUND] = ["vide", "soun"] as const;
const TRACKS: ReadonlySet<string> = new Set([PICTURES, `${PICTURES} ${SOUND}`, `${SOUND} ${PICTURES}`]);

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const size = ({ from, until }: Box): number => until - from;

function isHandler(bytes: Uint8Array): boolean {
  return bytes.length <= HANDLER_NAME_AT + HANDLER_MOST && HANDLERS.has(text(bytes.subarray(HANDLER_NAME_AT)).replace(/\0+$/, ""));
}

function strayIn(path: string, { type }: Box, bytes: Uint8Array): string | null {
  if (bytes.length > (MOST_BYTES[type] ?? Infinity)) return `${path}: ${bytes.length} bytes`;
  if (type === "udta" && (bytes.length !== EMPTY_TAGS.length || text(bytes) !== EMPTY_TAGS)) return `${path}: ${bytes.length} bytes`;
  if (type === "dref" && (bytes.length !== OWN_FILE.length || text(bytes) !== OWN_FILE)) return `${path}: media that lies elsewhere`;
  if (type === "hdlr" && !isHandler(bytes)) return `${path}: a name`;
  const dates = bytes.subarray(4, bytes[0] === 1 ? 20 : 12);
  return DATED.has(type) && dates.some((byte) => byte !== 0) ? `${path}: a date` : null;
}

/** What is too much in a box among others; `tables` are given the tables of the tracks that are come by. */
function* straysWithin(moov: Uint8Array, parent: Box, path: string, tables: SampleTables[]): Generator<string> {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  const seen = new Set<string>();
  for (const box of boxesIn(view, parent.from, parent.until)) {
    const here = `${path}/${box.type}`;
    if (box.type !== "free" && !WITHIN[parent.type]?.includes(box.type)) yield `${here}: ${size(box)} bytes`;
    else if (seen.has(box.type)) yield `${here}: there twice`; // players go by one of the two
    else if (WITHIN[box.type] !== undefined) yield* straysWithin(moov, box, here, tables);
    else if (box.type === "stsd") yield* strayDescriptions(view, box.from, box.until, here);
    else {
      const found = strayIn(here, box, moov.subarray(box.from, box.until));
      if (found !== null) yield found;
    }
    if (!["trak", "free"].includes(box.type)) seen.add(box.type);
  }
  if (parent.type !== "stbl") return;
  const track = new SampleTables(view, parent);
  tables.push(track);
  yield* track.strays(path);
}

/** What a track is of by its own word, where what describes its samples says the same; else that it is of nothing. */
function kindOf(view: DataView, track: Box): string {
  const [handler, described] = [within(view, track, "mdia", "hdlr"), within(view, track, "mdia", "minf", "stbl", "stsd")];
  if (handler === null || described === null || size(handler) < 12 || size(described) < 16) return "none";
  const word = (at: number): string => text(new Uint8Array(view.buffer, view.byteOffset + at, 4));
  const kind = word(handler.from + 8);
  return (kind === SOUND) === (word(described.from + 12) === "mp4a") ? kind : "none";
}

function kindsOf(moov: Uint8Array): string {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  const tracks = [...boxesIn(view, 0, moov.length)].filter(({ type }) => type === "trak");
  return tracks.map((track) => kindOf(view, track)).join(" ");
}

function* straysOnTop(top: readonly Box[]): Generator<string> {
  const brands = top.filter(({ type }) => type === "ftyp");
  for (const box of top) {
    const isKnown = ["moov", "mdat", "free", "ftyp"].includes(box.type) && size(box) <= (MOST_BYTES[box.type] ?? Infinity);
    if (!isKnown || (box.type === "ftyp" && box !== brands[0])) yield `${box.type}: ${size(box)} bytes`;
  }
}

/**
 * What is there too much, each by its place in the file; `top` are the file's own boxes, `moov` is that one's content, and
 * `hasSound` is what its manifest says of a track of sound.
 */
export function straysOf(top: readonly Box[], moov: Uint8Array, hasSound: boolean): string[] {
  const tables: SampleTables[] = [];
  const found = [...straysOnTop(top), ...straysWithin(moov, { type: "moov", from: 0, until: moov.length }, "moov", tables)];
  const kinds = kindsOf(moov);
  if (!hasSound && kinds.includes(SOUND)) found.push("moov: a track of sound");
  if (!TRACKS.has(kinds)) return [...found, "moov: other tracks than one of pictures and one of their sound"];
  const media = top.filter(({ type }) => type === "mdat");
  // Where a table is not what it says nobody can tell whose the media is.
  if (tables.every((track) => track.isWhole()) && !areFilled(media, tables)) found.push("mdat: bytes that are in no sample, or in two");
  return found;
}
