// The city's root names another public log than the one this home follows: the owner compares, and accepts it.
import { html, nothing, type TemplateResult } from "lit";
import "../kit/dialog";
import { icon } from "../kit/icons";
import type { NewLog } from "../api/model";
import { define, Part } from "../kit/part";

export class NewPublicLog extends Part {
  static override properties = {
    context: { attribute: false },
    log: { attribute: false },
    isOwner: { attribute: false },
    triesLeft: { attribute: false },
    asking: { state: true },
  };
  declare log: NewLog;
  declare isOwner: boolean;
  declare triesLeft: number;
  declare asking: NewLog | undefined;

  #kept({ continues, known_size }: NewLog): string {
    const { words } = this.context;
    const says = continues === null ? "new_log_unproven" : continues ? "new_log_continues" : "new_log_broken";
    return words.say(says, { count: known_size });
  }

  #ask(wanted: NewLog): TemplateResult {
    const { words, api } = this.context;
    return html`<milton-share-pin-dialog .context=${this.context} name="new-log" .triesLeft=${this.triesLeft} .heading=${words.say("new_log_question")}
      .facts=${html`<p>${this.#kept(wanted)}</p>`} .yes=${words.say("new_log_accept")}
      .act=${(pin: string) => api.acceptLog(wanted.origin, wanted.public_key, pin)} @closed=${() => { this.asking = undefined; }}></milton-share-pin-dialog>`;
  }

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const { origin, words: eight, size, continues } = this.log;
    return html`<section class="card stack" data-test="new-log"><h2>${words.say("new_log_title")}</h2>
      <p>${words.say("new_log_lead")}</p>
      <p class="banner ${continues ? "is-home" : "is-warn"}" data-test="new-log-continues">${icon(continues ? "ok" : "warn")}<span>${this.#kept(this.log)}</span></p>
      <dl class="kv"><dt>${words.say("new_log_name")}</dt><dd class="mono"><bdi>${origin}</bdi></dd>
        <dt>${words.say("new_log_entries")}</dt><dd>${format.number(size)}</dd>
        <dt>${words.say("eight_words")}</dt><dd class="mono" data-test="new-log-words">${eight.join(" ")}</dd></dl>
      <p class="sm muted">${words.say("new_log_compare")}</p>
      ${this.isOwner
        ? html`<div><button type="button" class="btn" data-test="accept-log" @click=${() => { this.asking = this.log; }}>${words.say("new_log_accept")}</button></div>`
        : html`<p class="sm">${words.say("new_log_owner")}</p>`}
      ${this.asking ? this.#ask(this.asking) : nothing}</section>`;
  }
}

define("milton-share-new-log", NewPublicLog);
