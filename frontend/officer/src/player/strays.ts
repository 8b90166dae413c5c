/**
 * What is in a clip's file beside what playing needs: places, serial numbers, names, dates, pictures that no player shows.
 * A home's cutter writes none of it. Pure; the same list is in `custom_components/milton_share/clips/boxes.py`.
 */
import { boxesIn, type Box } from "./boxes";
import { strayDescriptions } from "./descriptions";

const PARENTS = new Set(["moov", "trak", "mdia", "minf", "stbl", "dinf"]);
const PLAIN = new Set(
  "ftyp mvhd tkhd mdhd hdlr vmhd smhd dref stsd stts ctts stss stsc stsz stco co64 sgpd sbgp mdat free".split(" "),
);
const DATED = new Set(["mvhd", "tkhd", "mdhd"]);
const HANDLERS = new Set(["VideoHandler", "SoundHandler"]);
const [HANDLER_NAME_AT, HANDLER_MOST] = [24, 64];
// FFmpeg writes a list of tags with nothing in it, whatever one asks.
const EMPTY_TAGS = "\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst";
const DEPTH_MOST = 8;

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const size = ({ from, until }: Box): number => until - from;

function strayIn(path: string, { type }: Box, bytes: Uint8Array): string | null {
  if (type === "udta" && bytes.length === EMPTY_TAGS.length && text(bytes) === EMPTY_TAGS) return null;
  if (!PLAIN.has(type)) return `${path}: ${bytes.length} bytes`;
  if (type === "free" && bytes.length > 0) return `${path}: ${bytes.length} bytes`;
  if (type === "hdlr" && !HANDLERS.has(text(bytes.subarray(HANDLER_NAME_AT, HANDLER_NAME_AT + HANDLER_MOST)).replace(/\0+$/, ""))) return `${path}: a name`;
  const dates = bytes.subarray(4, bytes[0] === 1 ? 20 : 12);
  return DATED.has(type) && dates.some((byte) => byte !== 0) ? `${path}: a date` : null;
}

function* strays(moov: Uint8Array, from: number, until: number, path: string, depth: number): Generator<string> {
  if (depth > DEPTH_MOST) throw new Error("mp4_broken");
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  for (const box of boxesIn(view, from, until)) {
    const here = `${path}/${box.type}`;
    if (PARENTS.has(box.type)) yield* strays(moov, box.from, box.until, here, depth + 1);
    else if (box.type === "stsd") yield* strayDescriptions(view, box.from, box.until, here);
    else {
      const found = strayIn(here, box, moov.subarray(box.from, box.until));
      if (found !== null) yield found;
    }
  }
}

/** Bytes of the pictures and sounds that the tables name. */
function sampleBytes(moov: Uint8Array, from: number, until: number, depth = 1): number {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  let bytes = 0;
  for (const box of boxesIn(view, from, until)) {
    if (PARENTS.has(box.type) && depth <= DEPTH_MOST) bytes += sampleBytes(moov, box.from, box.until, depth + 1);
    if (box.type !== "stsz" || size(box) < 12) continue;
    const [each, count] = [view.getUint32(box.from + 4), view.getUint32(box.from + 8)];
    if (each === 0 && size(box) !== 12 + 4 * count) throw new Error("mp4_broken");
    bytes += each * count;
    for (let at = 0; each === 0 && at < count; at += 1) bytes += view.getUint32(box.from + 12 + 4 * at);
  }
  return bytes;
}

/** What is there too much, each by its place in the file; `top` are the file's own boxes, `moov` is that one's content. */
export function straysOf(top: readonly Box[], moov: Uint8Array): string[] {
  const found = top.flatMap((box) => (box.type === "moov" || (PLAIN.has(box.type) && !(box.type === "free" && size(box) > 0)) ? [] : [`${box.type}: ${size(box)} bytes`]));
  found.push(...strays(moov, 0, moov.length, "moov", 1));
  const media = top.reduce((sum, box) => sum + (box.type === "mdat" ? size(box) : 0), 0);
  const named = sampleBytes(moov, 0, moov.length);
  if (media !== named) found.push(`mdat: ${media} bytes of media, ${named} of them named`);
  return found;
}
