/** When each frame of a clip is shown, from the tables of its MP4 file; exact at constant and variable rates. Pure. */
import { boxesIn, within, type Box } from "./boxes";

export interface FrameTimes {
  /** Seconds after the first picture at which each is shown, ascending; the first is 0. */
  readonly seconds: Float64Array;
  /** Pictures in the file that no player shows: an edit list hides them. */
  readonly hidden: number;
}

export const FRAMES_MOST = 5_184_000; // twelve hours, the longest request, at 120 pictures a second

interface Runs {
  readonly counts: Uint32Array;
  readonly values: Int32Array;
}
interface Edit {
  /** Both in the track's own ticks. */
  readonly from: number;
  readonly until: number;
}

/** A part of the file that is read word by word; throws `mp4_broken` beyond its end. */
class Table {
  readonly version: number;

  constructor(
    private readonly view: DataView,
    private readonly box: Box,
  ) {
    this.version = this.word(0) >>> 24;
    if (this.version > 1) throw new Error("mp4_version");
  }

  word(at: number): number {
    this.has(at, 4);
    return this.view.getUint32(this.box.from + at);
  }

  signed(at: number): number {
    return this.word(at) | 0;
  }

  long(at: number): number {
    this.has(at, 8);
    return Number(this.view.getBigInt64(this.box.from + at));
  }

  /** How many entries of `size` bytes there are from `at` on; their number stands before them. */
  entries(at: number, size: number): number {
    const count = this.word(at - 4);
    this.has(at, count * size);
    return count;
  }

  private has(at: number, bytes: number): void {
    if (this.box.from + at + bytes > this.box.until) throw new Error("mp4_broken");
  }
}

function table(view: DataView, box: Box | null): Table {
  if (box === null) throw new Error("mp4_incomplete");
  return new Table(view, box);
}

/** Ticks a second, of a track or of the whole. */
function timescale(head: Table): number {
  const ticks = head.word(head.version === 1 ? 20 : 12);
  if (ticks === 0) throw new Error("mp4_broken");
  return ticks;
}

function runs(table: Table): Runs {
  const length = table.entries(8, 8);
  const [counts, values] = [new Uint32Array(length), new Int32Array(length)];
  for (let index = 0; index < length; index += 1) {
    counts[index] = table.word(8 + index * 8);
    values[index] = table.signed(12 + index * 8);
  }
  return { counts, values };
}

/** One value for each of `count` pictures. */
function spread({ counts, values }: Runs, count: number): Int32Array {
  const spreadOut = new Int32Array(count);
  let at = 0;
  counts.forEach((run, index) => {
    if (at + run > count) throw new Error("mp4_broken");
    spreadOut.fill(values[index] as number, at, at + run);
    at += run;
  });
  if (at !== count) throw new Error("mp4_broken");
  return spreadOut;
}

function frameCount(sizes: Table): number {
  const count = sizes.word(8);
  if (count === 0) throw new Error("no_pictures");
  if (count > FRAMES_MOST) throw new Error("too_many_pictures");
  return count;
}

/** What an edit list shows of the track: one part. Throws where it shows several. */
function readEdit(list: Table | null, ticks: number, wholeTicks: number): Edit {
  let edit: Edit = { from: 0, until: Infinity };
  if (list === null) return edit;
  const [size, isLong] = list.version === 1 ? [20, true] : [12, false];
  let shown = 0;
  for (let index = 0, count = list.entries(8, size); index < count; index += 1) {
    const at = 8 + index * size;
    const from = isLong ? list.long(at + 8) : list.signed(at + 4);
    if (from < 0) continue; // nothing is shown for a while
    const length = isLong ? list.long(at) : list.word(at);
    edit = { from, until: length === 0 ? Infinity : from + Math.ceil((length * ticks) / wholeTicks) };
    shown += 1;
  }
  if (shown > 1) throw new Error("mp4_edits");
  return edit;
}

function isVideo(view: DataView, track: Box): boolean {
  const handler = within(view, track, "mdia", "hdlr");
  return handler !== null && table(view, handler).word(8) === 0x76696465; // "vide"
}

/** The frame times of a file's one video track, from the content of its `moov` box. Throws the broken rule. */
export function readFrameTimes(moov: Uint8Array): FrameTimes {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  const whole = { type: "moov", from: 0, until: moov.byteLength };
  const tracks = [...boxesIn(view, 0, whole.until)].filter(({ type }) => type === "trak");
  const videos = tracks.filter((track) => isVideo(view, track));
  if (videos.length !== 1) throw new Error("not_one_picture_track");
  const track = videos[0] as Box;
  const samples = within(view, track, "mdia", "minf", "stbl") ?? { type: "stbl", from: 0, until: 0 };
  const ticks = timescale(table(view, within(view, track, "mdia", "mdhd")));
  const count = frameCount(table(view, within(view, samples, "stsz")));
  const steps = spread(runs(table(view, within(view, samples, "stts"))), count);
  const shift = within(view, samples, "ctts");
  const shifts = shift === null ? new Int32Array(count) : spread(runs(table(view, shift)), count);
  const list = within(view, track, "edts", "elst");
  const edit = readEdit(list && table(view, list), ticks, timescale(table(view, within(view, whole, "mvhd"))));
  return shownTimes(steps, shifts, edit, ticks);
}

function shownTimes(steps: Int32Array, shifts: Int32Array, edit: Edit, ticks: number): FrameTimes {
  const all = new Float64Array(steps.length);
  let [decoded, shown] = [0, 0];
  steps.forEach((step, index) => {
    const at = decoded + (shifts[index] as number);
    decoded += step >>> 0;
    if (at >= edit.from && at < edit.until) all[shown++] = at;
  });
  const seconds = all.subarray(0, shown).sort();
  if (shown === 0) throw new Error("no_pictures");
  const first = seconds[0] as number;
  seconds.forEach((at, index) => {
    if (index > 0 && at === seconds[index - 1]) throw new Error("two_pictures_at_once");
  });
  return { seconds: seconds.map((at) => (at - first) / ticks), hidden: steps.length - shown };
}
