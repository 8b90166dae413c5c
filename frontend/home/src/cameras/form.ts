// What the owner says about one camera: outdoors or not, where it hangs, where it looks, and whether it may be asked.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import "./folder";
import { appOf, exportSteps } from "../files/export_steps";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import "../map/placeholder";
import type { Camera, CameraFolder, CameraSettings, HomeState, Placing, Point, Source } from "../api/model";
import { define, Part } from "../kit/part";
import { tellerName, tellers, TELLERS_MAX } from "./triggers";

const DEGREES = 1e7;

export class CameraForm extends Part {
  static override properties = {
    context: { attribute: false },
    camera: { attribute: false },
    home: { attribute: false },
    folder: { attribute: false },
    draft: { state: true },
    open: { state: true },
    failure: { state: true },
    saved: { state: true },
  };
  declare camera: Camera;
  declare home: HomeState;
  declare folder: CameraFolder | undefined;
  declare draft: CameraSettings;
  declare open: boolean;
  declare failure: string | undefined;
  declare saved: boolean;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("camera") && !this.open) this.draft = this.camera.settings;
  }

  get #never(): boolean {
    return this.camera.seems_indoor || this.camera.settings.placing === "indoor";
  }

  /** That a camera may be asked only the owner says; others can take it back. */
  get #mayNotAllow(): boolean {
    return !this.home.approver.is_owner && !this.camera.settings.eligible;
  }

  #change(change: Partial<CameraSettings>): void {
    this.draft = { ...this.draft, ...change };
    this.saved = false;
  }

  async #save(settings: CameraSettings): Promise<void> {
    this.failure = undefined;
    try {
      await this.context.api.setCamera(settings);
      this.saved = true;
      this.open = false;
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_saved");
      this.requestUpdate();
    }
  }

  async #toggle(event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    await this.#save({ ...this.camera.settings, eligible: box.checked });
    box.checked = this.camera.settings.eligible;
  }

  /** The keyboard goes on at the button that opened it. */
  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { placing, position } = this.draft;
    const eligible = this.draft.eligible && placing === "outdoor" && position !== null;
    await this.#save({ ...this.draft, eligible, recording: this.#onBattery ? "events" : this.draft.recording });
    if (this.open) return;
    await this.updateComplete;
    this.querySelector<HTMLElement>('[data-test="edit-camera"]')?.focus();
  }

  #homePoint(): Point {
    const { latitude, longitude } = this.context.hass.config;
    return [Math.round(latitude * DEGREES), Math.round(longitude * DEGREES)];
  }

  #coordinate(index: 0 | 1, event: Event): void {
    const value = (event.target as HTMLInputElement).valueAsNumber;
    if (!Number.isFinite(value)) return;
    const place: Point = [...(this.draft.position ?? this.#homePoint())];
    place[index] = Math.round(value * DEGREES);
    this.#change({ position: place });
  }

  #slider(name: "heading_deg" | "field_of_view_deg" | "range_m", lo: number, hi: number, unit: string): TemplateResult {
    const { words } = this.context;
    const id = `${name}-${this.camera.camera_id}`;
    return html`<div class="field"><label for=${id}>${words.say(name)}: <output class="num">${this.draft[name]}${unit}</output></label>
      <input type="range" id=${id} data-test=${name} min=${lo} max=${hi} .value=${String(this.draft[name])}
        @input=${(event: Event) => this.#change({ [name]: (event.target as HTMLInputElement).valueAsNumber })}></div>`;
  }

  /** Where it hangs and what it sees, on the city's streets: everything there can be set by the fields beside it, too. */
  #map(): TemplateResult {
    return html`<milton-share-place-map .context=${this.context} .cityMap=${this.home.map} .settings=${this.draft} .home=${this.#homePoint()} .others=${this.home.cameras.filter(({ camera_id }) => camera_id !== this.camera.camera_id)} @placed=${(event: CustomEvent<Partial<CameraSettings>>) => this.#change(event.detail)}></milton-share-place-map>`;
  }

  #where(): TemplateResult {
    const { words } = this.context;
    const { position } = this.draft;
    const field = (index: 0 | 1, label: string, test: string, limit: number) => html`<div class="field"><label>${label}
      <input type="number" step="0.0000001" min=${-limit} max=${limit} data-test=${test} .value=${position ? (position[index] / DEGREES).toFixed(7) : ""} @change=${(event: Event) => this.#coordinate(index, event)}></label></div>`;
    return html`<div class="where"><milton-share-map .context=${this.context} .drawing=${this.#map()}></milton-share-map><div class="stack">
      <button type="button" class="btn" data-test="at-home" @click=${() => this.#change({ position: this.#homePoint() })}>${icon("home")} ${words.say("at_home")}</button>
      <div class="pair">${field(0, words.say("latitude"), "latitude", 90)}${field(1, words.say("longitude"), "longitude", 180)}</div>
      ${this.#slider("heading_deg", 0, 359, "°")}${this.#slider("field_of_view_deg", 10, 360, "°")}${this.#slider("range_m", 5, 100, " m")}
      <p class="hint">${words.say("place_hint")}</p></div></div>`;
  }

  get #onBattery(): boolean {
    return this.draft.on_battery || this.camera.has_battery;
  }

  get #recordedElsewhere(): boolean {
    return this.draft.source !== "here" && this.camera.footage !== "here" && this.camera.footage !== "none" && this.camera.footage !== "app" && this.camera.can_record;
  }

  /** What the recorder keeps: around events or everything, and whether beside another's recordings. */
  #keeping(): TemplateResult {
    const { words } = this.context;
    const { recording, record_also } = this.draft;
    const id = this.camera.camera_id;
    const tick = (name: "on_battery" | "record_also", checked: boolean, disabled: boolean) => html`<label class="tick"><input type="checkbox" data-test=${name} .checked=${checked} ?disabled=${disabled}
      @change=${(event: Event) => this.#change({ [name]: (event.target as HTMLInputElement).checked })}><span>${words.say(name)}<small>${words.say(`${name}_note`)}</small></span></label>`;
    const keeps = (value: CameraSettings["recording"]) => html`<label><input type="radio" name="keeps-${id}" data-test="keeps-${value}" .checked=${(this.#onBattery ? "events" : recording) === value}
      ?disabled=${this.#onBattery && value === "continuous"} @change=${() => this.#change({ recording: value })}>${words.say(`keeps_${value}`)}</label>`;
    return html`${this.#sources()}${this.#recordedElsewhere ? tick("record_also", record_also, false) : nothing}
      ${this.#recordedElsewhere && !record_also ? nothing : html`<fieldset class="field"><legend>${words.say("keeps")}</legend><div class="seg">${keeps("events")}${keeps("continuous")}</div><p class="hint">${words.say("keeps_note")}</p></fieldset>
        ${this.#onBattery || recording === "events" ? this.#tellers() : nothing}
        ${tick("on_battery", this.#onBattery, this.camera.has_battery)}`}`;
  }

  /** Which of several sources its footage is taken from. */
  #sources(): TemplateResult | typeof nothing {
    const { words } = this.context;
    const { sources } = this.camera;
    if (sources.length < 2) return nothing;
    const picked = sources.find((source) => source === this.draft.source) ?? sources[0];
    return html`<div class="field"><label>${words.say("source")}<select data-test="source" @change=${(event: Event) => this.#change({ source: (event.target as HTMLSelectElement).value as Source })}>${sources.map((source) => html`<option value=${source} ?selected=${source === picked}>${words.say(`source_${source}`)}</option>`)}</select></label><p class="hint">${words.say("source_note")}</p></div>`;
  }

  #addTeller(event: Event): void {
    const choice = event.target as HTMLSelectElement;
    if (choice.value) this.#change({ also_told_by: [...this.draft.also_told_by, choice.value] });
    choice.value = "";
  }

  /** What else has it recorded: entities of other devices, where its own tells nothing, or not all. */
  #tellers(): TemplateResult {
    const { words, hass } = this.context;
    const named = this.draft.also_told_by;
    const others = tellers(hass).filter(({ entityId }) => !named.includes(entityId));
    const remove = (entityId: string) => this.#change({ also_told_by: named.filter((one) => one !== entityId) });
    return html`<fieldset class="field stack" data-test="tellers"><legend>${words.say("also_told_by")}</legend><p class="hint">${words.say("also_told_by_note")}</p>
      ${named.map((one) => html`<div class="row wrap" data-test="teller"><span class="grow">${tellerName(hass.states, one)}</span><button type="button" class="btn" data-test="remove-teller" aria-label=${words.say("remove_teller", { name: tellerName(hass.states, one) })} @click=${() => remove(one)}>${words.say("remove")}</button></div>`)}
      ${named.length < TELLERS_MAX && others.length ? html`<div class="field"><label>${words.say("add_teller")}<select data-test="add-teller" @change=${this.#addTeller}><option value=""></option>${others.map(({ entityId, name }) => html`<option value=${entityId}>${name}</option>`)}</select></label></div>` : nothing}</fieldset>`;
  }

  #form(): TemplateResult {
    const { words } = this.context;
    const placing = (value: Placing) => html`<label><input type="radio" name="placing-${this.camera.camera_id}" data-test="placing-${value}" .checked=${this.draft.placing === value}
      @change=${() => this.#change({ placing: value })}>${words.say(`placing_${value}`)}</label>`;
    return html`<form class="stack camera-form" data-test="camera-form" @submit=${this.#submit}>
      <fieldset class="field"><legend>${words.say("films")}</legend><div class="seg">${placing("outdoor")}${placing("indoor")}${placing("unclassified")}</div></fieldset>
      ${this.draft.placing === "outdoor"
        ? html`${this.#where()}<label class="tick"><input type="checkbox" data-test="form-eligible" .checked=${this.draft.eligible} ?disabled=${this.draft.position === null || this.#mayNotAllow} @change=${(event: Event) => this.#change({ eligible: (event.target as HTMLInputElement).checked })}><span>${words.say("may_be_asked")}<small>${words.say(this.#mayNotAllow ? "owner_sets" : "may_be_asked_note")}</small></span></label>${this.#keeping()}`
        : html`<p class="sm muted">${words.say("indoor_never")}</p>`}
      <div class="row wrap"><button type="submit" class="btn fill" data-test="save-camera">${words.say("save_camera")}</button><button type="button" class="btn" data-test="close-camera" @click=${() => { this.open = false; this.draft = this.camera.settings; }}>${words.say("go_back")}</button></div></form>
      ${this.draft.placing === "outdoor" && this.home.approver.is_owner ? html`<milton-share-camera-folder .context=${this.context} .cameraId=${this.camera.camera_id} .folder=${this.folder}></milton-share-camera-folder>` : nothing}`;
  }

  /** What this home's own recorder keeps of it, who tells it when, and how long that fits. */
  #kept(): string[] {
    const { words, format, hass } = this.context;
    const { settings, footage, has_battery, room } = this.camera;
    const told_by = [...this.camera.told_by, ...settings.also_told_by.map((one) => tellerName(hass.states, one))];
    if (!settings.eligible || (footage !== "here" && !settings.record_also)) return [];
    const continuous = settings.recording === "continuous" && !settings.on_battery && !has_battery;
    const told = told_by.length ? words.say("told_by", { names: told_by.join(", ") }) : words.say("told_by_nothing");
    const rate = room.kbit_s === null ? "" : format.number(room.kbit_s / 1000, 1);
    const fits = room.days !== null ? words.say("room_days", { days: format.number(room.days, 1), rate }) : words.say(rate ? "room_rate" : "room_unknown", { rate });
    return [words.say(continuous ? "kept_continuous" : "kept_events"), ...(continuous ? [] : [told]), fits];
  }

  #note(): string {
    const { words } = this.context;
    const { settings, footage, footage_trouble, doorbell, seems_indoor } = this.camera;
    if (seems_indoor || settings.placing === "indoor") return words.say("indoor_never");
    if (settings.placing === "unclassified") return words.say("not_classified");
    const from = footage === "app" ? words.say("in_app", { app: words.say(`app_${appOf(this.camera.maker)}`) }) : words.say(footage === "none" ? "no_stream" : `footage_${footage}`);
    const trouble = footage_trouble === null ? "" : words.rule(footage_trouble).replace(/\.$/, "");
    const parts = [words.say(doorbell ? "outdoor_doorbell" : "outdoor"), from, trouble, settings.position ? "" : words.say("no_place"), ...this.#kept()];
    return `${parts.filter(Boolean).join(". ")}.`;
  }

  /** That a camera which has sound is recorded without: since when, until when, and why. */
  #soundLeftOut(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const left = this.camera.sound_left_out;
    if (!left) return nothing;
    return html`<p class="banner is-warn" data-test="sound-left-out">${icon("sound")}<span>${words.say("sound_left_out", { since: format.dayMinute(left.since), until: format.dayMinute(left.until) })}</span></p>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { settings, name } = this.camera;
    const ready = !this.#never && settings.placing === "outdoor" && settings.position !== null;
    return html`<div class=${this.#never ? "set locked" : "set"} data-test="camera" data-camera-id=${this.camera.camera_id}><b>${name}</b><small>${this.#note()}</small>
        <span class="row">${this.camera.seems_indoor ? html`<span class="chip">${icon("lock")} ${words.say("never_chip")}</span>` : html`<button type="button" class="btn" data-test="edit-camera" aria-label="${words.say(settings.placing === "unclassified" ? "classify" : "change")}: ${this.camera.name}" aria-expanded=${this.open ? "true" : "false"} @click=${() => { this.open = !this.open; }}>${words.say(settings.placing === "unclassified" ? "classify" : "change")}</button>
          ${ready ? html`<input type="checkbox" class="sw" role="switch" data-test="eligible" aria-label=${words.say("may_be_asked_of", { camera: name })} .checked=${settings.eligible} ?disabled=${this.#mayNotAllow} title=${this.#mayNotAllow ? words.say("owner_sets") : nothing} @change=${this.#toggle}>` : nothing}`}</span></div>
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="camera-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.#soundLeftOut()}
      ${this.camera.footage === "app" && !this.#never ? html`<details data-test="app-steps"><summary>${words.say("how_to_export")} ${icon("go")}</summary>${exportSteps(appOf(this.camera.maker), this.context)}</details>` : nothing}
      ${this.open ? this.#form() : nothing}`;
  }
}

define("milton-share-camera", CameraForm);
