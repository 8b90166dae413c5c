/**
 * Where a camera stands, on the city's own map: a tap puts it there, a drag moves the map, two fingers or buttons zoom.
 * By keys: arrows and + - move the map, Enter puts the camera in its middle. `placed` is dispatched with each new place.
 */
import { drawFeatures, outline, path } from "../../officer/src/map/features";
import { boxOf, holds, type Box, type Ground } from "../../officer/src/map/ground";
import { lookAround, ZOOM_STEP } from "../../officer/src/map/looking";
import { NAME_PX, namesIn } from "../../officer/src/map/names";
import { svgElement } from "../../officer/src/map/svg";
import { View } from "../../officer/src/map/view";
import { Plane, type Point } from "../../request/src/geometry";
import { boundsOf, type Cell } from "./cells";

const AHEAD = 2; // so much more is drawn than is seen: a small push draws nothing again
const STILL_PX = 8;
const [PIN_PX, SECTOR_M, ARC_STEPS, CROSS_PX] = [9, 40, 24, 14];
const FIT_ROOM = 1.3;

export interface Looking {
  readonly headingDeg: number;
  readonly fieldOfViewDeg: number;
}
/** What police would get of the place. */
export type Shown = { readonly kind: "none" } | { readonly kind: "area"; readonly cell: Cell } | { readonly kind: "exact"; readonly looking: Looking };

export class PlaceMap extends EventTarget {
  readonly #plane: Plane;
  readonly #view: View;
  readonly #town = svgElement("g", "map-ground");
  readonly #names = svgElement("g", "map-names");
  readonly #cell = svgElement("path", "map-cell");
  readonly #sector = svgElement("path", "map-seen");
  readonly #pin = svgElement("circle", "map-pin");
  readonly #cross = svgElement("path", "map-cross");
  readonly #fingers = new Map<number, PointerEvent>();
  #drawn: Box | null = null;
  #point: Point | null = null;
  #shown: Shown = { kind: "none" };
  #pressed: PointerEvent | null = null;

  constructor(
    private readonly svg: SVGSVGElement,
    private readonly ground: Ground,
    whole: readonly Point[],
  ) {
    super();
    this.#plane = new Plane(whole[0] as Point);
    svg.replaceChildren(this.#town, this.#cell, this.#sector, this.#names, this.#pin, this.#cross);
    this.#view = new View(svg, this.#plane, () => this.#draw());
    this.#view.fit(whole);
    this.#listen();
  }

  get point(): Point | null {
    return this.#point;
  }

  set point(point: Point | null) {
    this.#point = point;
    this.#draw();
    this.dispatchEvent(new Event("placed"));
  }

  /** Draw what police would get. */
  show(shown: Shown): void {
    this.#shown = shown;
    this.#draw();
  }

  fit(points: readonly Point[]): void {
    this.#view.fit(points, FIT_ROOM);
  }

  zoom(closer: boolean): void {
    this.#view.zoom(closer ? 1 / ZOOM_STEP : ZOOM_STEP);
  }

  #listen(): void {
    this.svg.addEventListener("pointerdown", (event) => this.#press(event));
    this.svg.addEventListener("pointermove", (event) => this.#push(event));
    for (const end of ["pointerup", "pointercancel"] as const) this.svg.addEventListener(end, (event) => this.#release(event));
    this.svg.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return lookAround(this.#view, event);
      event.preventDefault();
      this.point = this.#plane.point(this.#view.shown.center);
    });
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#fingers.set(event.pointerId, event);
    this.svg.setPointerCapture(event.pointerId);
    this.#pressed = this.#fingers.size === 1 ? event : null; // two fingers put nothing anywhere
  }

  #push(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (before === undefined) return;
    const apart = this.#apart();
    this.#fingers.set(event.pointerId, event);
    if (apart !== null) return this.#view.zoom(apart / Math.max(this.#apart() ?? apart, 1));
    if (this.#pressed !== null && Math.hypot(event.clientX - this.#pressed.clientX, event.clientY - this.#pressed.clientY) > STILL_PX) this.#pressed = null;
    if (this.#pressed === null) this.#view.panPixels(event.clientX - before.clientX, event.clientY - before.clientY);
  }

  #release(event: PointerEvent): void {
    if (!this.#fingers.delete(event.pointerId) || this.#pressed === null) return;
    this.#pressed = null;
    if (event.type === "pointerup") this.point = this.#plane.point(this.#view.under(event));
  }

  /** How far two fingers are from each other. */
  #apart(): number | null {
    const [one, other] = [...this.#fingers.values()];
    return one === undefined || other === undefined ? null : Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  }

  #box(factor: number): Box {
    const { center, halfWidthM, halfHeightM } = this.#view.shown;
    return boxOf([-factor, factor].map((side) => this.#plane.point({ x: center.x + side * halfWidthM, y: center.y + side * halfHeightM })));
  }

  #draw(): void {
    const { shown } = this.#view;
    if (this.#drawn === null || !holds(this.#drawn, this.#box(1))) {
      this.#drawn = this.#box(AHEAD);
      drawFeatures(this.#town, this.#plane, { features: this.ground.within(this.#drawn).filter(({ geometry }) => geometry.type !== "Point") });
    }
    this.#write(shown.metersPerPixel);
    this.#mark(shown.metersPerPixel);
    const { x, y } = shown.center;
    const arm = CROSS_PX * shown.metersPerPixel;
    this.#cross.setAttribute("d", `M${x - arm} ${-y}h${2 * arm}M${x} ${-y - arm}v${2 * arm}`);
  }

  #write(scale: number): void {
    this.#names.setAttribute("font-size", String(NAME_PX * scale));
    this.#names.setAttribute("stroke-width", String(3 * scale));
    const names = namesIn(this.ground.within(this.#box(1)), this.#plane, this.#view.shown);
    this.#names.replaceChildren(
      ...names.map(({ text, at, angleDeg }) => {
        const written = svgElement("text");
        written.textContent = text;
        written.setAttribute("dy", ".32em");
        written.setAttribute("transform", `translate(${at.x.toFixed(1)} ${(-at.y).toFixed(1)}) rotate(${angleDeg})`);
        return written;
      }),
    );
  }

  #mark(scale: number): void {
    const [point, shown] = [this.#point, this.#shown];
    const at = point === null ? null : this.#plane.flat(point);
    this.#pin.toggleAttribute("hidden", at === null);
    this.#pin.setAttribute("class", shown.kind === "exact" ? "map-pin is-shown" : "map-pin");
    if (at !== null) for (const [name, value] of Object.entries({ cx: at.x, cy: -at.y, r: PIN_PX * scale })) this.#pin.setAttribute(name, String(value));
    this.#cell.setAttribute("d", shown.kind === "area" ? path(this.#corners(shown.cell), true) : "");
    this.#sector.setAttribute("d", shown.kind === "exact" && point !== null ? this.#wedge(point, shown.looking) : "");
  }

  #corners(cell: Cell): ReturnType<typeof outline> {
    const { south, west, north, east } = boundsOf(cell);
    const points = [[south, west], [south, east], [north, east], [north, west]].map(([latE7, lonE7]) => ({ latE7, lonE7 }) as Point);
    return outline({ kind: "polygon", points }, this.#plane);
  }

  #wedge(point: Point, { headingDeg, fieldOfViewDeg }: Looking): string {
    const { x, y } = this.#plane.flat(point);
    const arc = Array.from({ length: ARC_STEPS + 1 }, (_, step) => {
      const angle = ((headingDeg + fieldOfViewDeg * (step / ARC_STEPS - 0.5)) * Math.PI) / 180;
      return { x: x + SECTOR_M * Math.sin(angle), y: y + SECTOR_M * Math.cos(angle) };
    });
    return path(fieldOfViewDeg >= 360 ? arc : [{ x, y }, ...arc], true);
  }
}
