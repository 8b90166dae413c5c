// Save for myself: which time, which cameras, and what was cut of them. No request, and nothing for the hub.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Failed, failure } from "../kit/failure";
import { icon } from "../kit/icons";
import { momentsOf, onTheWall } from "../kit/local_time";
import type { FootageRequest, HomeState, OwnCamera } from "../api/model";
import "./clips";
import { around, CAMERAS_MAX, leftOf, LONGEST_MS, recordedMs, SHORTEST_MS, shownAs } from "./time";
import { define, Part, radios } from "../kit/part";
import type { Parts, Range } from "../review/ranges";
import "../review/timeline";

type End = keyof Range;

const FIRST_MS = 300_000; // five minutes, up to the last whole minute
const SETTLE_MS = 400; // who types a time is asked for each digit

export class OwnPage extends Part {
  static override properties = {
    context: { attribute: false },
    home: { attribute: false },
    request: { attribute: false },
    typed: { state: true },
    later: { state: true },
    chosen: { state: true },
    audio: { state: true },
    found: { state: true },
    window: { state: true },
    looking: { state: true },
    asked: { state: true },
    failure: { state: true },
  };
  declare home: HomeState;
  declare request: FootageRequest | undefined; // whose held recordings are kept for oneself
  declare typed: Readonly<Record<End, string>>;
  declare later: Readonly<Record<End, boolean>>; // of an hour that comes twice the second one
  declare chosen: ReadonlySet<string>;
  declare audio: boolean;
  declare found: readonly OwnCamera[] | undefined;
  declare window: Range | undefined;
  declare looking: boolean;
  declare asked: boolean;
  declare failure: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #number = 0;

  constructor() {
    super();
    [this.later, this.chosen, this.audio] = [{ from: false, until: false }, new Set(), false];
  }

  get #zone(): string {
    return this.context.hass.config.time_zone;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("context") || this.typed !== undefined) return;
    const until = Math.floor(Date.now() / 60_000) * 60_000;
    const left = this.request && leftOf(this.request);
    if (left) this.chosen = new Set(left.cameras.slice(0, CAMERAS_MAX));
    this.#type(left?.range ?? { from: new Date(until - FIRST_MS), until: new Date(until) });
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Show a time in both fields; of an hour that comes twice also which. */
  #type({ from, until }: Range): void {
    this.typed = { from: onTheWall(from, this.#zone), until: onTheWall(until, this.#zone) };
    const isLater = (moment: Date) => momentsOf(onTheWall(moment, this.#zone), this.#zone).findIndex((one) => Math.abs(one.getTime() - moment.getTime()) < 1000) === 1;
    this.later = { from: isLater(from), until: isLater(until) };
  }

  #moment(end: End): Date | undefined {
    const found = momentsOf(this.typed[end], this.#zone);
    return found[this.later[end] ? found.length - 1 : 0];
  }

  /** The time that is typed, or why it can't be cut. */
  get #range(): Range | string {
    const { words } = this.context;
    const [from, until] = [this.#moment("from"), this.#moment("until")];
    if (!from || !until) return words.say("another_time_never");
    const length = until.getTime() - from.getTime();
    if (length < SHORTEST_MS) return words.say("own_range_wrong");
    if (length > LONGEST_MS) return words.rule("own_too_long");
    return until.getTime() > Date.now() ? words.rule("own_not_yet") : { from, until };
  }

  #changed(change: () => void): void {
    change();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), SETTLE_MS);
  }

  /** Ask the home what is recorded around the chosen time; an answer to an earlier question is dropped. */
  async #look(): Promise<void> {
    const range = this.#range;
    if (typeof range === "string") return;
    const number = (this.#number += 1);
    const window = around(range, new Date());
    [this.looking, this.failure] = [true, undefined];
    try {
      const found = await this.context.api.ownRecorded(window.from, window.until);
      if (number === this.#number) [this.found, this.window] = [found, window];
    } catch (error) {
      if (number === this.#number) this.failure = this.#said(error, "failed_recorded");
    }
    if (number === this.#number) this.looking = false;
  }

  #said(error: unknown, what: Failed): string {
    return failure(this.context.words, error, what);
  }

  async #run(work: () => Promise<void>): Promise<void> {
    [this.asked, this.failure] = [true, undefined];
    try {
      await work();
    } catch (error) {
      this.failure = this.#said(error, "failed_cut");
    }
    this.asked = false;
  }

  #field(end: End): TemplateResult {
    const { words, format } = this.context;
    const moments = momentsOf(this.typed[end], this.#zone);
    const which = (late: boolean, moment: Date) => html`<label><input type="radio" name="own-${end}" .checked=${this.later[end] === late} @change=${() => this.#changed(() => { this.later = { ...this.later, [end]: late }; })}>${format.second(moment)}</label>`;
    return html`<div class="field"><label>${words.say(`own_${end}`)}<input type="datetime-local" step="1" data-test="own-${end}" .value=${this.typed[end]} ?disabled=${this.#busy}
        @input=${(event: Event) => { const { value } = event.target as HTMLInputElement; this.#changed(() => { this.typed = { ...this.typed, [end]: value }; this.later = { ...this.later, [end]: false }; }); }}></label>
      ${moments[0] && moments[1] ? radios(html`<fieldset class="field"><legend>${words.say("another_time_twice")}</legend><div class="seg">${which(false, moments[0])}${which(true, moments[1])}</div></fieldset>`) : nothing}</div>`;
  }

  get #busy(): boolean {
    return this.asked || (this.home.own?.cutting ?? null) !== null;
  }

  #timeline(range: Range): TemplateResult | typeof nothing {
    const { words } = this.context;
    const { window, found } = this;
    if (!window || !found || range.from < window.from || range.until > window.until) return nothing;
    const some = found.filter(({ camera_id }) => this.chosen.has(camera_id));
    const { request, item } = shownAs(window, some.length > 0 ? some : found);
    return html`<milton-share-timeline own .context=${this.context} .request=${request} .item=${item} .parts=${{ ranges: [range], active: 0 }} ?disabled=${this.#busy}
        @parts=${(event: CustomEvent<Parts>) => { const [part] = event.detail.ranges; if (part && part.until.getTime() - part.from.getTime() <= LONGEST_MS) this.#type(whole(part)); }}></milton-share-timeline>
      <p class="legend"><span><i class="k-cov"></i>${words.say("legend_recorded")}</span><span><i class="k-cut"></i>${words.say("own_legend_chosen")}</span><span><i class="k-none"></i>${words.say("legend_none")}</span></p>`;
  }

  #when(): TemplateResult {
    const { words } = this.context;
    const range = this.#range;
    return html`<section class="card stack" aria-label=${words.say("own_when")}><h2>${words.say("own_when")}</h2>
      <div class="pair">${this.#field("from")}${this.#field("until")}</div><p class="sm muted">${words.say("own_most", { zone: this.context.format.zone() })}</p>
      ${typeof range === "string" ? html`<p class="err" role="alert" data-test="own-wrong">${range}</p>` : this.#timeline(range)}</section>`;
  }

  #choose(id: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(id);
    else chosen.delete(id);
    this.chosen = chosen;
  }

  #camera(camera: OwnCamera, range: Range | undefined): TemplateResult {
    const { words, format } = this.context;
    const has = range ? recordedMs(camera, range) : 0;
    const on = this.chosen.has(camera.camera_id);
    const note = camera.trouble ? words.rule(camera.trouble) : has > 0 ? words.say("own_recorded", { recorded: format.length(has) }) : words.say("own_nothing");
    const full = !on && this.chosen.size >= CAMERAS_MAX;
    return html`<label class="tick"><input type="checkbox" data-test="own-camera" data-camera-id=${camera.camera_id} .checked=${on} ?disabled=${this.#busy || full || (has === 0 && !on)}
      @change=${(event: Event) => this.#choose(camera.camera_id, (event.target as HTMLInputElement).checked)}><span>${camera.name}<small>${note}</small></span></label>`;
  }

  #cameras(): TemplateResult {
    const { words } = this.context;
    const range = this.#range;
    const usable = typeof range === "string" ? undefined : range;
    const ready = (this.found ?? []).filter((one) => this.chosen.has(one.camera_id) && usable && recordedMs(one, usable) > 0).map(({ camera_id }) => camera_id);
    const cutting = this.home.own?.cutting ?? null;
    return html`<section class="card stack" data-test="own-cameras" aria-label=${words.say("own_cameras")}><h2>${words.say("own_cameras")}</h2>
      ${this.looking || !this.found ? html`<p class="sm muted" role="status">${words.say("own_looking")}</p>` : nothing}
      ${this.found?.length === 0 ? html`<p>${words.say("own_no_cameras")}</p>` : nothing}
      <div>${this.found?.map((camera) => this.#camera(camera, usable))}</div>
      ${this.chosen.size >= CAMERAS_MAX ? html`<p class="sm muted">${words.say("own_most_cameras", { count: CAMERAS_MAX })}</p>` : nothing}
      <label class="tick"><input type="checkbox" data-test="own-audio" .checked=${this.audio} ?disabled=${this.#busy} @change=${(event: Event) => { this.audio = (event.target as HTMLInputElement).checked; }}><span>${words.say("with_sound")}<small>${words.say("own_sound_note")}</small></span></label>
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="own-failure">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${cutting !== null
        ? html`<div role="status"><progress max="100" value=${Math.round(cutting * 100)} data-test="own-cutting" aria-label=${words.say("cutting")}></progress><div class="row wrap"><p class="sm muted grow">${words.say("cutting")}</p><button type="button" class="btn" data-test="own-stop" ?disabled=${this.asked} @click=${() => this.#run(() => this.context.api.ownStop())}>${words.say("stop_cutting")}</button></div></div>`
        : html`<button type="button" class="btn fill" data-test="own-cut" ?disabled=${this.#busy || ready.length === 0} @click=${() => { if (usable) void this.#run(() => this.context.api.ownCut(ready, usable.from, usable.until, this.audio, [])); }}>${this.chosen.size === 0 ? words.say("own_choose") : words.say("own_cut", { count: ready.length })}</button>
            <p class="sm muted">${words.say(this.home.own ? "own_replaces" : "own_then")}</p>`}</section>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { own } = this.home;
    return html`<div class="scroll"><main class="page" data-test="own"><p class="banner is-home">${icon("home")}<span>${words.say("own_lead")}</span></p>
      <div class="two"><div class="stack">${this.#when()}${this.#cameras()}</div>
      ${own ? html`<milton-share-own-clips .context=${this.context} .own=${own}></milton-share-own-clips>` : nothing}</div></main></div>`;
  }
}

/** Whole seconds: what the fields show is what is cut. */
function whole({ from, until }: Range): Range {
  const start = Math.floor(from.getTime() / 1000) * 1000;
  return { from: new Date(start), until: new Date(Math.max(start + SHORTEST_MS, Math.floor(until.getTime() / 1000) * 1000)) };
}

define("milton-share-own", OwnPage);
