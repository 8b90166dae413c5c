// The request's area on the city's streets, with this home's cameras and what they see: all drawn here, nobody learns of it.
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { directionOf } from "./compass";
import { Frame } from "./frame";
import { icon } from "../kit/icons";
import { MapSheet, scaleOf } from "./sheet";
import type { Area, Camera, Point } from "../api/model";
import { define } from "../kit/part";
import { keyed, pushed } from "./pan";
import { middleOf, Plane, wedge, type XY } from "./plane";
import { Streets } from "./streets";

const WIDTH = 560; // until it is known
const SHAPE = 0.72; // height to width
const MARGIN = 1.25;
const NEAR = 1.6; // a camera farther from the middle than this many pictures is another place's
const SHORTEST_PX = 26; // what a camera sees is seen on the widest map too
const STEP = 2;
const CLOSEST = 5; // pixels a meter: a house fills the picture

/** The whole area in the picture. */
function around(area: Area, width: number): Frame {
  const height = Math.round(width * SHAPE);
  const middle = middleOf(area);
  const plane = new Plane(middle);
  const extent = area.kind === "circle" ? [{ x: area.radius_m, y: area.radius_m }] : area.points.map((point) => plane.at(point));
  const halfWidth = Math.max(...extent.map(({ x }) => Math.abs(x)), 20) * MARGIN;
  const halfHeight = Math.max(...extent.map(({ y }) => Math.abs(y)), 20) * MARGIN;
  return new Frame(middle, width, height, Math.min(width / 2 / halfWidth, height / 2 / halfHeight));
}

/** The picture as it was when a hand was laid on it. */
interface Held {
  at: XY;
  apart: number; // of two fingers, in pixels
  frame: Frame;
  whole: Frame;
  closer: number;
}

type Placed = Camera & { settings: { position: Point } };

export class AreaMap extends MapSheet {
  static override properties = {
    context: { attribute: false },
    cityMap: { attribute: false },
    area: { attribute: false },
    jurisdiction: { attribute: false },
    cameras: { attribute: false },
    town: { state: true },
    width: { state: true },
    closer: { state: true },
    middle: { state: true },
    held: { state: true },
  };
  declare area: Area;
  declare jurisdiction: readonly Point[];
  declare cameras: readonly Camera[];
  declare closer: number;
  declare middle: Point | undefined; // where it was pushed to
  declare held: Held | undefined;
  readonly #streets = new Streets();

  #of = "";

  constructor() {
    super();
    this.closer = 1;
    this.width = WIDTH;
  }

  /** Another request's area is shown whole. */
  protected override willUpdate(): void {
    super.willUpdate();
    const of = JSON.stringify(this.area);
    if (of !== this.#of) [this.#of, this.closer, this.middle, this.held] = [of, 1, undefined, undefined];
  }

  /** This home's outdoor cameras that have a place in or near the area. */
  #seen(whole: Frame): Placed[] {
    const near = ({ x, y }: XY) => Math.abs(x - whole.width / 2) <= (whole.width / 2) * NEAR && Math.abs(y - whole.height / 2) <= (whole.height / 2) * NEAR;
    return this.cameras.filter((camera): camera is Placed => camera.settings.placing === "outdoor" && camera.settings.position !== null && near(whole.pixel(camera.settings.position)));
  }

  /** Where it was pushed to; else closer, the middle goes to this home's cameras; where it has none there, it stays the area's. */
  #frame(whole: Frame, seen: readonly Placed[]): Frame {
    if (this.closer === 1 && !this.middle) return whole;
    const scale = Math.min(whole.scale * this.closer, CLOSEST);
    if (this.middle) return new Frame(this.middle, whole.width, whole.height, scale);
    if (seen.length === 0) return new Frame(whole.middle, whole.width, whole.height, scale);
    const mean = (index: 0 | 1) => Math.round(seen.reduce((sum, { settings }) => sum + settings.position[index], 0) / seen.length);
    return new Frame([mean(0), mean(1)], whole.width, whole.height, scale);
  }

  get #now(): { frame: Frame; whole: Frame } {
    const whole = around(this.area, this.width);
    return { whole, frame: this.#frame(whole, this.#seen(whole)) };
  }

  #hold(at: XY, apart = 0): void {
    this.held = { at, apart, closer: this.closer, ...this.#now };
  }

  #push({ x, y }: XY, apart = 0): void {
    if (!this.held) return;
    const { at, frame, whole, closer } = this.held;
    this.middle = pushed(frame, whole, x - at.x, y - at.y);
    if (apart > 0 && this.held.apart > 0) this.closer = Math.min(Math.max(1, (closer * apart) / this.held.apart), CLOSEST / whole.scale);
  }

  readonly #letGo = (): void => {
    this.held = undefined;
  };

  /** One finger scrolls the page, as everywhere on it. */
  #pressed(event: PointerEvent): void {
    if (event.pointerType === "touch" || event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#hold({ x: event.clientX, y: event.clientY });
  }

  #dragged(event: PointerEvent): void {
    if (event.pointerType !== "touch") this.#push({ x: event.clientX, y: event.clientY });
  }

  #touched(event: TouchEvent): void {
    const [one, other] = event.touches;
    if (event.touches.length !== 2 || !one || !other) return this.#letGo();
    event.preventDefault(); // the browser would scroll or enlarge the page by them
    const at = { x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2 };
    const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (event.type === "touchmove" && this.held) this.#push(at, apart);
    else this.#hold(at, apart);
  }

  #keyed(event: KeyboardEvent): void {
    const { frame, whole } = this.#now;
    const push = keyed(frame, event.key, event.shiftKey);
    if (!push) return;
    event.preventDefault();
    this.middle = pushed(frame, whole, ...push);
  }

  #outline(frame: Frame): SVGTemplateResult {
    if (this.area.kind === "polygon") return svg`<path class="map-area" d=${frame.path(this.area.points)} />`;
    const { x, y } = frame.pixel(this.area.center);
    return svg`<circle class="map-area" cx=${x} cy=${y} r=${this.area.radius_m * frame.scale} />`;
  }

  #eye(frame: Frame, { name, settings }: Placed): SVGTemplateResult {
    const { heading_deg, field_of_view_deg, range_m, eligible, position } = settings;
    const at = frame.pixel(position);
    const reach = Math.max(range_m * frame.scale, SHORTEST_PX);
    const angle = (heading_deg * Math.PI) / 180; // the name stands where the camera looks, so that neighbors don't cover each other
    const label = { x: at.x + Math.sin(angle) * (reach + 22), y: at.y - Math.cos(angle) * (reach + 14) + 4 };
    return svg`<g class=${eligible ? "map-camera" : "map-camera off"}><path d=${wedge(at, heading_deg, field_of_view_deg, reach)} /><circle cx=${at.x} cy=${at.y} r="7" />
      <text x=${label.x} y=${label.y}>${name}</text></g>`;
  }

  #said(seen: readonly Placed[]): string {
    const { words } = this.context;
    const each = seen.map(({ name, settings }) => words.say("map_looks", { camera: name, direction: words.say(directionOf(settings.heading_deg)) }));
    return [words.say("map_label", { count: seen.length }), ...each].join(". ");
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { whole, frame } = this.#now;
    const seen = this.#seen(whole);
    const button = (test: string, text: string, disabled: boolean, act: () => void) => html`<button type="button" class="btn" data-test=${test} ?disabled=${disabled} @click=${act}>${text}</button>`;
    return html`<div class=${this.held ? "map-view on" : "map-view"} role="group" tabindex="0" aria-label=${words.say("map_moves")} data-test="map-view" @keydown=${this.#keyed}
      @pointerdown=${this.#pressed} @pointermove=${this.#dragged} @pointerup=${this.#letGo} @pointercancel=${this.#letGo} @touchstart=${this.#touched} @touchmove=${this.#touched} @touchend=${this.#touched} @touchcancel=${this.#touched}>
      <svg class="map" viewBox="0 0 ${frame.width} ${frame.height}" role="img" data-test="map" aria-label=${this.#said(seen)}>
        <rect width=${frame.width} height=${frame.height} class="map-land" />${this.#streets.draw(this.town, frame)}
        ${this.jurisdiction.length > 2 ? svg`<path class="map-city" d=${frame.path(this.jurisdiction)} />` : nothing}
        ${this.#outline(frame)} ${seen.map((camera) => this.#eye(frame, camera))} ${scaleOf(frame)}</svg></div>
      <div class="map-zoom">${button("map-closer", words.say("map_closer"), whole.scale * this.closer >= CLOSEST, () => { this.closer *= STEP; })}
        ${button("map-whole", words.say("map_whole"), this.closer === 1 && !this.middle, () => { [this.closer, this.middle] = [1, undefined]; })}</div>
      <p class="map-said">${icon("home")} ${words.say("map_note")} ${words.say("map_move")} ${this.note()}</p>`;
  }
}

define("milton-share-area-map", AreaMap);
