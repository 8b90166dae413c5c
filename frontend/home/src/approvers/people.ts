// Who may share: the owner, and whom the owner names.
import { html, nothing, type TemplateResult } from "lit";
import "../kit/dialog";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import type { Candidate, NamedApprover } from "../api/model";
import { called } from "./names";
import { define, Part } from "../kit/part";

interface Asking {
  what: "name" | "remove";
  person: Candidate;
}

export class People extends Part {
  static override properties = {
    context: { attribute: false },
    isOwner: { attribute: false },
    triesLeft: { attribute: false },
    approvers: { state: true },
    others: { state: true },
    asking: { state: true },
    failure: { state: true },
  };
  declare isOwner: boolean;
  declare triesLeft: number;
  declare approvers: NamedApprover[];
  declare others: Candidate[];
  declare asking: Asking | undefined;
  declare failure: string | undefined;

  constructor() {
    super();
    [this.approvers, this.others] = [[], []];
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      ({ approvers: this.approvers, others: this.others } = await this.context.api.approvers());
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_people");
    }
  }

  async #act({ what, person }: Asking, pin: string): Promise<void> {
    const { api } = this.context;
    await (what === "name" ? api.nameApprover(person.user_id, pin) : api.removeApprover(person.user_id, pin));
    await this.#load();
  }

  #name(event: SubmitEvent): void {
    event.preventDefault();
    const chosen = (event.target as HTMLFormElement).elements.namedItem("person") as HTMLSelectElement;
    const person = this.others.find(({ user_id }) => user_id === chosen.value);
    if (person) this.asking = { what: "name", person };
  }

  #person(person: NamedApprover): TemplateResult {
    const { words } = this.context;
    const note = words.say(person.is_owner ? "is_owner" : person.has_pin ? "named_by_owner" : "has_no_pin_yet");
    return html`<div class="set" data-test="approver" data-user-id=${person.user_id}><b>${called(person)}</b><small>${note}</small>
      ${this.isOwner && !person.is_owner ? html`<button type="button" class="btn bad" data-test="remove-approver" aria-label="${words.say("remove")}: ${called(person)}" @click=${() => { this.asking = { what: "remove", person }; }}>${words.say("remove")}</button>` : nothing}</div>`;
  }

  #ask(asking: Asking): TemplateResult {
    const { words } = this.context;
    const { what, person } = asking;
    return html`<milton-share-pin-dialog .context=${this.context} .name=${`${what}-approver`} .triesLeft=${this.triesLeft} .heading=${words.say(`${what}_question`, { name: called(person) })}
      .facts=${html`<p>${words.say(`${what}_facts`)}</p>`} .yes=${words.say(what === "name" ? "let_share" : "remove_person", { name: called(person) })}
      .act=${(pin: string) => this.#act(asking, pin)} @closed=${() => { this.asking = undefined; }}></milton-share-pin-dialog>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`${this.failure ? html`<p class="banner is-bad" role="alert">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.approvers.map((person) => this.#person(person))}
      ${this.isOwner && this.others.length > 0
        ? html`<form class="row wrap add" @submit=${this.#name}><div class="field grow"><label>${words.say("another_person")}<select name="person" data-test="person">${this.others.map((person) => html`<option value=${person.user_id}>${called(person)}</option>`)}</select></label></div>
            <button type="submit" class="btn" data-test="name-approver">${words.say("let_share")}</button></form>`
        : nothing}
      ${this.asking ? this.#ask(this.asking) : nothing}`;
  }
}

define("milton-share-people", People);
