/** Fetch the tables of an opened clip: of a gigabyte only the few kilobytes that say when its pictures are shown. */
import { BOXES_MOST, HEAD_BYTES, readBox } from "./boxes";
import { readFrameTimes, type FrameTimes } from "./frame_times";

const TABLES_MOST_BYTES = 64 * 2 ** 20; // twelve hours at 30 pictures a second take a third of it

async function part(url: string, from: number, until: number): Promise<Uint8Array> {
  const response = await fetch(url, { headers: { Range: `bytes=${from}-${until - 1}` }, cache: "no-store" });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 206 || bytes.length !== until - from) throw new Error("body_not_served");
  return bytes;
}

/** The frame times of the clip at `url`. Throws where its file has none that can be read. */
export async function fetchFrameTimes(url: string, sizeBytes: number): Promise<FrameTimes> {
  for (let [at, count] = [0, 0]; at < sizeBytes; count += 1) {
    if (count === BOXES_MOST) throw new Error("mp4_many_boxes");
    const head = await part(url, at, Math.min(at + HEAD_BYTES, sizeBytes));
    const box = readBox(new DataView(head.buffer), at, sizeBytes);
    if (box.type === "moof") throw new Error("mp4_in_pieces");
    if (box.type === "moov") {
      if (box.until - box.from > TABLES_MOST_BYTES) throw new Error("too_many_pictures");
      return readFrameTimes(await part(url, box.from, box.until));
    }
    at = box.until;
  }
  throw new Error("mp4_incomplete");
}
