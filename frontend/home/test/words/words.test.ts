import { describe, expect, test } from "vitest";
import { type Key, loadWords, type Message, Words } from "../../src/words/words";
import { card as cardEn } from "../../src/words/card_en";
import { card as cardEs } from "../../src/words/card_es";
import { en } from "../../src/words/en";
import { es } from "../../src/words/es";
import { GROUP_OF } from "../../src/words/groups";
import { rules as rulesEn } from "../../src/words/rules_en";
import { rules as rulesEs } from "../../src/words/rules_es";

const english: Record<string, Message> = { ...en, ...cardEn };
const spanish: Record<string, Message> = { ...es, ...cardEs };
const texts = (message: Message | undefined): string[] => (message === undefined ? [] : typeof message === "string" ? [message] : [message.one, message.other]);
const names = (message: Message | undefined): string[] => [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

await Promise.all([loadWords("en"), loadWords("es")]);

describe("both languages", () => {
  test("have the same sentences, each with the same facts in it", () => {
    expect(Object.keys(spanish).sort()).toEqual(Object.keys(english).sort());
    const differing = Object.keys(english).filter((key) => names(english[key]).join() !== names(spanish[key]).join());
    expect(differing).toEqual([]);
  });

  test("leave none empty and none with two spaces", () => {
    const all = [english, spanish, rulesEn, rulesEs].flatMap((each) => Object.entries(each));
    expect(all.filter(([, message]) => texts(message).some((text) => text.trim() !== text || text === "" || text.includes("  ")))).toEqual([]);
  });

  test("send nobody to options: what can be set is on the page", () => {
    const all = [english, spanish, rulesEn, rulesEs].flatMap((each) => Object.values<Message>(each)).flatMap(texts);
    expect(all.filter((text) => /\bthe options\b|integration’s options|\bopciones\b/i.test(text))).toEqual([]);
  });

  test("call nothing released that stays at home, and name the city’s recovery key among those that open", () => {
    const all = [english, spanish].flatMap((each) => Object.values<Message>(each)).flatMap(texts);
    expect(all.filter((text) => /\breleas|\bse liber|\bonly they\b|\bsolo ellos\b/i.test(text))).toEqual([]);
    expect([english.to_whom, spanish.to_whom]).toEqual([expect.stringContaining("recovery key"), expect.stringContaining("clave de recuperación")]);
  });

  test("shout at nobody, thank nobody, and call nobody we", () => {
    const wrong = /[!¡]|\bthank|\bplease\b|\bsorry\b|\bgracias\b|\bpor favor\b|\bwe\b|\bours?\b|\bnuestr[oa]s?\b/i;
    const all = [english, spanish, rulesEn, rulesEs].flatMap((each) => Object.values<Message>(each)).flatMap(texts);
    expect(all.filter((text) => wrong.test(text))).toEqual([]);
  });
});

describe("a sentence", () => {
  const words = new Words("en-US");

  test("has its facts, one form for one and one for more, and no fact that it was not given", () => {
    expect(words.say("cameras_may", { count: 1 })).toBe("1 camera may be asked.");
    expect(words.say("cameras_may", { count: 0 })).toBe("0 cameras may be asked.");
    expect(words.say("hub_away")).toContain("{time}");
  });

  test("ends with one period after a time that has its own", () => {
    expect(new Words("es").say("hub_away", { time: "11:27 a. m." })).toMatch(/a\. m\.$/);
  });

  test("is in the reader's language where there is one, else in English", () => {
    expect(new Words("es-419").say("nothing_waiting")).toBe(es.nothing_waiting);
    for (const other of ["fr", "", "constructor", "__proto__"]) expect(new Words(other).say("nothing_waiting")).toBe(en.nothing_waiting);
  });

  test("puts facts in as they are: what an officer wrote is no template", () => {
    expect(words.say("unknown_rule", { rule: "{time} $& $1" })).toContain("{time} $& $1");
  });
});

describe("a broken rule", () => {
  const words = new Words("en");

  test("is said by its own sentence or by that of its group", () => {
    for (const rule of Object.keys(rulesEn)) expect(words.rule(rule)).toBe(rulesEn[rule as keyof typeof rulesEn]);
    for (const [rule, group] of GROUP_OF) expect(words.rule(rule)).toBe(rulesEn[group]);
  });

  test("that this build doesn't know is said by its name", () => {
    expect(words.rule("of_tomorrow")).toContain("of_tomorrow");
    for (const odd of ["constructor", "toString", "__proto__"]) expect(words.rule(odd)).toContain(odd);
  });
});

test("every notice, event and section has words", () => {
  const words = new Words("en");
  for (const notice of ["demo_city", "signer_served_by_hub", "no_witness"]) expect(words.notice(notice)).not.toBe(notice);
  for (const event of ["received", "fetched", "accepted", "asked", "passed_on", "viewed", "revoked", "exported", "withdrawn", "held", "released", "unflagged", "deleted"] as const) expect(words.event(event)).toBe(en[`event_${event}` as Key & keyof typeof en]);
  for (const section of ["waiting", "shared", "held", "paused", "refused", "elsewhere", "past"] as const) expect(words.say(`section_${section}`)).not.toBe("");
});

describe("what residents read", () => {
  const said = (sentences: readonly Record<string, Message>[]): string[] => sentences.flatMap((each) => Object.values(each)).flatMap(texts);

  test("has no word that only who built it knows", () => {
    const strange = /\bhub\b|\bdigests?\b|\bcheckpoints?\b|\broot\b|\bhash(es)?\b|\bpayload\b|\bpunto de control\b|\braíz\b|\bresúmen(es)?\b/i;
    expect(said([english, spanish, rulesEn, rulesEs]).filter((text) => strange.test(text.replace(/\{\w+\}/g, "")))).toEqual([]);
  });

  test("calls one thing by one word in Spanish: a vídeo, and el servidor de la ciudad", () => {
    const others = /\bclips?\b|servidor(?! de la ciudad| de mensajes)/;
    expect(said([spanish, rulesEs]).filter((text) => others.test(text))).toEqual([]);
  });
});
