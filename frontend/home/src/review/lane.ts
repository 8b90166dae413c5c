// What each camera has of the time asked for, on one axis. Pure.
import type { Case, FootageRequest, Mark } from "../api/model";
import { bounds, type Range } from "./ranges";
import { canLook } from "../cases/state";

export interface Lane {
  item: Case;
  marks: readonly Mark[];
  chosen: readonly Range[];
}

export type Span = readonly [number, number];

const MINUTE_MS = 60_000;
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180];
const RING_SHOWN_MS = 5_000; // a ring has no length: it is told of a moment this near

/** Whole hours or minutes inside a time, at most so many. */
export function hours(from: number, until: number, most: number): number[] {
  const step = (STEPS_MIN.find((minutes) => (until - from) / (minutes * MINUTE_MS) <= most) ?? 360) * MINUTE_MS;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((until - first) / step) + 1) }, (_, index) => first + index * step);
}

/** The recorded parts of the time asked for, in order. */
export function recordedSpans(request: FootageRequest, item: Case): Span[] {
  const { from, until } = bounds(request, item);
  const found: Span[] = [];
  let start = from.getTime();
  for (const gap of [...item.gaps].sort((a, b) => Date.parse(a.from) - Date.parse(b.from))) {
    if (Date.parse(gap.from) > start) found.push([start, Date.parse(gap.from)]);
    start = Math.max(start, Date.parse(gap.until));
  }
  if (start < until.getTime()) found.push([start, until.getTime()]);
  return found;
}

/** What a camera has: nothing while it has no footage that can be looked at. */
export function covered(request: FootageRequest, { item }: Lane): Span[] {
  return canLook(item) ? recordedSpans(request, item) : [];
}

export const has = (spans: readonly Span[], time: number): boolean => spans.some(([from, until]) => from <= time && time < until);

/** What was noticed at a moment, or near it. */
export function noticed(marks: readonly Mark[], time: number): Mark[] {
  return marks.filter(({ kind, from, until }) => {
    const near = Date.parse(from) === Date.parse(until) || kind === "ring" ? RING_SHOWN_MS : 0;
    return Date.parse(from) - near <= time && time <= Date.parse(until) + near;
  });
}

/** Where a person begins to look: at the first thing that was noticed, else where the first recording begins. */
export function firstMoment(request: FootageRequest, lanes: readonly Lane[]): number {
  const marked = lanes.flatMap(({ marks }) => marks).map(({ from }) => Date.parse(from)).sort((a, b) => a - b)[0];
  const recorded = lanes.flatMap((lane) => covered(request, lane)).map(([from]) => from).sort((a, b) => a - b)[0];
  return Math.max(Date.parse(request.from), marked ?? recorded ?? 0);
}
