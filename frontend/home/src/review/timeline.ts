// Which parts of the asked time would be sent: an overview, a zoomed track, two handles for finger, mouse and keys.
import { html, nothing, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { recordedSpans } from "./lane";
import type { Case, FootageRequest, Mark } from "../api/model";
import { define, Part } from "../kit/part";
import { partsList } from "./parts_list";
import { bounds, type Parts, type Range, trimmed } from "./ranges";

type End = keyof Range;

const STEP_MS = 1000;
const WIDE_STEP_MS = 10_000;
const NARROWEST_VIEW_MS = 30_000;
const PAD = 0.4; // of the selection, on each side of it

const clamp = (value: number, lo: number, hi: number): number => Math.min(Math.max(value, lo), hi);

export class Timeline extends Part {
  static override properties = {
    context: { attribute: false },
    request: { attribute: false },
    item: { attribute: false },
    parts: { attribute: false },
    marks: { attribute: false },
    disabled: { type: Boolean },
    own: { type: Boolean },
    view: { state: true },
  };
  declare request: FootageRequest;
  declare item: Case;
  declare parts: Parts;
  declare marks: readonly Mark[];
  declare disabled: boolean;
  declare own: boolean; // for own use: one part, of a time that nobody asked for
  declare view: { from: number; until: number } | undefined;
  #dragged: End | undefined;
  #heldOff = 0; // from the time to the finger: a handle lies beside its time, outside of what is chosen

  constructor() {
    super();
    this.marks = [];
  }

  /** The part that is trimmed. */
  get #range(): Range {
    const { ranges, active } = this.parts;
    return ranges[active] ?? bounds(this.request, this.item);
  }

  protected override willUpdate(): void {
    if (this.#dragged) return;
    const [from, until] = [this.#range.from.getTime(), this.#range.until.getTime()];
    const known = this.view;
    const fits = known && from >= known.from && until <= known.until && until - from > (known.until - known.from) * 0.2;
    if (!fits) this.view = this.#zoomed(from, until);
  }

  #asked(): { from: number; until: number } {
    return { from: Date.parse(this.request.from), until: Date.parse(this.request.until) };
  }

  #zoomed(from: number, until: number): { from: number; until: number } {
    const asked = this.#asked();
    const pad = Math.max((until - from) * PAD, (NARROWEST_VIEW_MS - (until - from)) / 2, 0);
    return { from: Math.max(asked.from, from - pad), until: Math.min(asked.until, until + pad) };
  }

  #move(end: End, time: number): void {
    this.tell<Parts>("parts", trimmed(this.parts, end, time, bounds(this.request, this.item)));
  }

  #keyed(end: End, event: KeyboardEvent): void {
    const now = this.#range[end].getTime();
    const step = event.shiftKey ? WIDE_STEP_MS : STEP_MS;
    const limits = bounds(this.request, this.item);
    const goal: Record<string, number> = {
      ArrowLeft: now - step,
      ArrowDown: now - step,
      ArrowRight: now + step,
      ArrowUp: now + step,
      PageDown: now - 6 * WIDE_STEP_MS,
      PageUp: now + 6 * WIDE_STEP_MS,
      Home: limits.from.getTime(),
      End: limits.until.getTime(),
    };
    const time = goal[event.key];
    if (time === undefined) return;
    event.preventDefault();
    this.#move(end, time);
  }

  #timeAt(x: number, track: Element, scale: { from: number; until: number }): number {
    const { left, width } = track.getBoundingClientRect();
    const time = scale.from + clamp((x - left) / width, 0, 1) * (scale.until - scale.from);
    return Math.round(time / 100) * 100;
  }

  #grab(end: End, event: PointerEvent): void {
    if (this.disabled || event.button !== 0) return;
    event.stopPropagation();
    this.#dragged = end;
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    this.#heldOff = event.clientX - (handle.parentElement?.getBoundingClientRect().left ?? 0) - handle.offsetLeft;
  }

  #drag(event: PointerEvent): void {
    const track = (event.currentTarget as Element).parentElement;
    if (this.#dragged && this.view && track) this.#move(this.#dragged, this.#timeAt(event.clientX - this.#heldOff, track, this.view));
  }

  #drop(): void {
    this.#dragged = undefined;
    this.requestUpdate();
  }

  /** A tap on another part chooses it; elsewhere it brings the nearer end there: what a drag does, without a drag. */
  #tap(event: PointerEvent, scale: { from: number; until: number }): void {
    if (this.disabled || event.button !== 0) return;
    const time = this.#timeAt(event.clientX, event.currentTarget as Element, scale);
    const other = this.parts.ranges.findIndex((each, index) => index !== this.parts.active && each.from.getTime() <= time && time < each.until.getTime());
    if (other >= 0) return this.tell<Parts>("parts", { ...this.parts, active: other });
    const [from, until] = [this.#range.from.getTime(), this.#range.until.getTime()];
    this.#move(Math.abs(time - from) < Math.abs(time - until) ? "from" : "until", time);
  }

  /** After a part came or went the keyboard goes on at a handle: its button may be gone. */
  #chosen(parts: Parts, settle: boolean): void {
    this.tell<Parts>("parts", parts);
    if (settle) requestAnimationFrame(() => this.querySelector<HTMLElement>('[data-test="handle-from"]')?.focus({ preventScroll: true }));
  }

  #style(from: number, until: number, scale: { from: number; until: number }): string {
    const share = (time: number) => (100 * clamp((time - scale.from) / (scale.until - scale.from), 0, 1)).toFixed(3);
    return `--a:${share(from)}%;--b:${share(until)}%`;
  }

  #coverage(scale: { from: number; until: number }): TemplateResult[] {
    return recordedSpans(this.request, this.item).filter(([a, b]) => b > scale.from && a < scale.until)
      .map(([a, b]) => html`<i class="cov" .style=${this.#style(a, b, scale)}></i>`);
  }

  #marked(scale: { from: number; until: number }): TemplateResult[] {
    return this.marks
      .map((mark): [Mark, number, number] => [mark, Date.parse(mark.from), Date.parse(mark.until)])
      .filter(([, from, until]) => until >= scale.from && from <= scale.until)
      .map(([mark, from, until]) => html`<i class="mark ${mark.kind}" data-test="mark" .style=${this.#style(from, until, scale)}></i>`);
  }

  /** The other parts: they are trimmed once they are chosen. */
  #others(scale: { from: number; until: number }, kind: string): TemplateResult[] {
    return this.parts.ranges
      .map(({ from, until }, index): [number, number, number] => [index, from.getTime(), until.getTime()])
      .filter(([index, from, until]) => index !== this.parts.active && until > scale.from && from < scale.until)
      .map(([, from, until]) => html`<i class="cut ${kind}" data-test="other-part" .style=${this.#style(from, until, scale)}></i>`);
  }

  #handle(end: End, scale: { from: number; until: number }): TemplateResult {
    const { words, format } = this.context;
    const limits = bounds(this.request, this.item);
    const at = this.#range[end].getTime();
    const seconds = (time: number) => Math.round((time - limits.from.getTime()) / 1000);
    const [several, part] = [this.parts.ranges.length > 1 ? "_of_part" : "", this.parts.active + 1] as const;
    return html`<button type="button" class="h ${end}" role="slider" data-test="handle-${end}" ?disabled=${this.disabled}
      .style=${this.#style(at, at, scale)} aria-label=${words.say(`handle_${end}${several}`, { camera: this.item.camera_name, part })}
      aria-valuemin="0" aria-valuemax=${seconds(limits.until.getTime())} aria-valuenow=${seconds(at)}
      aria-valuetext=${format.daySecond(this.#range[end])} @keydown=${(event: KeyboardEvent) => this.#keyed(end, event)}
      @pointerdown=${(event: PointerEvent) => this.#grab(end, event)} @pointermove=${this.#drag}
      @pointerup=${this.#drop} @pointercancel=${this.#drop}></button>`;
  }

  #stepper(end: End): TemplateResult {
    const { words, format } = this.context;
    const step = (by: number, name: "earlier" | "later") => html`<button type="button" class="btn icon" ?disabled=${this.disabled}
      data-test="${name}-${end}" aria-label=${words.say(`${name}_${end}`)} @click=${() => this.#move(end, this.#range[end].getTime() + by)}>${by < 0 ? "−" : "+"}</button>`;
    return html`<span class="stepper">${step(-STEP_MS, "earlier")}<output class="num" data-test="time-${end}" title=${format.utc(this.#range[end])}>${format.second(this.#range[end])}</output>${step(STEP_MS, "later")}</span>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const scale = this.view;
    if (!scale) return nothing;
    const { words, format } = this.context;
    const asked = this.#asked();
    const [from, until] = [this.#range.from.getTime(), this.#range.until.getTime()];
    return html`<div class=${classMap({ tl: true, off: this.disabled })}>
      <div class="track mini" data-test="overview" @pointerdown=${(event: PointerEvent) => this.#tap(event, asked)}>
        ${this.#coverage(asked)}${this.#marked(asked)}<i class="win" .style=${this.#style(scale.from, scale.until, asked)}></i>
        ${this.#others(asked, "thin")}<i class="cut thin" .style=${this.#style(from, until, asked)}></i></div>
      <div class="scale"><span>${format.minute(this.request.from)}</span><span>${words.say(this.own ? "own_around" : "whole_range")}</span><span>${format.minute(this.request.until)}</span></div>
      <div class="track" data-test="track" @pointerdown=${(event: PointerEvent) => this.#tap(event, scale)}>
        ${this.#coverage(scale)}${this.#marked(scale)}${this.#others(scale, "other")}<div class="cut" .style=${this.#style(from, until, scale)}></div>
        ${this.#handle("from", scale)}${this.#handle("until", scale)}</div>
      <div class="scale"><span>${format.second(new Date(scale.from))}</span><span>${format.second(new Date(scale.until))}</span></div>
      <div class="ends"><span>${words.say("start")} ${this.#stepper("from")}</span><span>${words.say("end")} ${this.#stepper("until")}</span>
        <b class="num" data-test="length">${format.length(until - from)}</b></div>
      ${this.own ? nothing : partsList(this.context, this.request, this.item, this.parts, this.disabled, (parts, settle) => this.#chosen(parts, settle))}
    </div>`;
  }
}

define("milton-share-timeline", Timeline);
