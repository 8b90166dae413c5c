/**
 * What describes the samples of a clip (ISO/IEC 14496-12 section 8.5.2) beside what playing needs: a color profile has its
 * device's name in it. Pure; the same list is in `custom_components/milton_share/clips/descriptions.py`.
 */
import { boxesIn } from "./boxes";

const ENTRIES_AT = 8; // after version, flags and count
const HEADS: Readonly<Record<string, number>> = { avc1: 78, avc3: 78, hev1: 78, mp4a: 28 };
const [NAME_FROM, NAME_UNTIL] = [42, 74]; // where an entry of pictures has room for its maker's name
const CONFIGURATIONS = new Set(["avcC", "hvcC", "esds"]);
const SOUND_MOST = 46; // bytes of what FFmpeg says of AAC
const NUMBERS: Readonly<Record<string, number>> = { colr: 11, pasp: 8, btrt: 12, fiel: 2, clap: 32, clli: 4, mdcv: 24, amve: 8 };

/** What is there too much between `from` and `until` of a view, the content of a `stsd`; throws `mp4_broken`. */
export function* strayDescriptions(view: DataView, from: number, until: number, path: string): Generator<string> {
  for (const entry of boxesIn(view, from + ENTRIES_AT, until)) {
    const here = `${path}/${entry.type}`;
    const head = HEADS[entry.type];
    if (head === undefined || entry.until - entry.from < head) {
      yield `${here}: ${entry.until - entry.from} bytes`;
      continue;
    }
    const name = new Uint8Array(view.buffer, view.byteOffset + entry.from + NAME_FROM, NAME_UNTIL - NAME_FROM);
    if (entry.type !== "mp4a" && name.some((byte) => byte !== 0)) yield `${here}: a name`;
    for (const box of boxesIn(view, entry.from + head, entry.until)) {
      const bytes = box.until - box.from;
      const numbers = bytes === NUMBERS[box.type] && (box.type !== "colr" || view.getUint32(box.from) === 0x6e636c78); // nclx
      const said = CONFIGURATIONS.has(box.type) && (box.type !== "esds" || bytes <= SOUND_MOST);
      if (!numbers && !said) yield `${here}/${box.type}: ${bytes} bytes`;
    }
  }
}
