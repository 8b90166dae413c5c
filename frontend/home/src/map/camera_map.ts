// One camera on the city's streets: where it hangs, where it looks, how much it sees; by finger, mouse and keys.
import { html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from "lit";
import { directionOf } from "./compass";
import { Frame } from "./frame";
import { MapSheet, scaleOf } from "./sheet";
import type { Camera, CameraSettings, Point } from "../api/model";
import { define } from "../kit/part";
import { dragged, handlesOf, headingOf, keyed, type Handle, type Placed } from "./placement";
import { Plane, wedge, type XY } from "./plane";
import { Streets } from "./streets";

const WIDTH = 360; // until it is known
const WIDEST = 460;
const STILL_PX = 10;
const FIRST_REACH_M = 50;
const ROOM = 1.2; // around what a camera sees
const REACHES_M = [25, 50, 100, 200, 400]; // from the picture's middle to its edge
const RINGS = [0.2, 0.4, 0.6, 0.8];
const HANDLES: readonly Handle[] = ["place", "tip", "edge"];

export class PlaceMap extends MapSheet {
  static override properties = {
    context: { attribute: false },
    cityMap: { attribute: false },
    settings: { attribute: false },
    home: { attribute: false },
    others: { attribute: false },
    town: { state: true },
    width: { state: true },
    middle: { state: true },
    reachM: { state: true },
    grabbed: { state: true },
    said: { state: true },
  };
  declare settings: CameraSettings;
  declare home: Point;
  declare others: readonly Camera[]; // what else hangs there, to be seen and not moved
  declare said: string; // what a key changed, for who can't see it
  declare middle: Point | undefined;
  declare reachM: number;
  declare grabbed: { pointer: number; handle: Handle; from: XY; before: Placed; frame: Frame } | undefined;
  readonly #streets = new Streets();
  #pressed: XY | undefined;
  #byKeys: Handle | undefined;

  constructor() {
    super();
    this.width = WIDTH;
    this.reachM = FIRST_REACH_M;
    this.said = "";
  }

  get #size(): number {
    return Math.min(this.width, WIDEST);
  }

  get #placed(): Placed | undefined {
    const { position } = this.settings;
    return position === null ? undefined : { ...this.settings, position };
  }

  get #frame(): Frame {
    return new Frame(this.middle ?? this.home, this.#size, this.#size, this.#size / 2 / this.reachM);
  }

  /** Nothing is moved under a finger; else what can be grabbed is in the picture, and so is a view that grew. */
  protected override willUpdate(changed?: PropertyValues<this>): void {
    super.willUpdate();
    if (!changed?.has("settings") || this.grabbed) return;
    if (this.#byKeys) this.said = this.#words(this.#byKeys);
    this.#byKeys = undefined;
    const [was, placed] = [changed.get("settings") as CameraSettings | undefined, this.#placed];
    if (!was || was.range_m < this.settings.range_m) this.#grow();
    if (!was || (placed && !Object.values(handlesOf(this.#frame, placed)).every((at) => this.#frame.holds(at)))) this.middle = placed?.position ?? this.home;
  }

  #grow(): void {
    const fits = REACHES_M.find((reachM) => reachM >= this.settings.range_m * ROOM) ?? 0;
    this.reachM = Math.max(this.reachM, fits);
  }

  #at(event: MouseEvent): XY {
    const { left, top, width } = (this.querySelector(".place") as Element).getBoundingClientRect();
    return { x: ((event.clientX - left) / width) * this.#size, y: ((event.clientY - top) / width) * this.#size };
  }

  #tell(change: Partial<CameraSettings>): void {
    this.tell("placed", change);
  }

  #grab(event: PointerEvent, handle: Handle): void {
    const before = this.#placed;
    if (event.button !== 0 || this.grabbed || !before) return;
    event.preventDefault(); // no text is chosen and no picture dragged
    const target = event.currentTarget as HTMLElement;
    target.setPointerCapture(event.pointerId);
    target.focus({ preventScroll: true });
    this.grabbed = { pointer: event.pointerId, handle, from: this.#at(event), before, frame: this.#frame };
  }

  #drag(event: PointerEvent): void {
    if (this.grabbed?.pointer !== event.pointerId) return; // a second finger
    const { handle, frame, before, from } = this.grabbed;
    this.#tell(dragged(handle, frame, before, from, this.#at(event)));
  }

  #drop(event: PointerEvent): void {
    const { grabbed } = this;
    if (grabbed?.pointer !== event.pointerId) return;
    this.grabbed = undefined;
    if (event.type === "pointercancel") this.#tell(grabbed.before);
    else this.#tell({}); // what was moved out of the picture comes back
    if (this.settings.range_m > grabbed.before.range_m) this.#grow();
  }

  #keyed(event: KeyboardEvent, handle: Handle): void {
    const before = this.#placed;
    const change = before && keyed(handle, this.#frame, before, event.key, event.shiftKey);
    if (!change) return;
    event.preventDefault();
    this.#byKeys = handle;
    this.#tell(change);
  }

  /** A tap, and nothing that moved meanwhile: a finger that scrolls the page puts no camera anywhere. */
  #released(event: PointerEvent): void {
    const [from, to] = [this.#pressed, this.#at(event)];
    this.#pressed = undefined;
    if (from && Math.hypot(to.x - from.x, to.y - from.y) < STILL_PX) this.#tell({ position: this.#frame.point(to) });
  }

  #zoom(by: 1 | -1): void {
    this.reachM = REACHES_M[REACHES_M.indexOf(this.reachM) + by] ?? this.reachM;
    this.middle = this.settings.position ?? this.home;
  }

  #words(handle: Handle): string {
    const { words } = this.context;
    const { heading_deg, field_of_view_deg, range_m } = this.settings;
    if (handle === "place") return this.#whereabouts();
    if (handle === "tip") return words.say("handle_tip", { direction: words.say(directionOf(heading_deg)), degrees: heading_deg, meters: range_m });
    return words.say("handle_edge", { degrees: field_of_view_deg });
  }

  #whereabouts(): string {
    const { words } = this.context;
    const { x, y } = new Plane(this.home).at(this.settings.position ?? this.home);
    const meters = Math.round(Math.hypot(x, y));
    const direction = words.say(directionOf(headingOf(x, y)));
    return meters === 0 ? words.say("handle_place_home") : words.say("handle_place", { meters, direction });
  }

  #handles(frame: Frame, placed: Placed): TemplateResult[] {
    const at = handlesOf(frame, placed);
    const percent = (px: number): string => `${((px / frame.width) * 100).toFixed(2)}%`;
    return HANDLES.map((handle) => html`<button type="button" class="map-handle at-${handle} ${this.grabbed?.handle === handle ? "on" : ""}" data-test="handle-${handle}" aria-label=${this.#words(handle)} aria-describedby="keys-${handle}-${placed.camera_id}" .style="left:${percent(at[handle].x)};top:${percent(at[handle].y)}"
        @pointerdown=${(event: PointerEvent) => this.#grab(event, handle)} @pointermove=${this.#drag} @pointerup=${this.#drop} @pointercancel=${this.#drop} @keydown=${(event: KeyboardEvent) => this.#keyed(event, handle)}></button>
      <span hidden id="keys-${handle}-${placed.camera_id}">${this.context.words.say(`handle_${handle}_keys`)}</span>`);
  }

  /** The owner's other cameras that have a place in the picture, faintly. */
  #neighbors(frame: Frame): SVGTemplateResult[] {
    return this.others.flatMap(({ name, settings: { position, heading_deg, field_of_view_deg, range_m } }) => {
      const at = position && frame.pixel(position);
      return at && frame.holds(at) ? [svg`<g class="map-camera other"><path d=${wedge(at, heading_deg, field_of_view_deg, range_m * frame.scale)} /><circle cx=${at.x} cy=${at.y} r="5" /><text x=${at.x} y=${at.y - 10}>${name}</text></g>`] : [];
    });
  }

  #picture(frame: Frame, placed: Placed | undefined): TemplateResult {
    const { words } = this.context;
    const { width, height, scale } = frame;
    const home = frame.pixel(this.home);
    const eye = placed && frame.pixel(placed.position);
    return html`<svg class="map" viewBox="0 0 ${width} ${height}" role="img" aria-label=${words.say("place_picture")} data-test="place" @pointerdown=${(event: PointerEvent) => { this.#pressed = event.button === 0 ? this.#at(event) : undefined; }} @pointerup=${this.#released} @pointercancel=${() => { this.#pressed = undefined; }}>
      <rect width=${width} height=${height} class="map-land" />${this.#streets.draw(this.town, frame)}
      ${this.town ? nothing : RINGS.map((share) => svg`<circle class="map-ring" cx=${home.x} cy=${home.y} r=${share * this.reachM * scale} />`)}
      ${svg`<path class="map-home" d="M${home.x - 10} ${home.y + 9}v-10l10-9 10 9v10z" />`}
      ${this.#neighbors(frame)}
      ${placed && eye ? svg`<g class="map-camera"><path d=${wedge(eye, placed.heading_deg, placed.field_of_view_deg, placed.range_m * scale)} /></g>` : nothing} ${scaleOf(frame)}</svg>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const [frame, placed] = [this.#frame, this.#placed];
    const button = (test: string, by: 1 | -1, text: string) => html`<button type="button" class="btn" data-test=${test} ?disabled=${REACHES_M[REACHES_M.indexOf(this.reachM) + by] === undefined} @click=${() => this.#zoom(by)}>${text}</button>`;
    return html`<div class="place" role="group" aria-label=${words.say("place_group")}>${this.#picture(frame, placed)} ${placed ? this.#handles(frame, placed) : nothing}</div>
      <div class="map-zoom">${button("place-closer", -1, words.say("map_closer"))}${button("place-farther", 1, words.say("map_farther"))}</div>
      <p class="vh" role="status" data-test="place-said">${this.said}</p>
      <p class="map-said">${words.say(placed ? "place_how" : "place_tap")} ${this.others.some(({ settings }) => settings.position) ? words.say("place_others") : nothing} ${this.note()}</p>`;
  }
}

define("milton-share-place-map", PlaceMap);
