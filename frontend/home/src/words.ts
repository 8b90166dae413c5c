// The page's sentences, in the reader's language where there is one.
import { card as cardEn } from "./words/card_en";
import { card as cardEs } from "./words/card_es";
import { en } from "./words/en";
import { es } from "./words/es";
import { GROUP_OF } from "./words/groups";
import { rules as rulesEn } from "./words/rules_en";
import { rules as rulesEs } from "./words/rules_es";
import type { Receipt } from "./model";
import type { Section } from "./sorting";

export type Message = string | { one: string; other: string };
export type Sentences = Record<keyof typeof en, Message>;
export type Key = keyof typeof en | keyof typeof cardEn;
export type Rule = keyof typeof rulesEn;
export type RuleSentences = Readonly<Record<Rule, string>>;
type Values = Readonly<Record<string, string | number>>;

const EN = { sentences: { ...en, ...cardEn }, rules: rulesEn };
const LANGUAGES: Record<string, { sentences: Readonly<Record<Key, Message>>; rules: RuleSentences }> = {
  en: EN,
  es: { sentences: { ...es, ...cardEs }, rules: rulesEs },
};

export class Words {
  readonly #sentences: Readonly<Record<Key, Message>>;
  readonly #rules: RuleSentences;
  readonly #plural: Intl.PluralRules;

  constructor(language: string) {
    const known = Object.hasOwn(LANGUAGES, language.split("-")[0] ?? "") ? language : "en";
    const { sentences, rules } = LANGUAGES[known.split("-")[0] ?? "en"] ?? EN;
    this.#sentences = sentences;
    this.#rules = rules;
    this.#plural = new Intl.PluralRules(known);
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
