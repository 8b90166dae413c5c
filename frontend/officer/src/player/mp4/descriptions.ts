/**
 * Finds data in sample descriptions (ISO/IEC 14496-12 section 8.5.2) that playing doesn't need; a color profile, for
 * example, holds its device's name. Pure; the same list is in
 * `custom_components/milton_share/clips/mp4/descriptions.py`.
 */
import { boxesIn, type Box } from "./boxes";
import { isSetsAlone } from "./configurations";

const ENTRIES_AT = 8; // after version, flags and count
const HEADS: Readonly<Record<string, number>> = { avc1: 78, avc3: 78, hev1: 78, mp4a: 28 };
const [NAME_FROM, NAME_UNTIL] = [42, 74]; // where an entry of pictures has room for its maker's name
const SOUND_MOST = 46; // bytes of what FFmpeg says of AAC
const NUMBERS: Readonly<Record<string, number>> = { colr: 11, pasp: 8, btrt: 12, fiel: 2, clap: 32, clli: 4, mdcv: 24, amve: 8 };

function isNeeded(view: DataView, { type, from, until }: Box): boolean {
  const bytes = until - from;
  if (type === "esds") return bytes <= SOUND_MOST;
  if (type === "avcC" || type === "hvcC") return isSetsAlone(type, new Uint8Array(view.buffer, view.byteOffset + from, bytes));
  return bytes === NUMBERS[type] && (type !== "colr" || view.getUint32(from) === 0x6e636c78); // nclx
}

function hasName(view: DataView, { from }: Box): boolean {
  return new Uint8Array(view.buffer, view.byteOffset + from + NAME_FROM, NAME_UNTIL - NAME_FROM).some((byte) => byte !== 0);
}

function* straysOfEntry(view: DataView, entry: Box, head: number, here: string): Generator<string> {
  if (entry.type !== "mp4a" && hasName(view, entry)) yield `${here}: a name`;
  const seen = new Set<string>();
  for (const box of boxesIn(view, entry.from + head, entry.until)) {
    if (!isNeeded(view, box)) yield `${here}/${box.type}: ${box.until - box.from} bytes`;
    else if (seen.has(box.type)) yield `${here}/${box.type}: said twice`; // players go by one of the two
    seen.add(box.type);
  }
}

/** What is there too much between `from` and `until` of a view, the content of a `stsd`; throws `mp4_broken`. */
export function* strayDescriptions(view: DataView, from: number, until: number, path: string): Generator<string> {
  if (until - from < ENTRIES_AT) throw new Error("mp4_broken");
  let isFirst = true;
  for (const entry of boxesIn(view, from + ENTRIES_AT, until)) {
    const here = `${path}/${entry.type}`;
    const head = HEADS[entry.type];
    if (!isFirst) yield `${here}: samples described twice`;
    isFirst = false;
    if (head === undefined || entry.until - entry.from < head) yield `${here}: ${entry.until - entry.from} bytes`;
    else yield* straysOfEntry(view, entry, head, here);
  }
}
