/** Times in words: the city's zone first, UTC always beside it (law 9). */

const DAY_MS = 86_400_000;

function format(time: Date, timeZone: string, seconds: boolean): string {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    month: "short",
    day: "numeric",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    timeZoneName: "short",
  }).format(time);
}

export function local(time: Date, timeZone: string, seconds = false): string {
  return format(time, timeZone, seconds);
}

/** "Eastern Time": what people call a zone. */
export function zoneInWords(timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longGeneric" }).formatToParts(new Date(0));
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

export function utc(time: Date, seconds = false): string {
  const text = time.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, seconds ? 19 : 16)} UTC`;
}

export function both(time: Date, timeZone: string, seconds = false): string {
  return `${local(time, timeZone, seconds)} (${utc(time, seconds)})`;
}

/** "1 h 30 min"; under two minutes in seconds. */
export function duration(from: Date, until: Date): string {
  const ms = until.getTime() - from.getTime();
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const minutes = Math.round(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/**
 * All instants at which a wall clock of the zone shows this ("2026-11-10", "02:10"): usually one, two when clocks went
 * back, none when they went forward, or when nothing is filled in.
 */
export function instantsOf(date: string, time: string, timeZone: string): Date[] {
  const wanted = wallMs(date, time);
  if (wanted === null) return [];
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((at) => offsetMs(at, timeZone));
  const found = [...new Set(offsets)].filter((offset) => offsetMs(wanted - offset, timeZone) === offset);
  return found.map((offset) => new Date(wanted - offset)).sort((a, b) => a.getTime() - b.getTime());
}

/** Whether a date and a time are filled in, though no clock may ever show them. */
export function isWallTime(date: string, time: string): boolean {
  return wallMs(date, time) !== null;
}

function wallMs(date: string, time: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d(:\d\d)?$/.test(time)) return null;
  const wanted = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`);
  return Number.isNaN(wanted) ? null : wanted;
}

/** By how much the zone's clocks are put forward (negative: back) between two instants, in ms. */
export function clockChangeMs(from: Date, until: Date, timeZone: string): number {
  return offsetMs(until.getTime(), timeZone) - offsetMs(from.getTime(), timeZone);
}

/** "EDT": what the zone is called at an instant. */
export function zoneName(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "short" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/** Wall date and time ("2026-11-10", "02:10"; with seconds where there are some) of an instant in a zone. */
export function toWall(time: Date, timeZone: string): { date: string; time: string } {
  const wall = new Date(time.getTime() + offsetMs(time.getTime(), timeZone)).toISOString();
  return { date: wall.slice(0, 10), time: wall.slice(11, wall.slice(17, 19) === "00" ? 16 : 19) };
}

function offsetMs(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(at / 1000) * 1000;
}
