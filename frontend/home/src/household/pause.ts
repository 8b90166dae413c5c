// How long a pause lasts, in words. Pure but for the words.
import type { Format } from "../kit/format";
import type { Household } from "../api/model";
import type { Words } from "../words/words";

/** For how long the owner can pause with one choice; null: until the owner resumes. */
export const LASTS = { resume: null, day: 24 * 3_600_000, week: 7 * 24 * 3_600_000 } as const;

export type Lasts = keyof typeof LASTS | "time";

export function pausedWords({ words, format }: { words: Words; format: Format }, { paused_until }: Pick<Household, "paused_until">): string {
  return paused_until === null ? words.say("paused") : words.say("paused_until", { time: format.dayMinute(paused_until) });
}
