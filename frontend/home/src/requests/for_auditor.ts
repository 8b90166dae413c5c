// What an owner can do about a request that the home refused: keep it, for somebody who looks into it. The home itself tells nobody.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import { define, Part } from "../kit/part";
import { saveAsFile } from "../kit/save_file";

export class ForAuditor extends Part {
  static override properties = {
    context: { attribute: false },
    requestId: { attribute: false },
    failure: { state: true },
  };
  declare requestId: string;
  declare failure: string | undefined;

  /** What every home of the city got, and nothing that this one answered. */
  async #save(): Promise<void> {
    this.failure = undefined;
    try {
      const { root_public_key, city_record, directory, live, bundle } = await this.context.api.evidence(this.requestId);
      saveAsFile({ root_public_key, city_record, directory, live, bundle }, `milton-share-request-${this.requestId.slice(0, 12)}.json`);
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_for_auditor");
    }
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`<div class="stack"><div><button type="button" class="btn" data-test="save-for-auditor" @click=${this.#save}>${icon("down")} ${words.say("for_auditor")}</button></div>
      <p class="sm muted">${words.say("for_auditor_note")}</p>
      ${this.failure ? html`<p class="banner is-warn" role="alert">${icon("warn")}<span>${this.failure}</span></p>` : nothing}</div>`;
  }
}

define("milton-share-for-auditor", ForAuditor);
