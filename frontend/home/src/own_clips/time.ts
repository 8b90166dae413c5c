// The time that is to be cut for own use, and what is recorded around it. Pure.
import type { Case, FootageRequest, OwnCamera } from "../api/model";
import type { Range } from "../review/ranges";
import { isLeft } from "../cases/state";

export const LONGEST_MS = 3_600_000; // the home's own rules
export const SHORTEST_MS = 1000;
export const CAMERAS_MAX = 8;
const AROUND_MS = 600_000;

/** The time that is looked through: the chosen one and as much around it, never what is still to come. */
export function around({ from, until }: Range, now: Date): Range {
  const pad = Math.max(AROUND_MS, (until.getTime() - from.getTime()) / 2);
  return { from: new Date(from.getTime() - pad), until: new Date(Math.max(Math.min(until.getTime() + pad, now.getTime()), until.getTime())) };
}

/** What stays of a request that nobody answered, as far as it can be cut at once: the time, and of which cameras. */
export function leftOf(request: FootageRequest): { range: Range; cameras: string[] } | undefined {
  const left = request.cases.filter((item) => isLeft(item) && item.file === null);
  const times = left.flatMap(({ footage_from: from, footage_until: until }) => [from, until]).filter((time) => time !== null).map((time) => Date.parse(time));
  if (times.length === 0) return undefined;
  const [from, until] = [Math.ceil(Math.min(...times) / 1000) * 1000, Math.floor(Math.max(...times) / 1000) * 1000];
  return { range: { from: new Date(from), until: new Date(Math.min(until, from + LONGEST_MS)) }, cameras: left.map(({ camera_id }) => camera_id) };
}

/** How much of a time a camera has. */
export function recordedMs({ recorded }: OwnCamera, { from, until }: Range): number {
  return recorded.reduce((sum, part) => sum + Math.max(0, Math.min(Date.parse(part.until), until.getTime()) - Math.max(Date.parse(part.from), from.getTime())), 0);
}

/** What none of some cameras has of a time. */
function missing(cameras: readonly OwnCamera[], { from, until }: Range): Range[] {
  const parts = cameras.flatMap(({ recorded }) => recorded).map((part): [number, number] => [Date.parse(part.from), Date.parse(part.until)]);
  const left: Range[] = [];
  let start = from.getTime();
  for (const [low, high] of parts.sort((a, b) => a[0] - b[0])) {
    if (low > start) left.push({ from: new Date(start), until: new Date(Math.min(low, until.getTime())) });
    start = Math.max(start, high);
  }
  if (start < until.getTime()) left.push({ from: new Date(start), until });
  return left.filter((gap) => gap.from < gap.until);
}

/** As the timeline takes them: a time, and what of it is recorded. */
export function shownAs(window: Range, cameras: readonly OwnCamera[]): { request: Pick<FootageRequest, "from" | "until">; item: Pick<Case, "camera_name" | "footage_from" | "footage_until" | "gaps"> } {
  const gaps = missing(cameras, window).map(({ from, until }) => ({ from: from.toISOString(), until: until.toISOString() }));
  return {
    request: { from: window.from.toISOString(), until: window.until.toISOString() },
    item: { camera_name: cameras.map(({ name }) => name).join(", "), footage_from: null, footage_until: null, gaps },
  };
}
