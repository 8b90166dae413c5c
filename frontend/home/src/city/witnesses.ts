// Who outside the city must have seen the public log: the owner's own choice, by their keys.
import { html, nothing, type TemplateResult } from "lit";
import "../kit/dialog";
import { icon } from "../kit/icons";
import type { City } from "../api/model";
import { define, Part } from "../kit/part";

const QUORUM_MAX = 8; // WITNESS_QUORUM_MAX of the protocol's limits

interface Wanted {
  quorum: number;
  witnesses: string[];
}

export class Witnesses extends Part {
  static override properties = {
    context: { attribute: false },
    city: { attribute: false },
    isOwner: { attribute: false },
    triesLeft: { attribute: false },
    asking: { state: true },
  };
  declare city: City;
  declare isOwner: boolean;
  declare triesLeft: number;
  declare asking: Wanted | undefined;

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const { elements } = event.target as HTMLFormElement;
    const keys = (elements.namedItem("witnesses") as HTMLTextAreaElement).value;
    const quorum = Number((elements.namedItem("quorum") as HTMLInputElement).value);
    this.asking = { quorum, witnesses: keys.split(/\s+/).filter(Boolean) };
  }

  #ask(wanted: Wanted): TemplateResult {
    const { words, api } = this.context;
    return html`<milton-share-pin-dialog .context=${this.context} name="witnesses" .triesLeft=${this.triesLeft} .heading=${words.say("witnesses_question", { count: wanted.quorum })}
      .facts=${html`<p>${words.say("witnesses_facts", { count: wanted.witnesses.length })}</p>`} .yes=${words.say("save_witnesses")}
      .act=${(pin: string) => api.setWitnesses(wanted.quorum, wanted.witnesses, pin)} @closed=${() => { this.asking = undefined; }}></milton-share-pin-dialog>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { witness_quorum, own_witness_quorum, witnesses } = this.city;
    return html`<p data-test="witness-quorum">${words.say(witness_quorum ? "witnesses_now" : "witnesses_none", { count: witness_quorum, known: witnesses.length })}</p>
      ${this.isOwner
        ? html`<details><summary>${words.say("witnesses_change")} ${icon("go")}</summary><form class="stack" @submit=${this.#submit} autocomplete="off">
            <p class="sm muted">${words.say("witnesses_note")}</p>
            <div class="field"><label>${words.say("witnesses_keys")}<textarea name="witnesses" rows="4" spellcheck="false" class="mono" data-test="witness-keys" .value=${witnesses.join("\n")}></textarea></label></div>
            <div class="field"><label>${words.say("witnesses_quorum")}<input name="quorum" type="number" min="0" max=${QUORUM_MAX} required data-test="witness-count" .value=${String(own_witness_quorum)}></label></div>
            <div><button type="submit" class="btn" data-test="save-witnesses">${words.say("save_witnesses")}</button></div></form></details>`
        : nothing}
      ${this.asking ? this.#ask(this.asking) : nothing}`;
  }
}

define("milton-share-witnesses", Witnesses);
