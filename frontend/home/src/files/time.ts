// A file that the owner added: its first picture, what it says of its time, and what the owner says.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { answered } from "../kit/retry";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import { momentsOf, onTheWall } from "../kit/local_time";
import type { AddedFile, Camera, Case, FileTime } from "../api/model";
import { define, Part } from "../kit/part";

const SURE_S = [5, 60, 300, 1800, 7200] as const;
const SURE_FIRST_S = 60;
const SAME_MS = 1000; // a field of a time has no part of a second

export class FileTimeForm extends Part {
  static override properties = {
    context: { attribute: false },
    item: { attribute: false },
    file: { attribute: false },
    cameras: { attribute: false },
    picture: { state: true },
    open: { state: true },
    choice: { state: true },
    typed: { state: true },
    later: { state: true },
    sure: { state: true },
    busy: { state: true },
    failure: { state: true },
  };
  declare item: Case;
  declare file: AddedFile;
  declare cameras: readonly Camera[];
  declare picture: string | undefined;
  declare open: boolean;
  declare choice: string; // a candidate's time, or "other"
  declare typed: string;
  declare later: boolean; // of an hour that comes twice the second one
  declare sure: number; // within how many seconds, by the owner's word
  declare busy: boolean;
  declare failure: string | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("item") || this.choice !== undefined) return;
    const { at, candidates, uncertainty_s } = this.file;
    const start = at ?? candidates[0]?.at ?? this.item.footage_from;
    const said = at === null ? candidates[0]
      : candidates.find((one) => Date.parse(one.at) === Date.parse(at) && one.precision_s <= (uncertainty_s ?? Infinity));
    this.choice = said ? said.at : "other"; // what was said already stays, whatever else is changed
    this.typed = start ? onTheWall(new Date(start), this.context.hass.config.time_zone) : "";
    this.later = start !== null && Date.parse(start) - (this.#typed[0]?.getTime() ?? Infinity) > SAME_MS;
    this.sure = uncertainty_s ?? SURE_FIRST_S;
    this.open = at === null;
    void this.#show();
  }

  async #show(): Promise<void> {
    const { case_id: caseId } = this.item;
    this.picture = await answered(() => this.context.api.pictureUrl(caseId), () => this.item.case_id === caseId); // a time can be said without it
  }

  get #typed(): Date[] {
    return momentsOf(this.typed, this.context.hass.config.time_zone);
  }

  get #chosen(): Date | undefined {
    if (this.choice !== "other") return new Date(this.choice);
    const found = this.#typed;
    return found[this.later ? found.length - 1 : 0];
  }

  /** What the chosen time leaves open: the owner is no surer than it, unless they say another. */
  get #precision(): number {
    return this.file.candidates.find((one) => one.at === this.choice)?.precision_s ?? 1;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    [this.busy, this.failure] = [true, undefined];
    try {
      await work();
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_saved");
    } finally {
      this.busy = false;
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const at = this.#chosen;
    if (!at || this.busy) return;
    const form = new FormData(event.target as HTMLFormElement);
    const sure = Math.max(this.sure, this.#precision);
    await this.#run(async () => {
      const camera = String(form.get("camera") ?? "");
      await this.context.api.confirmFile(this.item.case_id, at, sure, camera || null);
      this.open = false;
    });
  }

  #candidate(one: FileTime): TemplateResult {
    const { words, format } = this.context;
    const doubt = one.doubt === null ? "" : words.say(one.doubt === "repeated_hour" ? "candidate_repeated" : "candidate_skipped");
    const minutes = one.precision_s > 1 ? words.say("candidate_minutes") : "";
    const notes = [words.say(`origin_${one.origin}`), minutes, doubt, one.fits ? "" : words.say("candidate_outside")];
    return html`<label class="tick"><input type="radio" name="at-${this.item.case_id}" data-test="candidate" .checked=${this.choice === one.at} @change=${() => { this.choice = one.at; }}>
      <span title=${format.utc(one.at)}>${format.daySecond(one.at)}<small>${notes.filter(Boolean).join("; ")}</small></span></label>`;
  }

  #other(): TemplateResult {
    const { words, format } = this.context;
    const found = this.#typed;
    const which = (late: boolean, moment: Date) => html`<label><input type="radio" name="which-${this.item.case_id}" data-test="which-${late ? "second" : "first"}" .checked=${this.later === late} @change=${() => { this.later = late; }}>${format.second(moment)}</label>`;
    return html`<label class="tick"><input type="radio" name="at-${this.item.case_id}" data-test="another-time" .checked=${this.choice === "other"} @change=${() => { this.choice = "other"; }}><span>${words.say("another_time")}</span></label>
      ${this.choice !== "other" ? nothing : html`<div class="field"><label>${words.say("another_time_label")}
          <input type="datetime-local" step="1" data-test="typed-time" .value=${this.typed} @input=${(event: Event) => { this.typed = (event.target as HTMLInputElement).value; this.later = false; }}></label>
        ${found.length === 0 && this.typed ? html`<p class="err" role="alert" data-test="no-such-hour">${words.say("another_time_never")}</p>` : nothing}
        ${found[0] && found[1] ? html`<fieldset class="field"><legend>${words.say("another_time_twice")}</legend><div class="seg">${which(false, found[0])}${which(true, found[1])}</div></fieldset>` : nothing}</div>`}`;
  }

  #form(): TemplateResult {
    const { words } = this.context;
    const { candidates, camera_id } = this.file;
    const [precision, sure] = [this.#precision, Math.max(this.sure, this.#precision)];
    const placed = this.cameras.filter((camera) => camera.settings.placing === "outdoor" && camera.settings.position !== null);
    return html`<form class="stack" data-test="file-form" @submit=${this.#submit}>
      <fieldset class="field stack"><legend>${words.say("file_when")}</legend><p class="hint">${words.say("file_when_note")}</p>
        <p class="sm">${words.say(candidates.length ? "file_says" : "file_says_nothing")}</p>${candidates.map((one) => this.#candidate(one))}${this.#other()}</fieldset>
      <div class="pair"><div class="field"><label>${words.say("how_sure")}<select data-test="sure" @change=${(event: Event) => { this.sure = Number((event.target as HTMLSelectElement).value); }}>${SURE_S.map(
        (seconds) => html`<option value=${seconds} ?disabled=${seconds < precision} .selected=${seconds === sure}>${words.say(`sure_${seconds}`)}</option>`,
      )}</select></label></div>
      <div class="field"><label>${words.say("filmed_by")}<select name="camera" data-test="filmed-by"><option value="">${words.say("filmed_by_none")}</option>${placed.map(
        (camera) => html`<option value=${camera.camera_id} ?selected=${camera.camera_id === camera_id}>${camera.name}</option>`,
      )}</select></label></div></div>
      <button type="submit" class="btn fill" data-test="confirm-file" ?disabled=${this.busy || !this.#chosen}>${words.say("file_confirm")}</button></form>`;
  }

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const { name, length_ms, width, height, size_bytes, at, anew_ms } = this.file;
    const facts = words.say("file_facts", { length: format.length(length_ms), width, height, size: format.size(size_bytes) });
    return html`<section class="card stack" data-test="file" data-case-id=${this.item.case_id}><div class="hd"><b>${name}</b><span class="sm muted">${facts}</span></div>
      ${this.picture ? html`<img class="first-picture" data-test="file-picture" src=${this.picture} alt=${words.say("file_picture", { name })}>` : nothing}
      ${at ? html`<p data-test="file-time">${words.say("file_time_now", { time: format.daySecond(at) })}</p>` : nothing}
      ${anew_ms.length > 0 ? html`<p class="hint" data-test="file-anew">${words.say("file_anew", { at: anew_ms.map((each) => format.length(each)).join(", ") })}</p>` : nothing}
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="file-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.open ? this.#form() : nothing}
      <div class="row wrap">${this.open ? nothing : html`<button type="button" class="btn" data-test="change-file-time" @click=${() => { this.open = true; }}>${words.say("file_change_time")}</button>`}
        <button type="button" class="btn" data-test="remove-file" ?disabled=${this.busy} @click=${() => this.#run(() => this.context.api.removeFile(this.item.case_id))}>${icon("bin")} ${words.say("file_remove")}</button></div></section>`;
  }
}

define("milton-share-file-time", FileTimeForm);
