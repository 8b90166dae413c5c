// A question on top of the page, in the browser's own dialog: focus stays inside, Escape goes back, and then the keyboard is where it was.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "./failure";
import type { Context } from "./part";
import { define, Part } from "./part";

/** A question that an approver's PIN answers; `act` gets the PIN and may throw what Home Assistant refused. */
export class PinDialog extends Part {
  static override properties = {
    context: { attribute: false },
    heading: { attribute: false },
    facts: { attribute: false },
    yes: { attribute: false },
    name: {},
    act: { attribute: false },
    triesLeft: { attribute: false },
    busy: { state: true },
    failure: { state: true },
  };
  declare context: Context;
  declare heading: string;
  declare facts: TemplateResult;
  declare yes: string;
  declare name: string;
  declare act: (pin: string) => Promise<void>;
  declare triesLeft: number;
  declare busy: boolean;
  declare failure: string | undefined;

  #opener: Element | null = null; // what had the keyboard

  override connectedCallback(): void {
    super.connectedCallback();
    this.#opener = (this.getRootNode() as ShadowRoot).activeElement;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#opener instanceof HTMLElement && this.#opener.isConnected) this.#opener.focus({ preventScroll: true });
  }

  protected override firstUpdated(): void {
    this.querySelector("dialog")?.showModal();
  }

  #back(event?: Event): void {
    event?.preventDefault();
    if (!this.busy) this.tell("closed");
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const field = (event.target as HTMLFormElement).elements.namedItem("pin") as HTMLInputElement;
    this.busy = true;
    this.failure = undefined;
    try {
      await this.act(field.value);
      this.busy = false;
      this.tell("closed");
    } catch (error) {
      this.busy = false;
      this.triesLeft = (await this.context.api.whoami().catch(() => ({ tries_left: this.triesLeft }))).tries_left;
      this.failure = failure(this.context.words, error);
      field.value = "";
      field.focus();
    }
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`<dialog class="dlg" aria-labelledby="dialog-heading" data-test="${this.name}-dialog" @cancel=${this.#back}>
      <form class="stack" @submit=${this.#submit} autocomplete="off">
        <h2 id="dialog-heading">${this.heading}</h2>
        ${this.facts}
        <div class=${this.failure ? "field wrong" : "field"}><label for="dialog-pin">${words.say("your_pin")}</label>
          <input id="dialog-pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required maxlength="12" data-test="pin" aria-describedby="dialog-pin-hint">
          <p class="hint" id="dialog-pin-hint">${words.say("pin_hint", { count: this.triesLeft })}</p>
          ${this.failure ? html`<p class="err" role="alert" data-test="${this.name}-error">${this.failure}</p>` : nothing}</div>
        <div class="choices"><button type="button" class="btn" data-test="go-back" @click=${this.#back}>${words.say("go_back")}</button>
          <button type="submit" class="btn" data-test="${this.name}-yes">${this.busy ? words.say("writing") : this.yes}</button></div>
      </form></dialog>`;
  }
}

define("milton-share-pin-dialog", PinDialog);
