// What the police signed, word for word: said to be in their language, never translated.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Words } from "../words/words";

/** Of the city's list of offenses and of what officers write: their pages have no other, and a request names none. */
export const SIGNED_LANGUAGE = "en";

/** An offense's name, whose number in the code stays in one line. */
export const offense = (name: string): TemplateResult =>
  html`<span lang=${SIGNED_LANGUAGE}>${name.split(/(O\.C\.G\.A\. [\d-]+)/).map((part, index) => (index % 2 ? html`<span class="code">${part}</span>` : part))}</span>`;

/** To who reads another language: why these words are not in it. */
export const notTranslated = (words: Words): TemplateResult | typeof nothing =>
  words.language === SIGNED_LANGUAGE ? nothing : html`<p class="sm muted" data-test="not-translated">${icon("law")} ${words.say("not_translated")}</p>`;
