// Moments that a clock on the wall of the home shows. Pure.

const HOUR_MS = 3_600_000;
const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
};

/** "2026-11-10T02:10:00": what the clock of a zone shows at a moment, as `<input type="datetime-local">` has it. */
export function onTheWall(moment: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { ...PARTS, timeZone: zone }).formatToParts(moment);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}`;
}

/** All moments at which the clock of a zone shows this: usually one, two when clocks went back, none when forward. */
export function momentsOf(shown: string, zone: string): Date[] {
  const text = shown.length === 16 ? `${shown}:00` : shown;
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return [];
  const offsets = [-24, 24].map((hours) => {
    const near = new Date(asUtc + hours * HOUR_MS);
    return Date.parse(`${onTheWall(near, zone)}Z`) - near.getTime();
  });
  const found = [...new Set(offsets)].map((offset) => new Date(asUtc - offset)).filter((moment) => onTheWall(moment, zone) === text);
  return found.sort((first, second) => first.getTime() - second.getTime());
}
