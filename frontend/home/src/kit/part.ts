// What every part of the page shares: one style sheet (parts render into the page's own shadow root) and one context.
import { html, LitElement, type TemplateResult } from "lit";
import type { Api } from "../api/commands";
import type { Format } from "./format";
import type { HomeAssistant } from "../api/hass";
import type { Retention } from "../api/model";
import type { Words } from "../words/words";

export interface Context {
  hass: HomeAssistant;
  api: Api;
  words: Words;
  format: Format;
  retention: Retention;
}

export abstract class Part extends LitElement {
  declare context: Context;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected tell<T>(name: string, detail?: T): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** Radio buttons in a form of their own: without one Chromium keeps all of a part that is gone, for its buttons stay in their group. */
export const radios = (shown: TemplateResult): TemplateResult =>
  html`<form class="radios" @submit=${(event: Event) => event.preventDefault()}>${shown}</form>`;

/** Define an element once: after an update Home Assistant may load a second build into the same document. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
