/**
 * Where a track's samples lie in a clip, by its tables (ISO/IEC 14496-12 section 8.7): each media byte is in exactly one
 * sample, and a table is as long as it says and no longer than its track. Pure; the same is in
 * `custom_components/milton_share/clips/mp4/tables.py`. Takes time linear in the tables' bytes, whatever they say.
 */
import { boxesIn, type Box } from "./boxes";

// Of tables of rows: where their count lies, after which they begin, and how long a row is.
const ROWS: Readonly<Record<string, readonly [countAt: number, rowBytes: number]>> = {
  stts: [4, 8], ctts: [4, 8], stss: [4, 4], stsc: [4, 12], stsz: [8, 4], stco: [4, 4], co64: [4, 8], sbgp: [8, 8],
};
const EACH_AT = 4; // in `stsz`: the size of all samples, 0 where they are listed

/** As many rows as a table has room for, from `at` on in its view. */
interface Rows {
  readonly at: number;
  readonly count: number;
  readonly isWhole: boolean;
}

interface Chunk {
  /** In the file. */
  readonly place: number;
  readonly bytes: number;
}

const NONE: Rows = { at: 0, count: 0, isWhole: true };

function rowsOf(view: DataView, { type, from, until }: Box, [countAt, rowBytes]: readonly [number, number]): Rows {
  const at = from + countAt + 4;
  if (at > until) return { ...NONE, isWhole: false };
  const areAlike = type === "stsz" && view.getUint32(from + EACH_AT) !== 0;
  const said = areAlike ? 0 : view.getUint32(from + countAt);
  return { at, count: Math.floor((until - at) / rowBytes), isWhole: until - at === said * rowBytes };
}

/** One track's tables, from the content of its `stbl`; throws `mp4_broken`. */
export class SampleTables {
  readonly #rows = new Map<string, Rows>();
  readonly #count: number = 0;
  readonly #each: number = 0; // the size of all samples, 0 where they are listed

  constructor(
    private readonly view: DataView,
    table: Box,
  ) {
    for (const box of boxesIn(view, table.from, table.until)) {
      const form = ROWS[box.type];
      if (form === undefined) continue;
      this.#rows.set(box.type, rowsOf(view, box, form));
      if (box.type !== "stsz" || box.until - box.from < 12) continue;
      this.#each = view.getUint32(box.from + EACH_AT);
      this.#count = view.getUint32(box.from + 8);
    }
  }

  /** What of its tables is too much, or is not there; their places follow `path`. */
  *strays(path: string): Generator<string> {
    for (const [type, { count, isWhole }] of this.#rows) {
      if (!isWhole) yield `${path}/${type}: a table of another length than it says`;
      else if (type !== "stsz" && count > this.#count) yield `${path}/${type}: ${count} rows for ${this.#count} samples`;
    }
    if (!this.#isPlaced()) yield `${path}: samples that are nowhere`;
  }

  isWhole(): boolean {
    return this.strays("").next().done === true;
  }

  /** Where its chunks lie, in its own order; only of whole tables. */
  *chunks(): Generator<Chunk> {
    const [sizes, places] = [this.#of("stsz"), this.#places()];
    let sample = 0;
    for (const { from, until, samples } of this.#runs()) {
      for (let chunk = from; chunk < until; chunk += 1) {
        let bytes = this.#each * samples;
        for (let left = this.#each === 0 ? samples : 0; left > 0; left -= 1) bytes += this.view.getUint32(sizes.at + 4 * sample++);
        const at = places.at + (chunk - 1) * places.bytes;
        yield { place: places.bytes === 4 ? this.view.getUint32(at) : Number(this.view.getBigUint64(at)), bytes };
      }
    }
  }

  #of(type: string): Rows {
    return this.#rows.get(type) ?? NONE;
  }

  #places(): Rows & { readonly bytes: number } {
    return this.#rows.has("co64") ? { ...this.#of("co64"), bytes: 8 } : { ...this.#of("stco"), bytes: 4 };
  }

  /** Which chunks, counted from 1, have how many samples each. */
  *#runs(): Generator<{ from: number; until: number; samples: number }> {
    const [{ at, count }, chunks] = [this.#of("stsc"), this.#places().count];
    for (let row = at; row < at + 12 * count; row += 12) {
      const until = row + 12 < at + 12 * count ? this.view.getUint32(row + 12) : chunks + 1;
      yield { from: this.view.getUint32(row), until, samples: this.view.getUint32(row + 4) };
    }
  }

  /** Whether each sample is in a chunk: else a track could name sizes alone, and nobody would look at so much of the media. */
  #isPlaced(): boolean {
    if (this.#rows.has("stco") && this.#rows.has("co64")) return false; // players go by one of the two
    let [next, placed] = [1, 0];
    for (const { from, until, samples } of this.#runs()) {
      if (from !== next || until <= from) return false; // or a few rows would have all chunks gone through again and again
      placed += (until - from) * samples;
      next = until;
    }
    return next === this.#places().count + 1 && placed === this.#count;
  }
}

/** The chunks of all tracks as they lie in the file, where each track's own do. */
function* inFile(tracks: readonly SampleTables[]): Generator<Chunk> {
  const left = tracks.map((track) => track.chunks());
  const heads = left.map((chunks) => chunks.next());
  for (;;) {
    const places = heads.map((head) => (head.done === true ? Infinity : head.value.place));
    const first = places.indexOf(Math.min(...places));
    const head = heads[first];
    if (head === undefined || head.done === true) return;
    yield head.value;
    heads[first] = (left[first] as Generator<Chunk>).next();
  }
}

/** Whether each byte of `media`, parts of the file, is in one sample of the tracks, in one only; of whole tables. */
export function areFilled(media: readonly Box[], tracks: readonly SampleTables[]): boolean {
  const left = media.filter(({ from, until }) => from < until).values();
  let [at, end] = [0, 0];
  for (const { place, bytes } of inFile(tracks)) {
    if (bytes === 0) continue;
    if (at === end) {
      const next = left.next().value;
      if (next === undefined) return false;
      [at, end] = [next.from, next.until];
    }
    if (place !== at || bytes > end - at) return false;
    at += bytes;
  }
  return at === end && left.next().done === true;
}
