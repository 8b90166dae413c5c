// The request as it came, one tap away: what reads it is a script of its own.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import { define, Part } from "../kit/part";

export class Message extends Part {
  static override properties = {
    context: { attribute: false },
    requestId: { attribute: false },
    text: { state: true },
    failure: { state: true },
  };
  declare requestId: string;
  declare text: string | undefined;
  declare failure: string | undefined;

  async #show(): Promise<void> {
    this.failure = undefined;
    try {
      const [{ readable }, { bundle }] = await Promise.all([import("./raw_message"), this.context.api.evidence(this.requestId)]);
      this.text = readable(bundle);
    } catch (error) {
      this.failure = failure(this.context.words, error, "message_missing");
    }
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const open = this.text !== undefined;
    return html`<button type="button" class="btn" data-test="raw-message" aria-expanded=${open} @click=${() => { if (open) this.text = undefined; else void this.#show(); }}>${icon("eye")} ${words.say(open ? "message_hide" : "message_show")}</button>
      ${this.failure ? html`<p class="banner is-warn" role="alert">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${open ? html`<p class="sm muted">${words.say("message_note")}</p><pre class="raw" tabindex="0" aria-label=${words.say("message_label")} data-test="raw-text">${this.text}</pre>` : nothing}`;
  }
}

define("milton-share-message", Message);
