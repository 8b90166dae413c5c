/**
 * A recorder's MP4 or MOV file as it is: which pictures are in it, how long it runs, and the digests of what is sent.
 *
 * What a player would not show can't be looked at before it is sent, so a file that hides pictures is refused, and what
 * else is in it is told. Runs in a worker: a file may have gigabytes, of which one part at a time is in memory.
 */
import { createSHA256 } from "hash-wasm";
import { boxesIn, HEAD_BYTES, readBox, within, type Box } from "../../../officer/src/player/mp4/boxes";
import { readFrameTimes } from "../../../officer/src/player/mp4/frame_times";
import { straysOf } from "../../../officer/src/player/mp4/strays";
import { SampleTables } from "../../../officer/src/player/mp4/tables";

export const FILE_MAX_BYTES = 64 * 2 ** 30; // the hub takes no larger clip (protocol section 10)
const MOOV_MAX_BYTES = 256 * 2 ** 20; // twelve hours of tables have some 30 MiB
const CHUNK_MAX_BYTES = 64 * 2 ** 20; // recorders write some seconds a chunk
const PIECE_BYTES = 4 * 2 ** 20;
const TOP_BOXES_MAX = 1_000;
const SAMPLE_ENTRY_BYTES = 8 + 78; // of a visual sample entry (ISO/IEC 14496-12 section 12.1.3)
const [AVC, HEVC] = [{ box: "avcC", lengthAt: 4 }, { box: "hvcC", lengthAt: 21 }];
const CODECS: Readonly<Record<string, typeof AVC>> = { avc1: AVC, avc3: AVC, hvc1: HEVC, hev1: HEVC };
const HEVC_SLICES = new Set([...Array(10).keys(), 16, 17, 18, 19, 20, 21]);

export interface Recording {
  readonly sha256: string;
  readonly slicesSha256: string;
  readonly frames: number;
  /** From the first picture to the last one. */
  readonly durationMs: number;
  readonly hasSound: boolean;
  /** Whether there is more in the file than pictures and sound, such as dates or a place. */
  readonly hasMore: boolean;
}
interface Coding {
  readonly lengthBytes: number;
  readonly isHevc: boolean;
}

const bytesOf = async (file: Blob, from: number, until: number): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.slice(from, until).arrayBuffer());

async function topBoxes(file: Blob): Promise<Box[]> {
  const found: Box[] = [];
  for (let at = 0; at < file.size; at = (found.at(-1) as Box).until) {
    if (found.length === TOP_BOXES_MAX) throw new Error("mp4_many_boxes");
    const head = await bytesOf(file, at, Math.min(at + HEAD_BYTES, file.size));
    if (head.length < 8) throw new Error("mp4_broken");
    found.push(readBox(new DataView(head.buffer), at, file.size));
    if (found[0]?.type !== "ftyp") throw new Error("not_mp4");
    if (found.at(-1)?.type === "moof") throw new Error("mp4_fragmented");
  }
  return found;
}

function tracksOf(view: DataView): { readonly pictures: readonly Box[]; readonly sounds: number } {
  const tracks = [...boxesIn(view, 0, view.byteLength)].filter(({ type }) => type === "trak");
  const kindOf = (track: Box): string => {
    const handler = within(view, track, "mdia", "hdlr");
    if (handler === null || handler.until - handler.from < 12) return "";
    return String.fromCharCode(...[8, 9, 10, 11].map((at) => view.getUint8(handler.from + at)));
  };
  const kinds = tracks.map(kindOf);
  return { pictures: tracks.filter((_, index) => kinds[index] === "vide"), sounds: kinds.filter((kind) => kind === "soun").length };
}

function codingOf(view: DataView, table: Box): Coding {
  const described = within(view, table, "stsd");
  const entry = described === null ? undefined : [...boxesIn(view, described.from + 8, described.until)][0];
  const codec = CODECS[entry?.type ?? ""];
  if (entry === undefined || codec === undefined) throw new Error("codec_unknown");
  const inside = { type: "", from: entry.from + SAMPLE_ENTRY_BYTES - 8, until: entry.until };
  const configuration = within(view, inside, codec.box);
  if (configuration === null || configuration.until - configuration.from <= codec.lengthAt) throw new Error("mp4_broken");
  return { lengthBytes: (view.getUint8(configuration.from + codec.lengthAt) & 3) + 1, isHevc: codec === HEVC };
}

/** Whether a NAL unit is of a picture that players show (H.264 7.4.1, H.265 7.4.2.2). */
function isSlice(unit: Uint8Array, isHevc: boolean): boolean {
  const head = unit[0] ?? 0;
  if (!isHevc) return [1, 5].includes(head & 31);
  return HEVC_SLICES.has((head >> 1) & 63) && (head & 1) === 0 && (unit[1] ?? 8) >> 3 === 0;
}

/** The SHA-256 of all slices in file order, each with its length in four bytes. */
async function slicesDigest(file: Blob, tables: SampleTables, { lengthBytes, isHevc }: Coding): Promise<string> {
  const hash = await createSHA256();
  for (const { place, bytes } of tables.chunks()) {
    if (bytes > CHUNK_MAX_BYTES || place + bytes > file.size) throw new Error("mp4_broken");
    const chunk = await bytesOf(file, place, place + bytes);
    for (let at = 0; at < chunk.length; ) {
      let size = 0;
      for (let left = lengthBytes; left > 0; left -= 1) size = size * 256 + (chunk[at++] ?? 0);
      if (at + size > chunk.length) throw new Error("mp4_broken");
      const unit = chunk.subarray(at, at + size);
      if (isSlice(unit, isHevc)) {
        const length = new Uint8Array(4);
        new DataView(length.buffer).setUint32(0, size);
        hash.update(length).update(unit);
      }
      at += size;
    }
  }
  return hash.digest();
}

/** The SHA-256 of a file, in hex. */
export async function fileDigest(file: Blob): Promise<string> {
  const hash = await createSHA256();
  for (let at = 0; at < file.size; at += PIECE_BYTES) hash.update(await bytesOf(file, at, Math.min(at + PIECE_BYTES, file.size)));
  return hash.digest();
}

/** What is in a file. Throws the rule by which it can't be sent as it is. */
export async function readRecording(file: Blob): Promise<Recording> {
  if (file.size > FILE_MAX_BYTES) throw new Error("file_too_large");
  const top = await topBoxes(file);
  const [index, ...more] = top.filter(({ type }) => type === "moov");
  if (index === undefined || more.length > 0) throw new Error("not_mp4");
  if (index.until - index.from > MOOV_MAX_BYTES) throw new Error("mp4_broken");
  const moov = await bytesOf(file, index.from, index.until);
  const view = new DataView(moov.buffer);
  const { pictures, sounds } = tracksOf(view);
  const track = pictures[0];
  if (track === undefined || pictures.length > 1) throw new Error("not_one_picture_track");
  if (within(view, { type: "moov", from: 0, until: moov.length }, "mvex") !== null) throw new Error("mp4_fragmented");
  const times = readFrameTimes(moov);
  if (times.hidden > 0) throw new Error("hidden_pictures");
  const table = within(view, track, "mdia", "minf", "stbl") ?? { type: "stbl", from: 0, until: 0 };
  const samples = new SampleTables(view, table);
  if (!samples.isWhole()) throw new Error("mp4_broken");
  return {
    sha256: await fileDigest(file),
    slicesSha256: await slicesDigest(file, samples, codingOf(view, table)),
    frames: times.seconds.length,
    durationMs: Math.round((times.seconds.at(-1) ?? 0) * 1000),
    hasSound: sounds > 0,
    hasMore: straysOf(top, moov, sounds > 0).length > 0,
  };
}
