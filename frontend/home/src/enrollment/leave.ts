// Leaving the program: what happens is said before, in plain words; the owner's PIN does it.
import { html, nothing, type TemplateResult } from "lit";
import "../kit/dialog";
import { icon } from "../kit/icons";
import { define, Part } from "../kit/part";

export class Leave extends Part {
  static override properties = {
    context: { attribute: false },
    isOwner: { attribute: false },
    triesLeft: { attribute: false },
    cityName: { attribute: false },
    asking: { state: true },
    left: { state: true },
  };
  declare isOwner: boolean;
  declare triesLeft: number;
  declare cityName: string;
  declare asking: boolean;
  declare left: boolean;

  async #leave(pin: string): Promise<void> {
    await this.context.api.leave(pin);
    this.left = true;
  }

  #facts(): TemplateResult {
    const { words } = this.context;
    return html`<ul class="checks"><li>${icon("bin")}<span>${words.say("leave_here")}</span></li><li>${icon("up")}<span>${words.say("leave_hub")}</span></li>
      <li>${icon("law")}<span>${words.say("leave_shared")}</span></li><li>${icon("undo")}<span>${words.say("leave_back")}</span></li></ul>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    if (this.left) return html`<p class="banner is-home" role="status" data-test="left">${icon("ok")}<span>${words.say("left")}</span></p>`;
    return html`<p class="lead">${words.say("leave_lead")}</p>
      ${this.isOwner ? html`<div><button type="button" class="btn bad" data-test="leave" @click=${() => { this.asking = true; }}>${words.say("leave_title")}</button></div>` : html`<p class="hint">${words.say("owner_sets")}</p>`}
      ${this.asking ? html`<milton-share-pin-dialog .context=${this.context} .name=${"leave"} .triesLeft=${this.triesLeft} .heading=${words.say("leave_question", { city: this.cityName })}
        .facts=${this.#facts()} .yes=${words.say("leave_yes")} .act=${(pin: string) => this.#leave(pin)} @closed=${() => { this.asking = false; }}></milton-share-pin-dialog>` : nothing}`;
  }
}

define("milton-share-leave", Leave);
