// What is drawn on the picture: boxes and shapes with their corners, for finger, mouse and keys.
import { html, nothing, svg, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import type { MaskSession } from "./session";
import { boxOf, type Corner, cornerMoved, cornersAt, cornersOf, type Drawn, inside, isBox, shifted, stretched, UNIT } from "./shapes";
import { define, Part } from "../kit/part";

const STEP = 100; // a hundredth of the picture
const CROSS_STEP = 200;
const CROSS_WIDE_STEP = 1000;
const CHOSEN = '.mask-body[aria-pressed="true"]';
const NEAR_FIRST_PX = 22; // half a finger: a tap there closes the shape

type Grabbed =
  | { kind: "whole"; start: Corner; corners: Corner[] }
  | { kind: "corner"; index: number; off: Corner; corners: Corner[]; box: boolean }
  | { kind: "new"; start: Corner; end: Corner }
  | { kind: "tap"; start: Corner };

const percent = (value: number): string => `${(value / (UNIT / 100)).toFixed(2)}%`;
const points = (corners: readonly Corner[]): string => corners.map(([x, y]) => `${x},${y}`).join(" ");

/** By how much an arrow key moves. */
export function arrow(key: string, step: number): Corner | undefined {
  const found: Record<string, Corner> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  return Object.hasOwn(found, key) ? found[key] : undefined;
}

export class MaskLayer extends Part {
  static override properties = {
    context: { attribute: false },
    session: { attribute: false },
    revision: { attribute: false },
    masks: { attribute: false },
    ms: { attribute: false },
    grabbed: { state: true },
    cross: { state: true },
  };
  declare session: MaskSession;
  declare revision: number;
  declare masks: readonly Drawn[];
  declare ms: number;
  declare grabbed: Grabbed | undefined;
  declare cross: Corner; // where the next corner is set by keys
  #next: string | undefined; // where the keyboard goes on when what it was on is gone

  constructor() {
    super();
    this.cross = [UNIT / 2, UNIT / 2];
  }

  get #surface(): HTMLElement {
    return this.querySelector(".mask-layer") as HTMLElement;
  }

  #at(event: PointerEvent): Corner {
    const { left, top, width, height } = this.#surface.getBoundingClientRect();
    return [((event.clientX - left) / width) * UNIT, ((event.clientY - top) / height) * UNIT];
  }

  #now(mask: Drawn): Corner[] {
    return cornersAt(mask, this.ms);
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0 || this.grabbed) return;
    const { session } = this;
    const at = this.#at(event);
    const target = event.target as HTMLElement;
    event.preventDefault(); // no text is chosen and no picture dragged
    this.#surface.setPointerCapture(event.pointerId);
    if (session.drawing) {
      this.grabbed = { kind: "tap", start: at };
      return;
    }
    const [mask, corner] = [target.dataset["mask"], target.dataset["corner"]];
    if (mask !== undefined) session.pick(Number(mask));
    if (mask === undefined || !session.mask) {
      this.grabbed = { kind: "new", start: at, end: at };
      return;
    }
    target.focus({ preventScroll: true });
    const corners = this.#now(session.mask);
    if (corner === undefined) this.grabbed = { kind: "whole", start: at, corners };
    else {
      const [x, y] = corners[Number(corner)] ?? at;
      this.grabbed = { kind: "corner", index: Number(corner), off: [x - at[0], y - at[1]], corners, box: isBox(session.mask) };
    }
  }

  #drag(event: PointerEvent): void {
    const { grabbed, session } = this;
    if (!grabbed) return;
    const [x, y] = this.#at(event);
    if (grabbed.kind === "whole") session.reshape(() => shifted(grabbed.corners, x - grabbed.start[0], y - grabbed.start[1]));
    if (grabbed.kind === "corner") session.reshape(() => cornerMoved(grabbed.corners, grabbed.index, [x + grabbed.off[0], y + grabbed.off[1]], grabbed.box));
    if (grabbed.kind === "new") this.grabbed = { ...grabbed, end: inside([x, y]) };
  }

  #drop(event: PointerEvent): void {
    const { grabbed, session } = this;
    this.grabbed = undefined;
    if (!grabbed || event.type === "pointercancel") return;
    if (grabbed.kind === "new") session.addBetween(grabbed.start, grabbed.end);
    if (grabbed.kind === "tap") this.#tapped(grabbed.start);
  }

  #tapped([x, y]: Corner): void {
    const [first] = this.session.drawing ?? [];
    const { width, height } = this.#surface.getBoundingClientRect();
    const near = first && Math.hypot(((x - first[0]) / UNIT) * width, ((y - first[1]) / UNIT) * height) < NEAR_FIRST_PX;
    if (near && (this.session.drawing?.length ?? 0) > 2) this.session.close();
    else this.session.corner([x, y]);
  }

  /** Arrows move, with Shift they resize (a corner: only move), Delete takes away. */
  #keyed(event: KeyboardEvent, corner?: number): void {
    const { session } = this;
    const by = arrow(event.key, STEP);
    const box = session.mask ? isBox(session.mask) : false;
    if (by) {
      session.reshape((corners) => {
        const [x, y] = corners[corner ?? 0] ?? [0, 0];
        if (corner !== undefined) return cornerMoved(corners, corner, [x + by[0], y + by[1]], box);
        return event.shiftKey ? stretched(corners, by[0], by[1]) : shifted(corners, by[0], by[1]);
      });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (corner === undefined) session.remove(session.selected);
      else session.removeCorner(corner);
      this.#next = corner === undefined || box ? CHOSEN : ".mask-corner:last-of-type"; // only the last one's button goes: the others are the next corner's now
    } else return;
    event.preventDefault();
  }

  /** The keyboard goes on at the next corner or part, or outside when none is left: pressed again, Delete never takes away more than it did. */
  #goOn(): void {
    if (!this.#next || this.contains((this.getRootNode() as ShadowRoot).activeElement)) return;
    const next = this.querySelector<HTMLElement>(this.#next);
    this.#next = undefined;
    if (next) next.focus({ preventScroll: true });
    else this.tell("mask-none");
  }

  /** Somebody went elsewhere: nothing takes the keyboard back. */
  #left(event: FocusEvent): void {
    if (event.relatedTarget) this.#next = undefined;
  }

  #drawKeyed(event: KeyboardEvent): void {
    const { session } = this;
    if (!session.drawing) return;
    const by = arrow(event.key, event.shiftKey ? CROSS_WIDE_STEP : CROSS_STEP);
    if (by) this.cross = inside([this.cross[0] + by[0], this.cross[1] + by[1]]);
    else if (event.key === "Enter" || event.key === " ") this.#tapped(this.cross);
    else if (event.key === "Backspace") session.undoCorner();
    else if (event.key === "Escape") session.stopDrawing();
    else return;
    event.preventDefault();
  }

  #body(mask: Drawn, index: number): TemplateResult {
    const { words } = this.context;
    const { left, top, right, bottom } = boxOf(this.#now(mask));
    const chosen = this.session.selected === index;
    const share = (value: number) => Math.round(value / (UNIT / 100));
    const place = { left: share(left), top: share(top), width: share(right - left), height: share(bottom - top) };
    return html`<button type="button" class="mask-body" data-mask=${index} data-test="mask" aria-pressed=${chosen}
      aria-label=${`${words.say("mask_name", { number: index + 1 })}. ${words.say("mask_place", place)}`}
      .style="left:${percent(left)};top:${percent(top)};width:${percent(right - left)};height:${percent(bottom - top)}"
      @focus=${() => this.session.pick(index)} @keydown=${(event: KeyboardEvent) => this.#keyed(event)}><span>${index + 1}</span></button>`;
  }

  #corner([x, y]: Corner, index: number, middle: Corner, box: boolean): TemplateResult {
    const { words } = this.context;
    const { selected } = this.session;
    const out = `--ox:${x < middle[0] ? -1 : 1};--oy:${y < middle[1] ? -1 : 1}`; // a finger's room lies outwards, the inside stays free
    return html`<button type="button" class=${classMap({ "mask-corner": true, free: !box })} data-mask=${selected} data-corner=${index} data-test="mask-corner"
      aria-label=${words.say("mask_corner", { number: selected + 1, corner: index + 1 })} .style="left:${percent(x)};top:${percent(y)};${out}"
      @keydown=${(event: KeyboardEvent) => this.#keyed(event, index)}></button>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { drawing, mask, selected } = this.session;
    const { grabbed, masks } = this;
    const shapes = masks.map((each, index) => svg`<polygon class=${index === selected ? "on" : ""} points=${points(this.#now(each))} />`);
    const box = mask ? boxOf(this.#now(mask)) : undefined;
    const fresh = grabbed?.kind === "new" ? cornersOf(boxOf([grabbed.start, grabbed.end])) : [];
    return html`<div class=${classMap({ "mask-layer": true, drawing: drawing !== undefined })} data-test="mask-layer" role="group" tabindex=${drawing ? 0 : -1} aria-label=${words.say(drawing ? "mask_draw_keys" : "mask_layer")}
        @pointerdown=${this.#grab} @pointermove=${this.#drag} @pointerup=${this.#drop} @pointercancel=${this.#drop} @keydown=${this.#drawKeyed}
        @focusout=${this.#left}>
      <svg viewBox="0 0 ${UNIT} ${UNIT}" preserveAspectRatio="none" aria-hidden="true">${shapes}
        ${fresh.length > 0 ? svg`<polygon class="on" points=${points(fresh)} />` : nothing}
        ${drawing ? svg`<polyline points=${points(drawing)} />` : nothing}</svg>
      ${drawing
        ? html`${drawing.map(([x, y], index) => html`<i class="mask-dot ${index === 0 ? "first" : ""}" .style="left:${percent(x)};top:${percent(y)}"></i>`)}
            <i class="mask-cross" data-test="mask-cross" .style="left:${percent(this.cross[0])};top:${percent(this.cross[1])}"></i>`
        : html`${masks.map((each, index) => this.#body(each, index))}
            ${mask && box ? this.#now(mask).map((corner, index) => this.#corner(corner, index, [(box.left + box.right) / 2, (box.top + box.bottom) / 2], isBox(mask))) : nothing}`}
    </div>`;
  }

  protected override updated(): void {
    this.#goOn();
    const layer = this.#surface;
    if (this.session.drawing?.length === 0 && this.grabbed === undefined && !layer.contains((this.getRootNode() as ShadowRoot).activeElement)) layer.focus({ preventScroll: true });
  }
}

define("milton-share-mask-layer", MaskLayer);
