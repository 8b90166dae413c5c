// One camera of a request: the clip that would be sent, and which part of the time it is.
import { html, nothing, type TemplateResult } from "lit";
import { isRefusal } from "./api";
import { lengthMs, shownMs } from "./format";
import { icon } from "./icons";
import type { Case, Clip, FootageRequest } from "./model";
import { define, Part } from "./part";
import { recordedMs } from "./sorting";
import { bounds, type Range } from "./timeline";
import "./player";

/** What the owner chose for one camera. */
export interface Selection {
  range: Range;
  audio: boolean;
  included: boolean;
}

export function firstSelection(request: FootageRequest, item: Case): Selection {
  const { clip } = item;
  const range = clip ? { from: new Date(clip.from), until: new Date(clip.until) } : bounds(request, item);
  return { range, audio: clip?.audio === "kept", included: true };
}

/** Whether this clip is exactly what was chosen: only then can it be shared. */
export function isCurrent(clip: Clip | null, { range, audio }: Selection): clip is Clip {
  if (clip === null) return false;
  const sameSound = clip.audio === "absent" || (clip.audio === "kept") === audio;
  return sameSound && Date.parse(clip.from) === range.from.getTime() && Date.parse(clip.until) === range.until.getTime();
}

export class CaseCard extends Part {
  static override properties = {
    context: { attribute: false },
    request: { attribute: false },
    item: { attribute: false },
    selection: { attribute: false },
    alone: { type: Boolean },
    failure: { state: true },
    asked: { state: true },
  };
  declare request: FootageRequest;
  declare item: Case;
  declare selection: Selection;
  declare alone: boolean;
  declare failure: string | undefined;
  declare asked: boolean;

  get #busy(): boolean {
    return this.asked || this.item.cutting !== null;
  }

  #choose(change: Partial<Selection>): void {
    this.tell("chosen", { caseId: this.item.case_id, selection: { ...this.selection, ...change } });
  }

  async #look(): Promise<void> {
    const { range, audio } = this.selection;
    this.failure = undefined;
    this.asked = true;
    try {
      await this.context.api.look(this.item.case_id, range.from, range.until, audio, this.item.clip?.masks ?? []); // what is hidden stays so
    } catch (error) {
      this.failure = isRefusal(error) ? this.context.words.rule(error.code, error.message) : String(error);
    }
    this.asked = false;
  }

  /** What is being cut ends, and its own answer says so; one that ended just before is no matter. */
  async #stop(): Promise<void> {
    try {
      await this.context.api.cancelLook(this.item.case_id);
    } catch (error) {
      this.failure = isRefusal(error) ? this.context.words.rule(error.code, error.message) : String(error);
    }
  }

  #preview(): TemplateResult {
    const { words } = this.context;
    const { clip, cutting } = this.item;
    const current = isCurrent(clip, this.selection);
    const share = Math.round((cutting ?? 0) * 100);
    return html`<section class="card stack" aria-label=${words.say("exactly_sent")}>
      <div class="row wrap"><h2 class="grow">${words.say("exactly_sent")}</h2><span class="chip is-law">${this.item.camera_name}${clip ? `, ${this.context.format.length(shownMs(clip.ranges))}` : ""}</span></div>
      ${clip
        ? html`<milton-share-player .context=${this.context} .item=${this.item} .clip=${clip}></milton-share-player>`
        : html`<div class="player empty"><p>${words.say("nothing_cut")}</p></div>`}
      ${clip && clip.ranges.length > 1 ? html`<p class="banner" role="status" data-test="several-parts">${icon("clock")}<span>${words.say("parts_sent", { count: clip.ranges.length })} ${clip.ranges.map(({ from, until }) => this.context.format.seconds(from, until)).join("; ")}</span></p>` : nothing}
      ${clip && clip.masks.length > 0 ? html`<p class="banner" role="status" data-test="hidden-parts">${icon("eye")}<span>${words.say("parts_hidden", { count: clip.masks.length })} ${words.say("parts_hidden_note")}</span></p>` : nothing}
      ${clip && !current ? html`<p class="banner is-warn" role="status" data-test="stale">${icon("warn")}<span>${words.say("clip_stale")}</span></p>` : nothing}
      ${this.#busy
        ? html`<div role="status"><progress max="100" value=${share} data-test="cutting" aria-label=${words.say("cutting")}></progress><div class="row wrap"><p class="sm muted grow">${words.say("cutting")}</p><button type="button" class="btn" data-test="stop-cutting" @click=${this.#stop}>${words.say("stop_cutting")}</button></div></div>`
        : current ? nothing : html`<button type="button" class="btn" data-test="look" @click=${this.#look}>${icon("eye")} ${words.say(clip ? "show_again" : "show_part")}</button>`}
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="look-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      <label class="tick"><input type="checkbox" data-test="audio" .checked=${this.selection.audio} ?disabled=${this.#busy}
        @change=${(event: Event) => this.#choose({ audio: (event.target as HTMLInputElement).checked })}>
        <span>${words.say("with_sound")}<small>${words.say(clip?.audio === "absent" ? "sound_absent" : "sound_note")}</small></span></label>
    </section>`;
  }

  #gapChips(): TemplateResult[] {
    const { words, format } = this.context;
    const { from, until } = this.selection.range;
    return this.item.gaps
      .filter((gap) => Date.parse(gap.until) > from.getTime() && Date.parse(gap.from) < until.getTime())
      .map((gap) => html`<span class="chip is-warn" data-test="gap">${icon("warn")} ${words.say("gap", { range: format.seconds(gap.from, gap.until) })}</span>`);
  }

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const { clip } = this.item;
    return html`<div class="work" data-test="case" data-case-id=${this.item.case_id}>${this.#preview()}
      <section class="card stack" aria-label=${words.say("which_minutes")}>
        <h2>${words.say("which_minutes")}</h2>
        <div class="hd">${this.alone
          ? html`<b>${this.item.camera_name}</b>`
          : html`<label class="tick"><input type="checkbox" data-test="include" .checked=${this.selection.included} @change=${(event: Event) => this.#choose({ included: (event.target as HTMLInputElement).checked })}> <b>${this.item.camera_name}</b></label>`}
          <span class="sm muted">${words.say("recorded_of", { recorded: format.length(recordedMs(this.request, this.item)), asked: format.length(lengthMs(this.request.from, this.request.until)) })}</span></div>
        <milton-share-timeline .context=${this.context} .request=${this.request} .item=${this.item} .range=${this.selection.range} ?disabled=${this.#busy}
          @range=${(event: CustomEvent<Range>) => this.#choose({ range: event.detail })}></milton-share-timeline>
        <div class="row wrap">${clip ? html`<span class="chip" data-test="clock">${icon("clock")} ${words.say("clock_chip", { offset: format.number(clip.offset_ms / 1000, 1), uncertainty: format.number(clip.uncertainty_ms / 1000, 1) })}</span>` : nothing}${this.#gapChips()}</div>
        <p class="legend"><span><i class="k-cov"></i>${words.say("legend_recorded")}</span><span><i class="k-cut"></i>${words.say("legend_sent")}</span><span><i class="k-none"></i>${words.say("legend_none")}</span></p>
        <p class="sm muted">${words.say("trim_keys")}</p>
      </section></div>`;
  }
}

define("milton-share-case", CaseCard);
