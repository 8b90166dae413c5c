/** The page's words in the reader's language, with their blanks filled in. */
import { en, type Words } from "./en";
import { es } from "./es";

const PLACE = "milton-language";
type Language = "en" | "es";
type Name = { [K in keyof Words]: Words[K] extends string ? K : never }[keyof Words];
type Blanks = Readonly<Record<string, string | number>>;

function chosen(): Language {
  const wanted = [new URLSearchParams(location.search).get("lang"), localStorage.getItem(PLACE), ...navigator.languages.map((each) => each.slice(0, 2))];
  return wanted.find((each): each is Language => each === "en" || each === "es") ?? "en";
}

export const language = chosen();
if (new URLSearchParams(location.search).has("lang")) localStorage.setItem(PLACE, language);
export const words: Words = language === "es" ? es : en;

const fill = (text: string, blanks: Blanks): string => text.replace(/\{(\w+)\}/g, (_, blank: string) => String(blanks[blank]));

export const say = (name: Name, blanks: Blanks = {}): string => fill(words[name], blanks);

/** Words for a person, whatever was thrown: most errors have the name of a rule. */
export function sentence(error: unknown): string {
  const rule = error instanceof Error ? error.message : String(error);
  if (error instanceof DOMException && error.name === "QuotaExceededError") return words.rules["no_room"] ?? "";
  if (rule === "no_answer") return words.no_answer;
  return words.rules[rule] ?? say("rule", { rule });
}

const time = new Intl.DateTimeFormat(language, { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
export const atTime = (at: Date): string => time.format(at);
