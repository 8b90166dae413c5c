// The page's sentences, in the reader's language where there is one, else in English. Each language is a script of its own.
import type { card as cardEn } from "./card_en";
import type { en } from "./en";
import { GROUP_OF } from "./groups";
import type { rules as rulesEn } from "./rules_en";
import type { Receipt } from "../api/model";

export type Message = string | { one: string; other: string };
export type Sentences = Record<keyof typeof en, Message>;
export type Key = keyof typeof en | keyof typeof cardEn;
export type Rule = keyof typeof rulesEn;
export type RuleSentences = Readonly<Record<Rule, string>>;
type Values = Readonly<Record<string, string | number>>;

interface Language {
  name: string;
  sentences: Readonly<Record<Key, Message>>;
  rules: RuleSentences;
}

const ENGLISH = "en";
const LATER: Readonly<Record<string, () => Promise<Language>>> = {
  en: () => import("./english").then(({ english }) => english),
  es: () => import("./spanish").then(({ spanish }) => spanish),
};
const LOADED = new Map<string, Language | null>(); // null: not even English could be loaded
const LOADING = new Map<string, Promise<void>>();

const mainPart = (language: string): string => language.split("-")[0] ?? "";
/** The language that stands for another. */
const spoken = (language: string): string => (Object.hasOwn(LATER, mainPart(language)) ? mainPart(language) : ENGLISH);

/** In place of what can't be loaded stands English. */
async function load(name: string): Promise<void> {
  const found = await LATER[name]?.().catch(() => undefined);
  if (!found && name !== ENGLISH) await loadWords(ENGLISH);
  LOADED.set(name, found ?? LOADED.get(ENGLISH) ?? null);
}

/** Loads a language that is not there yet; undefined where there is none to wait for. */
export function loadWords(language: string): Promise<void> | undefined {
  const name = spoken(language);
  if (LOADED.has(name)) return undefined;
  const loading = LOADING.get(name) ?? load(name);
  LOADING.set(name, loading);
  return loading;
}

/** What is said where no words can be loaded, for an update took them away; undefined where there are words, or may be. */
export function withoutWords(language: string): string | undefined {
  if (LOADED.get(spoken(language)) !== null) return undefined;
  return spoken(language) === "es"
    ? "Esta página es más antigua que su Home Assistant. Cárguela de nuevo."
    : "This page is older than your Home Assistant. Load it again.";
}

/** Of a language that was loaded. */
export class Words {
  /** That these sentences are in, which need not be the one that was asked for. */
  readonly language: string;
  readonly #sentences: Readonly<Record<Key, Message>>;
  readonly #rules: RuleSentences;
  readonly #plural: Intl.PluralRules;

  constructor(language: string) {
    const known = LOADED.get(spoken(language));
    if (!known) throw new Error(`no words in ${spoken(language)}`);
    this.language = known.name;
    this.#sentences = known.sentences;
    this.#rules = known.rules;
    this.#plural = new Intl.PluralRules(known.name === mainPart(language) ? language : known.name);
  }

  say(key: Key, values: Values = {}): string {
    const message = this.#sentences[key];
    const text =
      typeof message === "string"
        ? message
        : message[this.#plural.select(Number(values["count"] ?? 0)) === "one" ? "one" : "other"];
    const said = text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
    return said.replace(/\.\.(?=\s|$)/g, "."); // "11:27 a. m." at the end of a sentence
  }

  /** Whether this build has words for a rule; Home Assistant refuses by some of its own. */
  knows(rule: string): boolean {
    return Object.hasOwn(this.#rules, GROUP_OF.get(rule) ?? rule);
  }

  /** The sentence of a broken rule, or the name of one that this build doesn't know. */
  rule(rule: string): string {
    return this.knows(rule) ? this.#rules[(GROUP_OF.get(rule) ?? rule) as Rule] : this.say("unknown_rule", { rule });
  }

  notice(notice: string): string {
    const keys: Record<string, Key> = { demo_city: "notice_demo", signer_served_by_hub: "notice_signer", no_witness: "notice_witness" };
    const key = keys[notice];
    return key ? this.say(key) : notice;
  }

  event(event: Receipt["event"]): string {
    return this.say(`event_${event}`);
  }

  link(link: string): string {
    return this.say(`link_${link}` as Key);
  }
}
