/** Bounded reader of MP4 boxes (ISO/IEC 14496-12 section 4.2); a clip's bytes are untrusted. */

/** A box: `from` to `until` is its content, in bytes of the view that it was read from. */
export interface Box {
  readonly type: string;
  readonly from: number;
  readonly until: number;
}

export const HEAD_BYTES = 16; // of a box whose size needs 64 bits
export const BOXES_MOST = 64; // side by side; the fullest box of a clip has ten

/** The box that begins at `at`, where nothing reaches beyond `end`. `head` holds its first bytes. Throws `mp4_broken`. */
export function readBox(head: DataView, at: number, end: number): Box {
  if (end - at < 8) throw new Error("mp4_broken");
  const type = String.fromCharCode(...[4, 5, 6, 7].map((place) => head.getUint8(place)));
  const short = head.getUint32(0);
  if (short === 1 && end - at < HEAD_BYTES) throw new Error("mp4_broken");
  const size = short === 0 ? end - at : short === 1 ? Number(head.getBigUint64(8)) : short;
  const headBytes = short === 1 ? HEAD_BYTES : 8;
  if (size < headBytes || size > end - at) throw new Error("mp4_broken");
  return { type, from: at + headBytes, until: at + size };
}

/** The boxes side by side in a part of a view; throws `mp4_many_boxes` where there are more than any clip has. */
export function* boxesIn(view: DataView, from: number, until: number): Generator<Box> {
  for (let [at, count] = [from, 0]; at < until; count += 1) {
    if (until - at < 8) throw new Error("mp4_broken");
    if (count === BOXES_MOST) throw new Error("mp4_many_boxes");
    const box = readBox(new DataView(view.buffer, view.byteOffset + at, Math.min(HEAD_BYTES, until - at)), at, until);
    yield box;
    at = box.until;
  }
}

/** The content of the one box at a path of types below another, null where there is none. */
export function within(view: DataView, box: Box, ...path: readonly string[]): Box | null {
  let found: Box | undefined = box;
  for (const type of path) {
    if (found === undefined) return null;
    found = [...boxesIn(view, found.from, found.until)].find((each) => each.type === type);
  }
  return found ?? null;
}
