/**
 * Checks decoder configurations (ISO/IEC 14496-15): after a fixed head, only parameter sets, and in them only what frames
 * need, since players skip what follows. Pure; the home checks the same in
 * `custom_components/milton_share/clips/bitstream/nal.py`, and compares lengths.
 */
const SETS_MOST_BYTES = 8_192; // the camera's, and an encoder's beside them
const [AVC_SPS, AVC_PPS] = [7, 8];
const HIGH = new Set([100, 110, 122, 144, 244]); // of H.264: their avcC may end in chroma format and bit depths
const HIGH_BYTES = 4;
const HEVC_SETS = new Set([32, 33, 34]);

/** Where `count` sized units from `at` on end, each of which `isSet`; null where they are no such units. */
function setsEnd(bytes: Uint8Array, at: number, count: number, isSet: (unit: Uint8Array) => boolean): number | null {
  for (let left = count; left > 0; left -= 1) {
    const size = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const unit = bytes.subarray(at + 2, at + 2 + size);
    if (size < 2 || unit.length < size || !isSet(unit)) return null;
    at += 2 + size;
  }
  return at;
}

function isAvcOnly(bytes: Uint8Array): boolean {
  let isHigh = false;
  let setsBytes = 0;
  let at: number | null = 5;
  for (const [type, mask] of [[AVC_SPS, 31], [AVC_PPS, 255]] as const) {
    if (at >= bytes.length) return false;
    at = setsEnd(bytes, at + 1, (bytes[at] as number) & mask, (unit) => {
      isHigh ||= type === AVC_SPS && HIGH.has(unit[1] as number);
      setsBytes += unit.length;
      return ((unit[0] as number) & 31) === type;
    });
    if (at === null) return false;
  }
  if (setsBytes > SETS_MOST_BYTES) return false;
  return at === bytes.length || (isHigh && at + HIGH_BYTES === bytes.length && bytes[bytes.length - 1] === 0); // no further sets
}

function isHevcOnly(bytes: Uint8Array): boolean {
  const seen = new Set<number>();
  let setsBytes = 0;
  let at: number | null = 23;
  for (let left = bytes[22] ?? 0; left > 0; left -= 1) {
    const type = (bytes[at] ?? 0) & 63;
    if (!HEVC_SETS.has(type) || seen.has(type)) return false;
    seen.add(type);
    const count = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    at = setsEnd(bytes, at + 3, count, (unit) => {
      setsBytes += unit.length;
      return unit[0] === type << 1 && (unit[1] as number) >> 3 === 0; // of the layer that is shown
    });
    if (at === null) return false;
  }
  return at === bytes.length && setsBytes <= SETS_MOST_BYTES;
}

/** Whether the content of an `avcC` or `hvcC` has parameter sets alone. */
export const isSetsAlone = (type: string, bytes: Uint8Array): boolean => (type === "avcC" ? isAvcOnly(bytes) : isHevcOnly(bytes));
