// The code that police leave at a door, typed here: it opens its request, now or when it comes. Nobody outside is told.
import { html, nothing, type TemplateResult } from "lit";
import { navigate } from "../api/hass";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import { define, Part } from "../kit/part";

const CHARS_MAX = 64; // that the home reads: a code with spaces and dashes has less than half

export class DoorCodeForm extends Part {
  static override properties = {
    context: { attribute: false },
    base: { attribute: false },
    failure: { state: true },
    waits: { state: true },
    busy: { state: true },
  };
  declare base: string; // where the page is
  declare failure: string | undefined;
  declare waits: string | undefined; // until when, if no request has the code
  declare busy: boolean;

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const code = (event.target as HTMLFormElement).querySelector("input")!.value;
    [this.busy, this.failure, this.waits] = [true, undefined, undefined];
    try {
      const { request_id, keep_until } = await this.context.api.enterDoorCode(code);
      const path = `${this.base}/request/${request_id}`;
      if (request_id === null) this.waits = keep_until;
      else if (location.pathname !== path) navigate(path);
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_saved");
    }
    this.busy = false;
  }

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const bad = this.failure ?? (this.waits && words.say("code_waits", { time: format.dayMinute(this.waits) }));
    return html`<form class="stack" data-test="door-code" @submit=${this.#submit} autocomplete="off">
      <div class="field"><label>${words.say("code_label")}<input name="code" type="text" required maxlength=${CHARS_MAX} autocapitalize="characters" autocomplete="off" autocorrect="off" spellcheck="false" aria-describedby="code-hint" data-test="door-code-text"></label>
        <p class="hint" id="code-hint">${words.say("code_hint")} ${words.say("code_private")}</p></div>
      ${bad ? html`<p class="banner ${this.failure ? "is-bad" : "is-warn"}" role="alert" data-test=${this.failure ? "door-code-error" : "door-code-waits"}>${icon("warn")}<span>${bad}</span></p>` : nothing}
      <div><button type="submit" class="btn fill" data-test="enter-door-code" ?disabled=${this.busy}>${words.say("code_open")}</button></div></form>`;
  }
}

define("milton-share-door-code", DoorCodeForm);
