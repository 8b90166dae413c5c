// How sure the times of a recording are, in words that need no schooling.
import type { Case, Clip } from "../api/model";
import type { Context } from "../kit/part";

const UNKNOWN_MS = 3_600_000; // the home states an hour where no time service sets its clock: no bound at all
const BY_OWNER = "owner"; // of a file that the owner added: no clock of this home has a part in it
const MINUTES_MS = 90_000;
const TOLD_MS = 100; // a camera's clock that is off by less is right

type Doubt = Pick<Clip, "clock_method" | "uncertainty_ms">;

const nobodyVouches = (clip: Doubt): boolean => clip.uncertainty_ms >= UNKNOWN_MS && clip.clock_method !== BY_OWNER;

/** "right to about 0.6 s" */
export function doubtWords({ words, format }: Context, clip: Doubt): string {
  const uncertaintyMs = clip.uncertainty_ms;
  if (nobodyVouches(clip)) return words.say("times_unknown_short");
  const about = uncertaintyMs >= MINUTES_MS
    ? words.say("about_minutes", { count: Math.ceil(uncertaintyMs / 60_000) })
    : words.say("about_seconds", { count: format.number(Math.ceil(uncertaintyMs / 100) / 10, 1) });
  return words.say("times_right", { about });
}

/** Whole sentences: how sure, and what was corrected. */
export function clockWords(context: Context, clip: Clip): { text: string; unsure: boolean } {
  const { words, format } = context;
  const unsure = nobodyVouches(clip);
  const sure = unsure ? words.say("times_unknown") : `${words.say("times_are")} ${doubtWords(context, clip)}.`;
  if (Math.abs(clip.offset_ms) < TOLD_MS) return { text: sure, unsure };
  const off = { seconds: format.number(Math.abs(clip.offset_ms) / 1000, 1) };
  return { text: `${sure} ${words.say(clip.offset_ms > 0 ? "clock_behind" : "clock_ahead", off)}`, unsure };
}

/** What is there of the time asked for, where nothing of it can be looked at. */
export function footageWords({ words, format }: Context, item: Case): string {
  if (item.copied !== null) return words.say("looks_copying", { percent: format.number(Math.floor(item.copied * 100)) });
  return item.hold_trouble === null ? words.say("looks_no_footage") : words.say("looks_unclear", { why: words.rule(item.hold_trouble) });
}

/** When the camera's pictures came in another size, in a sentence; nothing where they didn't. */
export function resizedWords({ words, format }: Context, clip: Clip): string | undefined {
  if (clip.resized_at.length === 0) return undefined;
  return words.say("resized", { times: clip.resized_at.map((at) => format.second(at)).join(", ") });
}
