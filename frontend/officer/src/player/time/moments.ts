/** Moments in words: the agency's time zone and UTC, to the millisecond, with their stated uncertainty. Pure. */
import { zoneName } from "../../../../request/src/times";

/** "Tue, Nov 10, 2026, 3:04:17.200 AM EST" */
export function localMoment(ms: number, timeZone: string): string {
  const time = new Date(ms);
  const words = new Intl.DateTimeFormat("en-US", {
    timeZone, weekday: "short", month: "short", day: "numeric", year: "numeric",
    hour: "numeric", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3,
  }).format(time);
  return `${words} ${zoneName(time, timeZone)}`;
}

/** "3:04:17.200 AM", for a list beside its day. */
export function localClock(ms: number, timeZone: string, digits: 0 | 3 = 3): string {
  return new Intl.DateTimeFormat("en-US", {
    timeZone, hour: "numeric", minute: "2-digit", second: "2-digit", ...(digits === 3 ? { fractionalSecondDigits: 3 as const } : {}),
  }).format(new Date(ms));
}

/** "2026-11-10 08:04:17.200 UTC" */
export function utcMoment(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)} UTC`;
}

/** "± 0.6 s", rounded up; what is to be read where nothing vouches for the time. */
export function unsureWords(unsureMs: number | null): string {
  return unsureMs === null ? "nothing vouches for this time" : `± ${(Math.ceil(unsureMs / 100) / 10).toFixed(1)} s`;
}

/** "Frame 12 of 45", from a number that begins at 0; and where it is not the clip's own, of what. */
export function frameWords(frame: number, count: number, isTranscode = false): string {
  return `Frame ${(frame + 1).toLocaleString("en-US")} of ${count.toLocaleString("en-US")}${isTranscode ? " of the transcode" : ""}`;
}

/** Words for what the owner did about sound. */
export const SOUND = {
  kept: "Audio shared by the owner",
  removed: "No audio: the owner removed it",
  absent: "No audio was recorded",
} as const;
