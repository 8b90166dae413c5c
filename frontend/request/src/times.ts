/** Times in words: the city's zone first, UTC always beside it (law 9). */

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

/** UTC instant of a wall time ("2026-11-10", "02:10") in a zone; the earlier one where a clock change makes two. */
export function wallTime(date: string, time: string, timeZone: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d(:\d\d)?$/.test(time)) return null;
  const wanted = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (Number.isNaN(wanted)) return null;
  const offsets = [wanted - 86_400_000, wanted + 86_400_000].map((at) => offsetMs(at, timeZone));
  for (const offset of [Math.max(...offsets), Math.min(...offsets)]) {
    if (offsetMs(wanted - offset, timeZone) === offset) return new Date(wanted - offset);
  }
  return new Date(wanted - Math.max(...offsets));
}

/** Wall date and time ("2026-11-10", "02:10") of an instant in a zone. */
export function toWall(time: Date, timeZone: string): { date: string; time: string } {
  const wall = new Date(time.getTime() + offsetMs(time.getTime(), timeZone)).toISOString();
  return { date: wall.slice(0, 10), time: wall.slice(11, 16) };
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
