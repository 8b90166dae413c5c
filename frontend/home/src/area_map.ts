// The request's area on the city's streets, with this home's cameras and what they see: all drawn here, nobody learns of it.
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { directionOf } from "./compass";
import { Frame } from "./frame";
import { icon } from "./icons";
import { MapSheet, scaleOf } from "./map_sheet";
import type { Area, Camera, Point } from "./model";
import { define } from "./part";
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
  };
  declare area: Area;
  declare jurisdiction: readonly Point[];
  declare cameras: readonly Camera[];
  declare closer: number;
  readonly #streets = new Streets();

  constructor() {
    super();
    this.closer = 1;
    this.width = WIDTH;
  }

  /** This home's outdoor cameras that have a place in or near the area. */
  #seen(whole: Frame): Placed[] {
    const near = ({ x, y }: XY) => Math.abs(x - whole.width / 2) <= (whole.width / 2) * NEAR && Math.abs(y - whole.height / 2) <= (whole.height / 2) * NEAR;
    return this.cameras.filter((camera): camera is Placed => camera.settings.placing === "outdoor" && camera.settings.position !== null && near(whole.pixel(camera.settings.position)));
  }

  /** Closer, the middle goes to this home's cameras; where it has none there, it stays the area's. */
  #frame(whole: Frame, seen: readonly Placed[]): Frame {
    if (this.closer === 1) return whole;
    const scale = Math.min(whole.scale * this.closer, CLOSEST);
    if (seen.length === 0) return new Frame(whole.middle, whole.width, whole.height, scale);
    const mean = (index: 0 | 1) => Math.round(seen.reduce((sum, { settings }) => sum + settings.position[index], 0) / seen.length);
    return new Frame([mean(0), mean(1)], whole.width, whole.height, scale);
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
    const whole = around(this.area, this.width);
    const seen = this.#seen(whole);
    const frame = this.#frame(whole, seen);
    const button = (test: string, closer: number, text: string, disabled: boolean) => html`<button type="button" class="btn" data-test=${test} ?disabled=${disabled} @click=${() => { this.closer = closer; }}>${text}</button>`;
    return html`<svg class="map" viewBox="0 0 ${frame.width} ${frame.height}" role="img" data-test="map" aria-label=${this.#said(seen)}>
        <rect width=${frame.width} height=${frame.height} class="map-land" />${this.#streets.draw(this.town, frame)}
        ${this.jurisdiction.length > 2 ? svg`<path class="map-city" d=${frame.path(this.jurisdiction)} />` : nothing}
        ${this.#outline(frame)} ${seen.map((camera) => this.#eye(frame, camera))} ${scaleOf(frame)}</svg>
      <div class="map-zoom">${button("map-closer", this.closer * STEP, words.say("map_closer"), whole.scale * this.closer >= CLOSEST)}
        ${button("map-whole", 1, words.say("map_whole"), this.closer === 1)}</div>
      <p class="map-said">${icon("home")} ${words.say("map_note")} ${this.note()}</p>`;
  }
}

define("milton-share-area-map", AreaMap);
