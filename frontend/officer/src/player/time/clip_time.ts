/** Converts between a clip's own time and true time (docs/protocol.md section 10), and lists what it covers. Pure. */
import type { Manifest } from "../../share/manifest/manifest";

/** A part of true time: pictures are there, none was recorded, or it was not asked for. */
export interface Segment {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly kind: "recorded" | "gap" | "apart";
}
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}
export type Timed = Pick<Manifest, "ranges" | "gaps" | "uncertaintyMs" | "clockMethod">;

const ROUNDED_MS = 1; // a range's place in the clip is told in whole milliseconds
const LATEST_MS = 8.64e15; // that a clock can show: a home's file may say anything
const NOTHING_KNOWN_MS = 3_600_000; // a home says so much where nothing vouches for its time

interface Part {
  readonly storedMs: number;
  readonly firstMs: number;
  readonly untilMs: number;
}

export class ClipTime {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly segments: readonly Segment[];
  readonly #parts: readonly Part[];

  constructor(private readonly timed: Timed) {
    const { ranges } = timed;
    this.fromMs = ranges[0]!.from.getTime();
    this.untilMs = ranges.at(-1)!.until.getTime();
    this.segments = segmentsOf(timed);
    this.#parts = ranges.flatMap(({ until, firstFrame, storedMs }) =>
      firstFrame === null || storedMs === null ? [] : [{ storedMs, firstMs: firstFrame.getTime(), untilMs: until.getTime() }],
    );
  }

  /** How far the times may be off, in ms; null where nothing vouches for them. */
  get unsureMs(): number | null {
    const { uncertaintyMs, clockMethod } = this.timed;
    return uncertaintyMs >= NOTHING_KNOWN_MS && clockMethod !== "owner" ? null : uncertaintyMs;
  }

  /** When what is shown `second` after the clip's first picture was taken, in ms. */
  trueMs(second: number): number {
    const storedMs = second * 1000;
    const part = this.#parts.findLast((each) => each.storedMs <= storedMs + ROUNDED_MS);
    if (part === undefined) return this.#parts[0]?.firstMs ?? this.fromMs;
    return Math.min(part.firstMs + storedMs - part.storedMs, LATEST_MS);
  }

  /** Where in the clip a true time is shown, in seconds after its first picture; null where nothing was recorded. */
  secondAt(trueMs: number): number | null {
    if (this.kindAt(trueMs) !== "recorded") return null;
    const part = this.#parts.findLast((each) => each.firstMs <= trueMs + ROUNDED_MS);
    return part === undefined || trueMs >= part.untilMs ? null : Math.max(part.storedMs + trueMs - part.firstMs, 0) / 1000;
  }

  /** Where a player goes for a true time: within a gap its place in it, else the next place that the clip has. */
  nearestSecond(trueMs: number): number {
    const part = this.#parts.find(({ untilMs }) => trueMs < untilMs) ?? this.#parts.at(-1);
    if (part === undefined) return 0;
    return (part.storedMs + Math.min(Math.max(trueMs, part.firstMs), part.untilMs) - part.firstMs) / 1000;
  }

  /** What there is at a true time; null before and after all of it. */
  kindAt(trueMs: number): Segment["kind"] | null {
    return this.segments.find(({ fromMs, untilMs }) => fromMs <= trueMs && trueMs < untilMs)?.kind ?? null;
  }
}

/** From the first to the last moment that any of them tells of. */
export function spanOf(spans: readonly Span[]): Span {
  return { fromMs: Math.min(...spans.map(({ fromMs }) => fromMs)), untilMs: Math.max(...spans.map(({ untilMs }) => untilMs)) };
}

function segmentsOf({ ranges, gaps }: Timed): Segment[] {
  const found: Segment[] = [];
  const add = (fromMs: number, untilMs: number, kind: Segment["kind"]): void => {
    if (untilMs > fromMs) found.push({ fromMs, untilMs, kind });
  };
  let at = ranges[0]!.from.getTime();
  for (const range of ranges) {
    const [from, until] = [range.from.getTime(), range.until.getTime()];
    add(at, from, "apart");
    at = from;
    if (range.firstFrame === null) {
      add(from, until, "gap");
      at = until;
      continue;
    }
    for (const gap of [...gaps].sort((a, b) => a.from.getTime() - b.from.getTime())) {
      const [begins, ends] = [Math.max(gap.from.getTime(), at), Math.min(gap.until.getTime(), until)];
      if (ends <= begins) continue;
      add(at, begins, "recorded");
      add(begins, ends, "gap");
      at = ends;
    }
    add(at, until, "recorded");
    at = until;
  }
  return found;
}
