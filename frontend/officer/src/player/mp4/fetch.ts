/** Fetches the tables of an opened clip: a few kilobytes of a file that may have a gigabyte. */
import { BOXES_MOST, HEAD_BYTES, readBox, type Box } from "./boxes";
import { readFrameTimes, type FrameTimes } from "./frame_times";
import { straysOf } from "./strays";

const TABLES_MOST_BYTES = 64 * 2 ** 20; // twelve hours at 30 pictures a second take a third of it

async function part(url: string, from: number, until: number): Promise<Uint8Array> {
  const response = await fetch(url, { headers: { Range: `bytes=${from}-${until - 1}` }, cache: "no-store" });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 206 || bytes.length !== until - from) throw new Error("body_not_served");
  return bytes;
}

/** The boxes of the file at `url`, from its beginning on; they are asked for one by one. */
async function* boxesAt(url: string, sizeBytes: number): AsyncGenerator<Box> {
  for (let [at, count] = [0, 0]; at < sizeBytes; count += 1) {
    if (count === BOXES_MOST) throw new Error("mp4_many_boxes");
    const head = await part(url, at, Math.min(at + HEAD_BYTES, sizeBytes));
    const box = readBox(new DataView(head.buffer), at, sizeBytes);
    if (box.type === "moof") throw new Error("mp4_in_pieces");
    yield box;
    at = box.until;
  }
}

async function tables(url: string, { from, until }: Box): Promise<Uint8Array> {
  if (until - from > TABLES_MOST_BYTES) throw new Error("too_many_pictures");
  return part(url, from, until);
}

/** The frame times of the clip at `url`. Throws where its file has none that can be read. */
export async function fetchFrameTimes(url: string, sizeBytes: number): Promise<FrameTimes> {
  for await (const box of boxesAt(url, sizeBytes)) {
    if (box.type === "moov") return readFrameTimes(await tables(url, box));
  }
  throw new Error("mp4_incomplete");
}

/**
 * What is in the file of the clip at `url` beside what playing needs; `hasSound` is what its manifest says. Throws where its
 * file can't be read.
 */
export async function fetchStrays(url: string, sizeBytes: number, hasSound: boolean): Promise<string[]> {
  const top: Box[] = [];
  for await (const box of boxesAt(url, sizeBytes)) top.push(box);
  const moov = top.filter(({ type }) => type === "moov");
  if (moov.length !== 1) throw new Error("mp4_incomplete");
  return straysOf(top, await tables(url, moov[0]!), hasSound);
}
