// Setting and changing one's own PIN.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import { define, Part } from "../kit/part";

export class PinForm extends Part {
  static override properties = {
    context: { attribute: false },
    hasPin: { attribute: false },
    failure: { state: true },
    saved: { state: true },
  };
  declare hasPin: boolean;
  declare failure: string | undefined;
  declare saved: boolean;

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const value = (name: string) => (form.elements.namedItem(name) as HTMLInputElement | null)?.value ?? "";
    [this.failure, this.saved] = [undefined, false];
    if (value("pin") !== value("again")) {
      this.failure = this.context.words.say("pins_differ");
      return;
    }
    try {
      await this.context.api.setPin(value("pin"), this.hasPin ? value("old") : null);
      form.reset();
      this.saved = true;
      this.tell("pin-set");
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_saved");
    }
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const field = (name: string, label: string) => html`<div class="field"><label>${label}<input name=${name} type="password" inputmode="numeric" autocomplete="off" required maxlength="12" data-test="pin-${name}"></label></div>`;
    return html`<form class="stack" data-test="pin-form" @submit=${this.#submit} autocomplete="off">
      ${this.hasPin ? field("old", words.say("old_pin")) : nothing}
      <div class="pair">${field("pin", words.say("new_pin"))}${field("again", words.say("new_pin_again"))}</div>
      <p class="hint">${words.say("pin_rules")}</p>
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="pin-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.saved ? html`<p class="banner is-home" role="status" data-test="pin-saved">${icon("ok")}<span>${words.say("pin_saved")}</span></p>` : nothing}
      <div><button type="submit" class="btn fill" data-test="save-pin">${words.say(this.hasPin ? "change_pin" : "set_pin")}</button></div></form>`;
  }
}

define("milton-share-pin-form", PinForm);
