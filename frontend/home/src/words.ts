// The page's sentences, in the reader's language where there is one. English is always there, others are loaded.
import { card as cardEn } from "./words/card_en";
import { en } from "./words/en";
import { GROUP_OF } from "./words/groups";
import { rules as rulesEn } from "./words/rules_en";
import type { Receipt } from "./model";
import type { Section } from "./sorting";

export type Message = string | { one: string; other: string };
export type Sentences = Record<keyof typeof en, Message>;
export type Key = keyof typeof en | keyof typeof cardEn;
export type Rule = keyof typeof rulesEn;
export type RuleSentences = Readonly<Record<Rule, string>>;
type Values = Readonly<Record<string, string | number>>;

interface Language {
  sentences: Readonly<Record<Key, Message>>;
  rules: RuleSentences;
}

const EN: Language = { sentences: { ...en, ...cardEn }, rules: rulesEn };
const LOADED = new Map<string, Language>([["en", EN]]);
const LATER: Readonly<Record<string, () => Promise<Language>>> = { es: () => import("./words/spanish").then(({ spanish }) => spanish) };

const mainPart = (language: string): string => language.split("-")[0] ?? "";

const LOADING = new Map<string, Promise<void>>();

/** Loads a language that is not there yet; undefined where there is none to wait for. In place of what can't be loaded stands English. */
export function loadWords(language: string): Promise<void> | undefined {
  const name = mainPart(language);
  const load = Object.hasOwn(LATER, name) && !LOADED.has(name) ? LATER[name] : undefined;
  if (!load) return undefined;
  const loading = LOADING.get(name) ?? load().catch(() => EN).then((loaded) => { LOADED.set(name, loaded); });
  LOADING.set(name, loading);
  return loading;
}

export class Words {
  readonly #sentences: Readonly<Record<Key, Message>>;
  readonly #rules: RuleSentences;
  readonly #plural: Intl.PluralRules;

  constructor(language: string) {
    const known = LOADED.get(mainPart(language)) ?? EN;
    this.#sentences = known.sentences;
    this.#rules = known.rules;
    this.#plural = new Intl.PluralRules(known === EN ? "en" : language);
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

  /** The sentence of a broken rule; for one that this build doesn't know, Home Assistant's own sentence or its name. */
  rule(rule: string, fallback?: string): string {
    const name = GROUP_OF.get(rule) ?? rule;
    const known = Object.hasOwn(this.#rules, name) ? this.#rules[name as Rule] : undefined;
    return known ?? (fallback && fallback !== rule ? fallback : this.say("unknown_rule", { rule }));
  }

  notice(notice: string): string {
    const keys: Record<string, Key> = { demo_city: "notice_demo", signer_served_by_hub: "notice_signer", no_witness: "notice_witness" };
    const key = keys[notice];
    return key ? this.say(key) : notice;
  }

  event(event: Receipt["event"]): string {
    return this.say(`event_${event}`);
  }

  section(section: Section): string {
    return this.say(`section_${section}`);
  }

  link(link: string): string {
    return this.say(`link_${link}` as Key);
  }
}
