// All cameras of a request under each other, on one axis: what each recorded, what happened, what would be sent.
import { html, nothing, type TemplateResult } from "lit";
import { ended, lengthMs } from "../kit/format";
import { icon } from "../kit/icons";
import { covered, firstMoment, has, hours, type Lane, noticed } from "./lane";
import { markName } from "./marks";
import type { FootageRequest } from "../api/model";
import { define, Part } from "../kit/part";
import { recordedMs } from "../cases/state";

const STEP_MS = 10_000;
const WIDE_STEP_MS = 60_000;
const HOURS_SHOWN = 5; // more would lie over each other on a phone
const clamp = (value: number, lo: number, hi: number): number => Math.min(Math.max(value, lo), hi);

export class Lanes extends Part {
  static override properties = {
    context: { attribute: false },
    request: { attribute: false },
    lanes: { attribute: false },
    moved: { state: true },
    chosen: { state: true },
  };
  declare request: FootageRequest;
  declare lanes: readonly Lane[];
  declare moved: number | undefined; // the moment that is looked at, once somebody has chosen one
  declare chosen: string | undefined; // what was just chosen

  get #asked(): { from: number; until: number } {
    return { from: Date.parse(this.request.from), until: Date.parse(this.request.until) };
  }

  get #at(): number {
    const { from, until } = this.#asked;
    return clamp(this.moved ?? firstMoment(this.request, this.lanes), from, until);
  }

  #move(time: number): void {
    const { from, until } = this.#asked;
    [this.moved, this.chosen] = [clamp(Math.round(time / 1000) * 1000, from, until), undefined];
  }

  #keyed(event: KeyboardEvent): void {
    const { from, until } = this.#asked;
    const step = event.shiftKey ? WIDE_STEP_MS : STEP_MS;
    const goal: Record<string, number> = {
      ArrowLeft: this.#at - step,
      ArrowDown: this.#at - step,
      ArrowRight: this.#at + step,
      ArrowUp: this.#at + step,
      PageDown: this.#at - 10 * WIDE_STEP_MS,
      PageUp: this.#at + 10 * WIDE_STEP_MS,
      Home: from,
      End: until,
    };
    const time = goal[event.key];
    if (time === undefined) return;
    event.preventDefault();
    this.#move(time);
  }

  /** A finger or a mouse, on the axis or on any camera's track: all have the same scale. */
  #pointed(event: PointerEvent): void {
    if (event.type === "pointerdown" ? event.button !== 0 : event.buttons !== 1) return;
    const track = event.currentTarget as Element;
    if (event.type === "pointerdown") track.setPointerCapture(event.pointerId);
    const { from, until } = this.#asked;
    const { left, width } = track.getBoundingClientRect();
    this.#move(from + clamp((event.clientX - left) / width, 0, 1) * (until - from));
  }

  #style(from: number, until = from): string {
    const asked = this.#asked;
    const share = (time: number) => (100 * clamp((time - asked.from) / (asked.until - asked.from), 0, 1)).toFixed(3);
    return `--a:${share(from)}%;--b:${share(until)}%`;
  }

  /** What one camera has at the moment, in words. */
  #saidOf(lane: Lane): string {
    const { words } = this.context;
    const happened = noticed(lane.marks, this.#at).map((mark) => markName(mark, this.context));
    const state = words.say(has(covered(this.request, lane), this.#at) ? "legend_recorded" : "legend_none");
    return `${lane.item.camera_name}: ${[state, ...new Set(happened)].join(", ")}`;
  }

  #choose(): void {
    const { words } = this.context;
    const having = this.lanes.filter((lane) => has(covered(this.request, lane), this.#at));
    this.tell("moment-chosen", { at: this.#at, caseIds: having.map(({ item }) => item.case_id) });
    this.chosen = words.say("lanes_chosen", { count: having.length });
  }

  #lane(lane: Lane): TemplateResult {
    const { words, format } = this.context;
    const { item, marks, chosen } = lane;
    const spans = covered(this.request, lane);
    const asked = format.length(lengthMs(this.request.from, this.request.until));
    const recorded = spans.length === 0 ? words.say("legend_none") : this.request.drill ? words.say("test_card") : words.say("recorded_of", { recorded: format.length(recordedMs(this.request, item)), asked });
    const events = marks.length ? `, ${words.say("lanes_events", { count: marks.length })}` : "";
    return html`<div class="lane" data-test="lane" data-case-id=${item.case_id}><div class="hd">${spans.length
        ? html`<button type="button" class="btn quiet" data-test="lane-go" aria-label=${words.say("lanes_go", { camera: item.camera_name })} @click=${() => this.tell("lane-go", { caseId: item.case_id })}>${item.camera_name} ${icon("go")}</button>`
        : html`<b>${item.camera_name}</b>`}<span class="sm muted">${recorded}${events}</span></div>
      <div class="track" @pointerdown=${this.#pointed} @pointermove=${this.#pointed}>
        ${spans.map(([from, until]) => html`<i class="cov" .style=${this.#style(from, until)}></i>`)}
        ${chosen.map(({ from, until }) => html`<i class="cut" .style=${this.#style(from.getTime(), until.getTime())}></i>`)}
        ${marks.map((mark) => html`<i class="mark ${mark.kind}" .style=${this.#style(Date.parse(mark.from), Date.parse(mark.until))}></i>`)}</div></div>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { from, until } = this.#asked;
    const at = this.#at;
    const said = this.lanes.map((lane) => this.#saidOf(lane));
    const some = this.lanes.some((lane) => has(covered(this.request, lane), at));
    const kinds = new Set(this.lanes.flatMap(({ marks }) => marks.map(({ kind }) => kind)));
    return html`<section class="card stack" data-test="lanes" aria-label=${words.say("lanes_title")}><h2>${words.say("lanes_title")}</h2><p class="sm muted">${words.say("lanes_lead")}</p>
      <div class="lanes" .style=${this.#style(at)}>
        <div class="axis" role="slider" tabindex="0" data-test="lanes-moment" aria-label=${words.say("lanes_moment")} aria-valuemin="0" aria-valuemax=${Math.round((until - from) / 1000)} aria-valuenow=${Math.round((at - from) / 1000)}
          aria-valuetext="${ended(format.daySecond(new Date(at)))} ${said.join(". ")}" @keydown=${this.#keyed} @pointerdown=${this.#pointed} @pointermove=${this.#pointed}>
          ${hours(from, until, HOURS_SHOWN).map((time) => html`<span .style=${this.#style(time)}>${format.minute(new Date(time))}</span>`)}<b></b></div>
        ${this.lanes.map((lane) => this.#lane(lane))}<i class="at"></i></div>
      <div data-test="lanes-said"><b class="num">${format.daySecond(new Date(at))}</b><ul class="sm">${said.map((each) => html`<li>${each}</li>`)}</ul></div>
      <div class="row wrap"><button type="button" class="btn" data-test="lanes-choose" ?disabled=${!some} @click=${this.#choose}>${words.say("lanes_choose")}</button>
        <span class="sm" role="status" data-test="lanes-chosen">${this.chosen ?? nothing}</span></div>
      <p class="legend"><span><i class="k-cov"></i>${words.say("legend_recorded")}</span><span><i class="k-cut"></i>${words.say("legend_sent")}</span><span><i class="k-none"></i>${words.say("legend_none")}</span>
        ${kinds.has("ring") ? html`<span><i class="k-ring"></i>${words.say("mark_ring")}</span>` : nothing}${kinds.has("motion") ? html`<span><i class="k-motion"></i>${words.say("mark_motion")}</span>` : nothing}${kinds.has("other") ? html`<span><i class="k-other"></i>${words.say("mark_other")}</span>` : nothing}</p></section>`;
  }
}

define("milton-share-lanes", Lanes);
