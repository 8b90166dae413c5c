// One camera of a request: the clip that would be sent, and which parts of the time and of the picture it shows.
import { html, nothing, type TemplateResult } from "lit";
import { isRefusal } from "../api/commands";
import { answered } from "../kit/retry";
import { failure } from "../kit/failure";
import { lengthMs, shownMs } from "../kit/format";
import { icon } from "../kit/icons";
import { marksList } from "./marks";
import { type Drawn, said } from "../masks/shapes";
import type { Case, Clip, FootageRequest, Mark, Stills } from "../api/model";
import { define, Part } from "../kit/part";
import type { Picture } from "../clips/picture";
import "../clips/picture";
import { bounds, type Parts, type Range, replaced } from "./ranges";
import { resizedNote } from "../clips/resized_note";
import "./thumbnails";
import { isCurrent, type Selection } from "./selection";
import { recordedMs } from "../cases/state";
import "../clips/strip";
import { clockWords } from "../clips/times";

const COUNT_DOWN_MS = 30_000; // the countdown says minutes only in its last hour

export class CaseCard extends Part {
  static override properties = {
    context: { attribute: false },
    request: { attribute: false },
    item: { attribute: false },
    selection: { attribute: false },
    alone: { type: Boolean },
    failure: { state: true },
    asked: { state: true },
    stills: { state: true },
    shownMs: { state: true },
    marks: { attribute: false },
    now: { state: true },
    roughOpen: { state: true },
  };
  declare request: FootageRequest;
  declare item: Case;
  declare selection: Selection;
  declare alone: boolean;
  declare failure: string | undefined;
  declare asked: boolean;
  declare stills: Stills | undefined;
  declare shownMs: number;
  declare marks: readonly Mark[];
  declare now: number;
  declare roughOpen: boolean;
  #pictured = "";
  #clock: number | undefined;

  constructor() {
    super();
    this.shownMs = 0;
    this.marks = [];
    this.now = Date.now();
    this.roughOpen = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = window.setInterval(() => { this.now = Date.now(); }, COUNT_DOWN_MS);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.#clock);
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    const { case_id: caseId, clip } = this.item;
    const digest = clip?.clip_sha256 ?? "";
    if (this.#pictured === digest) return;
    [this.#pictured, this.stills, this.shownMs] = [digest, undefined, 0];
    if (digest) void this.#picture(caseId, digest);
  }

  /** Without them the page is the same but for them: nothing is said of a failure. */
  async #picture(caseId: string, digest: string): Promise<void> {
    const isShown = () => this.#pictured === digest;
    const stills = await answered(() => this.context.api.stills(caseId, digest), isShown);
    if (isShown()) this.stills = stills;
  }

  get #busy(): boolean {
    return this.asked || this.item.cutting !== null;
  }

  #choose(change: Partial<Selection>): void {
    this.tell("chosen", { caseId: this.item.case_id, selection: { ...this.selection, ...change } });
  }

  async #look(): Promise<void> {
    const { parts, masks, audio } = this.selection;
    this.failure = undefined;
    this.asked = true;
    try {
      await this.context.api.look(this.item.case_id, parts.ranges, audio, said(masks));
    } catch (error) {
      this.failure = this.#refused(error);
    }
    this.asked = false;
  }

  #refused(error: unknown): string {
    const { words, format } = this.context;
    const { ranges } = this.selection.parts;
    if (!isRefusal(error) || error.code !== "nothing_recorded") return failure(words, error, "failed_cut");
    return ranges.map(({ from, until }) => words.say("nothing_recorded_between", { from: format.second(from), until: format.second(until) })).join(" ");
  }

  /** What is being cut ends, and its own answer says so; one that ended just before is no matter. */
  async #stop(): Promise<void> {
    try {
      await this.context.api.cancelLook(this.item.case_id);
    } catch (error) {
      this.failure = failure(this.context.words, error);
    }
  }

  #preview(): TemplateResult {
    const { words } = this.context;
    const { clip, cutting } = this.item;
    const current = isCurrent(clip, this.selection);
    const share = Math.round((cutting ?? 0) * 100);
    const { drill } = this.request;
    return html`<section class="card stack" aria-label="${words.say("exactly_sent")}: ${this.item.camera_name}">
      <div class="row wrap"><h2 class="grow">${words.say("exactly_sent")}</h2><span class="chip is-law">${this.item.camera_name}${clip ? `, ${this.context.format.length(shownMs(clip.ranges))}` : ""}</span></div>
      ${drill ? html`<p class="banner is-warn" data-test="test-card">${icon("warn")}<span>${words.say("test_card_note")}</span></p>` : nothing}
      ${clip
        ? html`<milton-share-picture .context=${this.context} .item=${this.item} .clip=${clip} .poster=${this.stills?.poster} .masks=${this.selection.masks} .shownMs=${this.shownMs} ?disabled=${this.#busy} ?plain=${drill}
            @masks=${(event: CustomEvent<readonly Drawn[]>) => this.#choose({ masks: event.detail })} @shown=${(event: CustomEvent<{ shownMs: number }>) => { this.shownMs = event.detail.shownMs; }}></milton-share-picture>`
        : html`<p class="muted" data-test="nothing-cut">${words.say(drill ? "test_card_first" : "nothing_cut")}</p>${this.#rough()}`}
      ${clip && clip.ranges.length > 1 ? html`<p class="banner" role="status" data-test="several-parts">${icon("clock")}<span>${words.say("parts_sent", { count: clip.ranges.length })} ${clip.ranges.map(({ from, until }) => this.context.format.seconds(from, until)).join("; ")}</span></p>` : nothing}
      ${clip && clip.masks.length > 0 ? html`<p class="banner" role="status" data-test="hidden-parts">${icon("eye")}<span><b>${words.say("parts_hidden", { count: clip.masks.length })}.</b> ${words.say("parts_hidden_note")}</span></p>` : nothing}
      ${clip ? resizedNote(this.context, clip) : nothing}
      ${clip && !current ? html`<p class="banner is-warn" role="status" data-test="stale">${icon("warn")}<span>${words.say("clip_stale")}</span></p>` : nothing}
      ${this.#busy
        ? html`<div role="status"><progress class="home" max="100" value=${share} data-test="cutting" aria-label=${words.say("cutting")}></progress><div class="row wrap"><p class="sm muted grow">${words.say("cutting")}</p><button type="button" class="btn" data-test="stop-cutting" @click=${this.#stop}>${words.say("stop_cutting")}</button></div></div>`
        : current ? nothing : html`<button type="button" class="btn" data-test="look" @click=${this.#look}>${icon("eye")} ${words.say(clip ? "show_again" : "show_part")}</button>`}
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="look-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${drill ? nothing : html`<label class="tick"><input type="checkbox" data-test="audio" .checked=${this.selection.audio} ?disabled=${this.#busy}
        @change=${(event: Event) => this.#choose({ audio: (event.target as HTMLInputElement).checked })}>
        <span>${words.say("with_sound")}<small>${words.say(clip?.audio === "absent" ? "sound_absent" : "sound_note")}</small></span></label>`}
    </section>`;
  }

  #choosePart(range: Range): void {
    this.#choose({ parts: replaced(this.selection.parts, range, bounds(this.request, this.item)) });
  }

  /** What the camera saw, roughly: open until there is a clip, then beside it for who looks for another part. */
  #rough(): TemplateResult | typeof nothing {
    if (this.request.drill) return nothing;
    return html`<milton-share-rough .context=${this.context} .request=${this.request} .item=${this.item} .ranges=${this.selection.parts.ranges} ?disabled=${this.#busy}
      @choose=${(event: CustomEvent<Range>) => this.#choosePart(event.detail)}></milton-share-rough>`;
  }

  #gapChips(): TemplateResult[] {
    const { words, format } = this.context;
    return this.item.gaps
      .filter((gap) => this.selection.parts.ranges.some(({ from, until }) => Date.parse(gap.until) > from.getTime() && Date.parse(gap.from) < until.getTime()))
      .map((gap) => html`<span class="chip is-warn" data-test="gap">${icon("warn")} ${words.say("gap", { range: format.seconds(gap.from, gap.until) })}</span>`);
  }

  #times(clip: Clip): TemplateResult {
    const { text, unsure } = clockWords(this.context, clip);
    return html`<p class=${unsure ? "banner is-warn" : "sm"} data-test="clock">${icon(unsure ? "warn" : "clock")} <span>${text}</span></p>`;
  }

  /** Until when the recordings are kept from being overwritten, counted down, and whether there is room for all. */
  #kept(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { kept_until: until, hold_trouble: trouble } = this.item;
    if (!until) return nothing;
    const left = Math.max(0, Date.parse(until) - this.now);
    return html`<p class="sm" data-test="kept-until">${icon("lock")} ${words.say("kept_until", { time: format.dayMinute(until), left: format.countdown(left) })}</p>
      ${trouble ? html`<p class="banner is-warn" role="status" data-test="hold-trouble">${icon("warn")}<span>${trouble === "hold_quota" ? words.say("hold_full") : words.rule(trouble)}</span></p>` : nothing}`;
  }

  /** How much of what another recorder has is here; the rest comes by itself. */
  #copying(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { copied } = this.item;
    if (copied === null) return nothing;
    const percent = Math.floor(copied * 100);
    return html`<div role="status" data-test="copying"><progress class="home" max="100" value=${percent} aria-label=${words.say("copying", { percent: format.number(percent) })}></progress><p class="sm muted">${words.say("copying", { percent: format.number(percent) })}</p></div>`;
  }

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const { clip } = this.item;
    const { drill } = this.request;
    return html`<div class="work" data-test="case" data-case-id=${this.item.case_id}>${this.#preview()}
      <section class="card stack" aria-label="${words.say("which_minutes")}: ${this.item.camera_name}">
        <h2>${words.say("which_minutes")}</h2>
        <div class="hd">${this.alone
          ? html`<b>${this.item.camera_name}</b>`
          : html`<label class="tick"><input type="checkbox" data-test="include" .checked=${this.selection.included} @change=${(event: Event) => this.#choose({ included: (event.target as HTMLInputElement).checked })}> <b>${this.item.camera_name}</b></label>`}
          ${drill ? nothing : html`<span class="sm muted">${words.say("recorded_of", { recorded: format.length(recordedMs(this.request, this.item)), asked: format.length(lengthMs(this.request.from, this.request.until)) })}</span>`}</div>
        ${this.item.source ? html`<p class="sm muted" data-test="source">${words.say("source_used", { source: words.say(`source_${this.item.source}`) })}</p>` : nothing}
        ${this.#kept()}
        ${this.#copying()}
        ${clip && this.stills ? html`<milton-share-strip .context=${this.context} .clip=${clip} .stills=${this.stills} .shownMs=${this.shownMs} @seek=${(event: CustomEvent<{ seconds: number }>) => this.querySelector<Picture>("milton-share-picture")?.seek(event.detail.seconds)}></milton-share-strip>` : nothing}
        <milton-share-timeline .context=${this.context} .request=${this.request} .item=${this.item} .parts=${this.selection.parts} .marks=${this.marks} ?disabled=${this.#busy}
          @parts=${(event: CustomEvent<Parts>) => this.#choose({ parts: event.detail })}></milton-share-timeline>
        ${drill ? nothing : marksList(this.context, this.request, this.item, this.marks, this.#busy, (range) => this.#choosePart(range))}
        ${clip && !drill ? html`<details class="marks" data-test="rough-again" ?open=${this.roughOpen} @toggle=${(event: Event) => { this.roughOpen = (event.target as HTMLDetailsElement).open; }}><summary>${icon("eye")} ${words.say("rough_again")} ${icon("go")}</summary>${this.roughOpen ? this.#rough() : nothing}</details>` : nothing}
        ${clip && !drill ? this.#times(clip) : nothing}
        ${this.item.clock_put ? html`<p class="banner is-warn" role="status" data-test="clock-put">${icon("warn")}<span>${words.say("clock_put")}</span></p>` : nothing}
        <div class="row wrap">${this.#gapChips()}</div>
        <p class="legend">${drill ? nothing : html`<span><i class="k-cov"></i>${words.say("legend_recorded")}</span>`}<span><i class="k-cut"></i>${words.say("legend_sent")}</span>${drill ? nothing : html`<span><i class="k-none"></i>${words.say("legend_none")}</span>`}${this.marks.length > 0 && !drill ? html`<span><i class="k-ring"></i>${words.say("mark_ring")}</span><span><i class="k-motion"></i>${words.say("mark_motion")}</span>${this.marks.some(({ kind }) => kind === "other") ? html`<span><i class="k-other"></i>${words.say("mark_other")}</span>` : nothing}` : nothing}</p>
        <p class="sm muted">${words.say("trim_keys")}</p>
      </section></div>`;
  }
}

define("milton-share-case", CaseCard);
