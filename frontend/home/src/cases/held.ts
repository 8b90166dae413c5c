// What is held of a request that nobody answered in time: wiped now, kept for oneself, or left to end by itself.
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import type { Context } from "../kit/part";
import { define } from "../kit/part";

/** Both answers look the same; wiping asks once more, for it can't be undone. Used on the page and on the card. */
export class HeldAnswers extends LitElement {
  static override properties = {
    context: { attribute: false },
    requestId: { attribute: false },
    base: { attribute: false },
    look: {},
    open: { attribute: false },
    asking: { state: true },
    busy: { state: true },
    failure: { state: true },
  };
  declare context: Pick<Context, "api" | "words">;
  declare requestId: string;
  declare base: string; // where the page is
  declare look: "choices" | "foot"; // the page's, or the card's
  declare open: (event: MouseEvent, path: string) => void;
  declare asking: boolean;
  declare busy: boolean;
  declare failure: string | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** A question is of one request: where another takes its place, nothing was asked yet. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("requestId")) [this.asking, this.busy, this.failure] = [false, false, undefined];
  }

  /** The keyboard goes on where the question is, and back where it was asked. */
  async #ask(asking: boolean): Promise<void> {
    [this.asking, this.failure] = [asking, undefined];
    await this.updateComplete;
    this.querySelector<HTMLElement>(asking ? '[data-test="held-back"]' : '[data-test="held-wipe"]')?.focus();
  }

  async #wipe(): Promise<void> {
    [this.busy, this.failure] = [true, undefined];
    try {
      await this.context.api.wipeHeld(this.requestId);
      this.dispatchEvent(new CustomEvent("held-wiped", { bubbles: true, composed: true }));
    } catch (error) {
      this.failure = failure(this.context.words, error);
      this.busy = false; // else it goes with what it was about
    }
  }

  #question(): TemplateResult {
    const { words } = this.context;
    return html`<p class="then" role="alert">${words.say("held_wipe_question")}</p>
      <div class=${this.look}><button type="button" class="btn" data-test="held-back" ?disabled=${this.busy} @click=${() => this.#ask(false)}>${words.say("go_back")}</button>
        <button type="button" class="btn" data-test="held-wipe-yes" ?disabled=${this.busy} @click=${this.#wipe}>${words.say("held_wipe_yes")}</button></div>`;
  }

  #answers(): TemplateResult {
    const { words } = this.context;
    const path = `${this.base}/own/${this.requestId}`;
    return html`<div class=${this.look}><button type="button" class="btn" data-test="held-wipe" @click=${() => this.#ask(true)}>${words.say("held_wipe")}</button>
        <a class="btn" href=${path} data-test="held-keep" @click=${(event: MouseEvent) => this.open(event, path)}>${words.say("held_keep")}</a></div>
      <p class="then">${words.say("held_answers_note")}</p>`;
  }

  protected override render(): TemplateResult {
    return html`${this.asking ? this.#question() : this.#answers()} ${this.failure ? html`<p class="then fail" role="alert" data-test="held-failure">${this.failure}</p>` : nothing}`;
  }
}

define("milton-share-held", HeldAnswers);
