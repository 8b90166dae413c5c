// What is said when something did not work: the rule that it broke, else what failed and what to do. Never what a program threw.
import { isRefusal } from "../api/commands";
import type { Key, Words } from "../words/words";

/** What failed; each is a sentence of its own. */
export type Failed = Extract<Key, `failed${string}` | "message_missing">;

/** Home Assistant's own number for a line that broke. */
const LINE_LOST = 3;

const codeOf = (error: unknown): unknown => (typeof error === "object" && error !== null && "code" in error ? error.code : error);
/** Its library throws the number alone, in an error, or in an answer around that. */
export const isLineLost = (error: unknown): boolean => [error, (error as { error?: unknown } | null | undefined)?.error].some((each) => codeOf(each) === LINE_LOST);

/** For who mends the program: a kind of error is of nobody's home, its text might be. */
const kindOf = (error: unknown): string => (error instanceof Error ? error.name : isRefusal(error) ? error.code : typeof error);

/** A rule that this build doesn't know is Home Assistant's own word, or of a newer Milton Share. */
export function failure(words: Words, error: unknown, what: Failed = "failed"): string {
  if (isRefusal(error) && words.knows(error.code)) return words.rule(error.code);
  console.warn(`Milton Share: ${what}, ${kindOf(error)}`);
  return `${words.say(what)} ${words.say(isLineLost(error) ? "failed_away" : "failed_again")}`;
}
