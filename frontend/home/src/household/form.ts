// What the owner sets for all requests: when phones are told, what a review begins with, how much disk is given.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { ended } from "../kit/format";
import { icon } from "../kit/icons";
import { momentsOf } from "../kit/local_time";
import type { HomeState, Household, Reminder } from "../api/model";
import { define, Part } from "../kit/part";
import { LASTS, type Lasts, pausedWords } from "./pause";

const WEEKLY_CAP_MAX = 50;
const STORAGE_MAX_GB = 2000;
const KEEP_DAYS_MAX = 45; // LOOK_BACK_MAX of the protocol: no request goes back further
const GIB = 1024 ** 3;
const USUAL_BYTES_A_DAY = (2_000_000 / 8) * 86_400; // of many doorbells, until it is measured
const NIGHT = { quiet_from: "21:00", quiet_until: "07:00" };
const REMINDERS: readonly Reminder[] = ["last_day", "next_day", "never"];

export class HouseholdSettings extends Part {
  static override properties = {
    context: { attribute: false },
    home: { attribute: false },
    show: {},
    draft: { state: true },
    failure: { state: true },
    saved: { state: true },
    lasts: { state: true },
    typed: { state: true },
  };
  declare home: HomeState;
  declare show: "told" | "decide" | "disk";
  declare draft: Household;
  declare failure: string | undefined;
  declare saved: boolean;
  declare lasts: Lasts; // of a pause that may begin
  declare typed: string;
  #known = "";

  constructor() {
    super();
    [this.lasts, this.typed] = ["resume", ""];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const known = JSON.stringify(this.home.household);
    if (changed.has("home") && known !== this.#known) [this.#known, this.draft] = [known, this.home.household];
  }

  get #fixed(): boolean {
    return !this.home.approver.is_owner;
  }

  async #set(change: Partial<Household>): Promise<void> {
    const before = this.draft;
    this.draft = { ...before, ...change };
    [this.failure, this.saved] = [undefined, false];
    try {
      await this.context.api.setHousehold(change);
      this.saved = true;
    } catch (error) {
      this.draft = before;
      this.failure = failure(this.context.words, error, "failed_saved");
    }
  }

  #switch(test: string, label: string, checked: boolean, change: (on: boolean) => Partial<Household>): TemplateResult {
    return html`<input type="checkbox" class="sw" role="switch" data-test=${test} aria-label=${label} .checked=${checked} ?disabled=${this.#fixed}
      @change=${(event: Event) => this.#set(change((event.target as HTMLInputElement).checked))}>`;
  }

  #row(title: string, note: string, control: TemplateResult): TemplateResult {
    return html`<div class="set"><b>${title}</b><small>${note}</small>${control}</div>`;
  }

  #quiet(): TemplateResult {
    const { words } = this.context;
    const { quiet_from, quiet_until, urgent_breaks_quiet } = this.draft;
    const time = (name: "quiet_from" | "quiet_until") => html`<div class="field"><label>${words.say(name)}<input type="time" required data-test=${name} .value=${this.draft[name] ?? ""} ?disabled=${this.#fixed}
      @change=${(event: Event) => { const { value } = event.target as HTMLInputElement; if (value) void this.#set({ quiet_from, quiet_until, [name]: value }); }}></label></div>`;
    const on = quiet_from !== null && quiet_until !== null;
    return html`${this.#row(words.say("quiet_hours"), words.say("quiet_note"), this.#switch("quiet", words.say("quiet_hours"), on, (quiet) => (quiet ? NIGHT : { quiet_from: null, quiet_until: null })))}
      ${on ? html`<div class="pair">${time("quiet_from")}${time("quiet_until")}</div>
        ${this.#row(words.say("urgent_breaks_quiet"), words.say("urgent_breaks_quiet_note"), this.#switch("urgent-breaks-quiet", words.say("urgent_breaks_quiet"), urgent_breaks_quiet, (urgent) => ({ urgent_breaks_quiet: urgent })))}` : nothing}`;
  }

  #cap(): TemplateResult {
    const { words } = this.context;
    const { weekly_cap } = this.draft;
    const step = (change: number, sign: string, label: string, test: string) => html`<button type="button" class="btn" data-test=${test} aria-label=${label} ?disabled=${this.#fixed || weekly_cap + change < 0 || weekly_cap + change > WEEKLY_CAP_MAX} @click=${() => this.#set({ weekly_cap: weekly_cap + change })}>${sign}</button>`;
    return this.#row(words.say("weekly_cap"), words.say("weekly_cap_note"), html`<span class="stepper cap">${step(-1, "−", words.say("one_fewer"), "cap-fewer")}<output data-test="weekly-cap">${weekly_cap}</output>${step(1, "+", words.say("one_more"), "cap-more")}</span>`);
  }

  #phones(): TemplateResult {
    const { words } = this.context;
    const { phones } = this.draft;
    const tell = (service: string, told: boolean) => this.#set({ phones: phones.map((phone) => (phone.service === service ? { ...phone, told } : phone)) });
    return html`<fieldset class="field stack phones" data-test="phones"><legend>${words.say("which_phones")}</legend>
      ${phones.length === 0 ? html`<p class="hint">${words.say("no_phones")}</p>` : phones.map(({ service, name, told }) => html`<label class="tick"><input type="checkbox" data-test="phone" data-service=${service} .checked=${told} ?disabled=${this.#fixed}
        @change=${(event: Event) => tell(service, (event.target as HTMLInputElement).checked)}><span>${name}</span></label>`)}
      <p class="hint">${words.say("phones_note")}</p></fieldset>`;
  }

  async #pause(pause: { until: Date | null } | null): Promise<void> {
    [this.failure, this.saved] = [undefined, false];
    try {
      await this.context.api.setPause(pause);
      this.saved = true;
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_saved");
    }
  }

  /** Until when a pause would last; undefined for a time that is past, or none. */
  get #until(): { until: Date | null } | undefined {
    if (this.lasts !== "time") {
      const lasts = LASTS[this.lasts];
      return { until: lasts === null ? null : new Date(Date.now() + lasts) };
    }
    const [moment] = momentsOf(this.typed, this.context.hass.config.time_zone);
    return moment && moment.getTime() > Date.now() ? { until: moment } : undefined;
  }

  /** No camera is asked: one button, and nothing outside changes by it. */
  #pausing(): TemplateResult {
    const { words } = this.context;
    const household = this.home.household;
    const until = this.#until;
    if (household.paused) {
      return html`${this.#row(words.say("pause_title"), `${ended(pausedWords(this.context, household))} ${words.say("paused_note")}`, html`<button type="button" class="btn" data-test="resume" ?disabled=${this.#fixed} @click=${() => this.#pause(null)}>${words.say("resume")}</button>`)}`;
    }
    return html`${this.#row(words.say("pause_title"), words.say("pause_note"), html`<button type="button" class="btn" data-test="pause" ?disabled=${this.#fixed || !until} @click=${() => until && this.#pause(this.#until ?? until)}>${words.say("pause_now")}</button>`)}
      <div class="pair"><div class="field"><label>${words.say("pause_lasts")}<select data-test="pause-lasts" ?disabled=${this.#fixed} @change=${(event: Event) => { this.lasts = (event.target as HTMLSelectElement).value as Lasts; }}>
        ${(["resume", "day", "week", "time"] as const).map((one) => html`<option value=${one} ?selected=${one === this.lasts}>${words.say(`pause_${one}`)}</option>`)}</select></label></div>
        ${this.lasts === "time" ? html`<div class="field"><label>${words.say("pause_until")}<input type="datetime-local" data-test="pause-until" .value=${this.typed} ?disabled=${this.#fixed} @input=${(event: Event) => { this.typed = (event.target as HTMLInputElement).value; }}></label></div>` : nothing}</div>`;
  }

  #told(): TemplateResult {
    const { words } = this.context;
    const { reminder } = this.draft;
    return html`${this.#quiet()}${this.#cap()}
      <div class="field"><label>${words.say("remind")}<select data-test="reminder" ?disabled=${this.#fixed} @change=${(event: Event) => this.#set({ reminder: (event.target as HTMLSelectElement).value as Reminder })}>
        ${REMINDERS.map((one) => html`<option value=${one} ?selected=${one === reminder}>${words.say(`remind_${one}`)}</option>`)}</select></label><p class="hint">${words.say("remind_note")}</p></div>
      ${this.#phones()}
      <div class="set plain" data-test="only-matches"><b>${words.say("only_matches")}</b><small>${words.say("only_matches_note")}</small></div>
      ${this.#pausing()}`;
  }

  #decide(): TemplateResult {
    const { words } = this.context;
    const { audio, named } = this.draft;
    return html`${this.#row(words.say("default_sound"), words.say("sound_note"), this.#switch("default-audio", words.say("default_sound"), audio, (on) => ({ audio: on })))}
      ${this.#row(words.say("default_named"), words.say(named ? "named_note" : "pseudonymous_note"), this.#switch("default-named", words.say("default_named"), named, (on) => ({ named: on })))}`;
  }

  #number(test: string, label: string, value: number, most: number, change: (to: number) => Partial<Household>): TemplateResult {
    return html`<div class="field"><label>${label}<input type="number" min="1" max=${most} step="1" required data-test=${test} .value=${String(value)} ?disabled=${this.#fixed}
        @change=${(event: Event) => { const { value: typed, validity } = event.target as HTMLInputElement; if (validity.valid) void this.#set(change(Number(typed))); }}></label></div>`;
  }

  /** Size and days, what they come to by what the recorder measured, and what is taken now. */
  #disk(): TemplateResult {
    const { words, format } = this.context;
    const { storage_gb, keep_days } = this.draft;
    const { used_bytes, oldest, wanted_bytes } = this.home.ring;
    const gb = (bytes: number) => format.number(bytes / GIB, 1);
    const kept = this.home.household.keep_days;
    const fits = this.home.cameras.flatMap(({ name, room: { days, kbit_s } }) => {
      const rate = format.number((kbit_s ?? 0) / 1000, 1);
      return days === null ? [] : [html`<br>${name}: ${days < kept ? words.say("room_days", { days: format.number(days, 1), rate }) : words.say("room_all", { count: kept, rate })}`];
    });
    return html`<div class="field" data-test="ring"><div class="pair">${this.#number("storage", words.say("disk_size"), storage_gb, STORAGE_MAX_GB, (to) => ({ storage_gb: to }))}
      ${this.#number("keep-days", words.say("disk_days"), keep_days, KEEP_DAYS_MAX, (to) => ({ keep_days: to }))}</div>
      <p class="hint" data-test="fits">${words.say("ring_note", { count: keep_days, size: format.number(storage_gb) })}
        <br><span data-test="used">${words.say("ring_used", { used: gb(used_bytes), size: format.number(storage_gb) })}${oldest ? ` ${ended(words.say("ring_oldest", { time: format.dayMinute(oldest) }))}` : ""}</span>
        ${wanted_bytes === null ? nothing : html`<br><span data-test="wanted">${words.say("ring_wanted", { count: kept, size: gb(wanted_bytes) })}</span>`}
        ${fits.length ? fits : html`<br>${ended(words.say("room_unknown"))} ${words.say("room_guess", { size: format.number(storage_gb), days: format.number(storage_gb * GIB / USUAL_BYTES_A_DAY, 1) })}`}</p></div>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`${this.show === "told" ? this.#told() : this.show === "decide" ? this.#decide() : this.#disk()}
      ${this.#fixed ? html`<p class="hint">${words.say("owner_sets")}</p>` : nothing}
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="household-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      <p class="vh" role="status" data-test="household-saved">${this.saved ? words.say("saved") : ""}</p>`;
  }
}

define("milton-share-household", HouseholdSettings);
