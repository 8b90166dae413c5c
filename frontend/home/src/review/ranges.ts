// Which parts of the time would be sent: in the order of time, none over another. Pure.
import type { Case, FootageRequest, Gap } from "../api/model";

export interface Range {
  from: Date;
  until: Date;
}

/** The parts, and which of them is being trimmed. */
export interface Parts {
  ranges: readonly Range[];
  active: number;
}

export const SHORTEST_MS = 1000; // the home's own rule
export const PARTS_MAX = 16; // as many as a manifest lists
const NEW_PART_MS = 60_000;

type Span = readonly [number, number];

const span = ({ from, until }: Range): Span => [from.getTime(), until.getTime()];
const range = ([from, until]: Span): Range => ({ from: new Date(from), until: new Date(until) });
const clamp = (value: number, lo: number, hi: number): number => Math.min(Math.max(value, lo), hi);

/** The times that can be chosen: what is recorded inside the time asked for, on whole milliseconds. */
export function bounds(request: FootageRequest, item: Case): Range {
  const from = Math.max(Date.parse(request.from), Date.parse(item.footage_from ?? request.from));
  const until = Math.min(Date.parse(request.until), Date.parse(item.footage_until ?? request.until));
  return { from: new Date(from), until: new Date(until) };
}

/** How far one part reaches at most: to its neighbours, or to the end of what is recorded. */
export function room({ ranges, active }: Parts, limits: Range): Range {
  return { from: ranges[active - 1]?.until ?? limits.from, until: ranges[active + 1]?.from ?? limits.until };
}

/** The same parts with one end of the active one at another time, as far as there is room. */
export function trimmed({ ranges, active }: Parts, end: keyof Range, time: number, limits: Range): Parts {
  const now = ranges[active];
  if (!now) return { ranges, active };
  const [lo, hi] = span(room({ ranges, active }, limits));
  const [from, until] = span(now);
  const next: Span = end === "from" ? [clamp(time, lo, until - SHORTEST_MS), until] : [from, clamp(time, from + SHORTEST_MS, hi)];
  return { ranges: ranges.map((each, index) => (index === active ? range(next) : each)), active };
}

/** What is left of a time when others are taken out of it. */
function without(whole: Span, others: readonly Span[]): Span[] {
  const left: Span[] = [];
  let start = whole[0];
  for (const [from, until] of [...others].sort((a, b) => a[0] - b[0])) {
    if (from > start) left.push([start, Math.min(from, whole[1])]);
    start = Math.max(start, until);
  }
  if (start < whole[1]) left.push([start, whole[1]]);
  return left.filter(([from, until]) => until - from >= SHORTEST_MS);
}

function inserted(others: readonly Range[], part: Span): Parts {
  const ranges = [...others, range(part)].sort((a, b) => a.from.getTime() - b.from.getTime());
  return { ranges, active: ranges.findIndex(({ from }) => from.getTime() === part[0]) };
}

/** One part more, in the middle of the longest recorded time that is not chosen yet; none where there is no room. */
export function added(ranges: readonly Range[], gaps: readonly Gap[], limits: Range): Parts | undefined {
  if (ranges.length >= PARTS_MAX) return undefined;
  const missing = gaps.map(({ from, until }): Span => [Date.parse(from), Date.parse(until)]);
  const [longest] = without(span(limits), [...ranges.map(span), ...missing]).sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
  if (!longest) return undefined;
  const length = Math.min(NEW_PART_MS, longest[1] - longest[0]);
  const from = Math.floor((longest[0] + longest[1] - length) / 2000) * 1000; // on a whole second where it can be
  return inserted(ranges, [clamp(from, longest[0], longest[1] - length), clamp(from, longest[0], longest[1] - length) + length]);
}

/** The active part at another time: what of it lies on others is left to them; what lies on them wholly chooses them. */
export function replaced({ ranges, active }: Parts, wanted: Range, limits: Range): Parts {
  const others = ranges.filter((_, index) => index !== active);
  const [lo, hi] = span(wanted);
  const pieces = without(span(limits), others.map(span)).map(([from, until]): Span => [Math.max(from, lo), Math.min(until, hi)]);
  const [largest] = pieces.filter(([from, until]) => until - from >= SHORTEST_MS).sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
  if (largest) return inserted(others, largest);
  const covering = ranges.findIndex((each) => each.from <= wanted.from && each.until > wanted.from);
  return { ranges, active: covering < 0 ? active : covering };
}

export function removed({ ranges }: Parts, index: number): Parts {
  return { ranges: ranges.filter((_, other) => other !== index), active: Math.max(0, index - 1) };
}

export function sameRanges(chosen: readonly Range[], cut: readonly { from: string; until: string }[]): boolean {
  return chosen.length === cut.length && chosen.every(({ from, until }, index) =>
    from.getTime() === Date.parse(cut[index]?.from ?? "") && until.getTime() === Date.parse(cut[index]?.until ?? ""));
}
