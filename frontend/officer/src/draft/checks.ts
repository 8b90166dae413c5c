/** The policy check: how the draft stands at each limit, with its numbers, and every broken rule. The hub judges; this shows. */
import { M2_PER_SQUARE_MILE } from "../../../request/src/geometry";
import { element, find, icon } from "../page";
import { TIME_ZONE } from "../times_on_page";

export interface Limit {
  readonly name: string;
  readonly standing: "open" | "within" | "last" | "supervisor" | "refused";
  readonly rules: readonly string[];
  readonly value: number | null;
  readonly least: number | null;
  readonly ordinary: number | null;
  readonly most: number | null;
}
export interface Lately {
  readonly kind: "plate" | "address" | "area";
  readonly count: number;
  readonly own: number;
  readonly newest: string;
}
export interface Verdict {
  readonly broken: readonly { readonly rule: string; readonly message: string }[];
  readonly exceeded: readonly string[];
  readonly limits: readonly Limit[];
  readonly lately: readonly Lately[];
}

interface Words {
  readonly name: string;
  readonly supervisor: string;
  readonly number: (value: number) => string;
  readonly unit: string;
}

const clock = (seconds: number) => {
  const minutes = Math.round(seconds / 60);
  return `${Math.trunc(minutes / 60)}:${String(Math.abs(minutes % 60)).padStart(2, "0")}`;
};
const WORDS: Record<string, Words> = {
  area: { name: "Area", supervisor: "Area needs a supervisor", number: (m2) => (m2 / M2_PER_SQUARE_MILE).toFixed(3), unit: " sq mi" },
  duration: { name: "Duration", supervisor: "Duration needs a supervisor", number: clock, unit: " h" },
  look_back: { name: "Look-back", supervisor: "Look-back needs a supervisor", number: String, unit: " days" },
  requests_of_case: { name: "Requests for this case", supervisor: "One more for this case needs a supervisor", number: String, unit: "" },
  reason: { name: "Offense and reason", supervisor: "", number: String, unit: "" },
  place: { name: "Inside the city, no overlap that would single out a home", supervisor: "", number: String, unit: "" },
};
const CASE_IS_LAST = "Last request for this case";
const LOOKS = { open: ["o", "minus"], within: ["", "ok"], last: ["w", "warn"], supervisor: ["w", "warn"], refused: ["x", "no"] } as const;

/** "0.154 of 0.100 sq mi"; against the hard limit once that is passed, or the least when it is under that. */
function numbers(limit: Limit, words: Words): string {
  if (limit.value === null || limit.ordinary === null || limit.most === null) return limit.name === "reason" && limit.standing === "within" ? "specific" : "";
  const { number, unit } = words;
  if (limit.least !== null && limit.value < limit.least) return `${number(limit.value)}, at least ${number(limit.least)}${unit}`;
  return `${number(limit.value)} of ${number(limit.value > limit.most ? limit.most : limit.ordinary)}${unit}`;
}

function line(look: keyof typeof LOOKS, text: string, number = "", rule = ""): HTMLElement {
  const [className, symbol] = LOOKS[look];
  const item = element("li", { className }, icon(symbol), element("span", { text }), element("em", { text: number }));
  if (rule !== "") item.dataset["rule"] = rule;
  return item;
}

function linesOf(limit: Limit, messages: ReadonlyMap<string, string>): HTMLElement[] {
  const words = WORDS[limit.name];
  if (words === undefined) return [];
  const number = numbers(limit, words);
  const broken = limit.rules.map((rule, i) => line(limit.standing === "open" ? "open" : "refused", messages.get(rule) ?? rule, i === 0 ? number : "", rule));
  if (broken.length > 0) return broken;
  const name = { open: words.name, within: words.name, last: CASE_IS_LAST, supervisor: words.supervisor, refused: words.name }[limit.standing];
  const item = line(limit.standing, name, number);
  item.dataset["limit"] = limit.name;
  return [item];
}

/** What each passed limit is called where a supervisor is told of it. */
export function exceededWords(verdict: Verdict): string {
  const urgent = verdict.exceeded.includes("urgent") ? ["Urgent"] : [];
  const passed = verdict.limits.filter(({ standing }) => standing === "supervisor");
  return [...urgent, ...passed.map((limit) => `${WORDS[limit.name]?.name ?? limit.name}: ${numbers(limit, WORDS[limit.name] as Words)}`)].join(". ");
}

const FIELDS: Readonly<Record<string, string>> = { case_number_wrong: "#case-number", contact_wrong: "#contact" };

const ASKED = { plate: "A plate in the reason", address: "An address in the reason", area: "Much of this area" };

/** "Much of this area was asked for 2 times in other cases, once by you, last on Nov 12." */
function latelyWords({ kind, count, own, newest }: Lately): string {
  const times = count === 1 ? "once" : `${count} times`;
  const yours = own === 0 ? "" : own === count ? ", by you" : `, ${own === 1 ? "once" : `${own} times`} by you`;
  const day = new Intl.DateTimeFormat("en-US", { timeZone: TIME_ZONE, month: "short", day: "numeric" }).format(new Date(newest));
  return `${ASKED[kind]} was asked for ${times} lately in other cases${yours}, last on ${day}. Auditors see repeats.`;
}

/** Whether a rule is broken by nothing but a field in which nothing is written yet. */
function isEmpty(rule: string): boolean {
  const field = FIELDS[rule];
  return field !== undefined && find<HTMLInputElement>(field).value.trim() === "";
}

export function showChecks(verdict: Verdict): void {
  const messages = new Map(verdict.broken.map(({ rule, message }) => [rule, message]));
  const ofLimits = new Set(verdict.limits.flatMap(({ rules }) => rules));
  const others = verdict.broken.filter(({ rule }) => !ofLimits.has(rule));
  find("#checks").replaceChildren(
    ...verdict.limits.flatMap((limit) => linesOf(limit, messages)),
    ...(verdict.exceeded.includes("urgent") ? [line("supervisor", "Urgent: a supervisor signs too")] : []),
    ...verdict.lately.map((each) => {
      const item = line("supervisor", latelyWords(each));
      item.dataset["lately"] = each.kind;
      return item;
    }),
    ...others.map(({ rule, message }) => line(isEmpty(rule) ? "open" : "refused", message, "", rule)),
  );
}

export function showFault(words: string): void {
  find("#checks").replaceChildren(line("refused", words));
}
