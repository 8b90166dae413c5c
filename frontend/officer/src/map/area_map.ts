/**
 * Draw one area: a polygon point by point, or a circle, which one click makes while there is no area. Every drag has a key that does the same: handles move by the
 * arrow keys (5 m, with Shift 50 m), Delete takes a point away, and the view pans and zooms by buttons. `drawing` is dispatched as something moves, `change` when it rests.
 */
import { degrees, distanceM, move, Plane, middle, type Area, type Flat, type Point } from "../../../request/src/geometry";
import type { CellCount } from "../draft/cells";
import { CameraMarks, type Camera } from "./camera_marks";
import { drawCells } from "./cells_layer";
import { drawBorder, drawFeatures, outline, path, type FeatureCollection } from "./features";
import { lookAround } from "./looking";
import { svgElement } from "./svg";
import { View } from "./view";

export type Mode = "look" | "draw" | "circle";

const [FEWEST_POINTS, MOST_POINTS] = [3, 64];
const LARGEST_RADIUS_M = 804;
const CLICK_RADIUS_M = 250;
const DRAG_STARTS_PX = 5;
const HANDLE_PX = 9;
const [STEP_M, LEAP_M] = [5, 50];

type Grip = { readonly kind: "point"; readonly index: number } | { readonly kind: "center" } | { readonly kind: "radius" };

export class AreaMap extends EventTarget {
  readonly view: View;
  readonly #plane: Plane;
  readonly #layers = new Map<string, SVGElement>();
  readonly #undo: (Area | null)[] = [];
  #area: Area | null = null;
  #open: Point[] = []; // the polygon while it is drawn
  #mode: Mode = "look";
  #pins: CameraMarks | null = null;

  constructor(
    private readonly svg: SVGSVGElement,
    border: readonly Point[],
  ) {
    super();
    this.#plane = new Plane(middle({ kind: "polygon", points: border }));
    for (const name of ["ground", "cells", "border", "shape", "handles", "pins"]) {
      const layer = svgElement(name === "border" || name === "shape" ? "path" : "g", `map-${name}`);
      svg.append(layer);
      this.#layers.set(name, layer);
    }
    drawBorder(this.#layer<SVGPathElement>("border"), this.#plane, border);
    this.view = new View(svg, this.#plane, () => this.#draw());
    this.#listen();
  }

  get area(): Area | null {
    return this.#area;
  }

  /** What is on the map now: the area, or the polygon that is being drawn once its corners enclose something. */
  get drawn(): Area | null {
    if (!this.isOpen) return this.#area;
    return this.#open.length < FEWEST_POINTS ? null : { kind: "polygon", points: this.#open };
  }

  /** Whether a polygon is being drawn that nobody has closed. */
  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  get mode(): Mode {
    return this.#mode;
  }

  set mode(mode: Mode) {
    this.#mode = mode;
    this.#open = [];
    this.svg.dataset["mode"] = mode;
    this.#draw();
    this.dispatchEvent(new Event("mode"));
  }

  background(collection: FeatureCollection): void {
    drawFeatures(this.#layer<SVGGElement>("ground"), this.#plane, collection);
  }

  /** Show how many cameras are registered in which squares. */
  registered(cells: readonly CellCount[]): void {
    drawCells(this.#layer("cells"), this.#plane, cells);
  }

  /** Show cameras, in place of those before. */
  pins(cameras: readonly Camera[]): void {
    this.#pins = new CameraMarks(this.#layer("pins"), this.#plane, cameras);
    this.#pins.show(new Set(cameras.map(({ letter }) => letter)));
    this.#pins.place(this.view.metersPerPixel);
  }

  /** Put an area in place; the one before can be had back by `undo`. */
  set(area: Area | null): void {
    this.#undo.push(this.#area);
    this.#area = area;
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  /** Begin with an area that was drawn before; nobody is told, and nothing is undone. */
  begin(area: Area | null): void {
    this.#area = area;
    this.#draw();
  }

  undo(): void {
    if (this.isOpen) this.#open.pop();
    else if (this.#undo.length > 0) this.#area = this.#undo.pop() ?? null;
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }

  /** End the polygon that is being drawn; fewer than three points are no area. */
  close(): void {
    const points = this.#open;
    this.mode = "look";
    if (points.length >= FEWEST_POINTS) this.set({ kind: "polygon", points });
  }

  /** Color of the shape: how the limits judge it. */
  judge(state: "ok" | "warn" | "bad"): void {
    this.#layer("shape").setAttribute("class", `map-shape is-${state}`);
  }

  #layer<T extends SVGElement>(name: string): T {
    return this.#layers.get(name) as T;
  }

  #listen(): void {
    this.svg.addEventListener("pointerdown", (event) => this.#press(event));
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.view.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, this.view.under(event));
    }, { passive: false });
    this.svg.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.#mode === "draw") this.close();
      if (event.key === "Escape") this.mode = "look";
      if (event.target === this.svg) lookAround(this.view, event); // no handle has the focus
    });
  }

  #press(down: PointerEvent): void {
    if (down.button !== 0) return;
    const grip = this.#gripOf(down.target);
    const start = this.#plane.point(this.view.under(down));
    const before = this.#area;
    let [last, dragging]: [PointerEvent, boolean] = [down, false];
    this.svg.setPointerCapture(down.pointerId);
    const onMove = (event: PointerEvent): void => {
      dragging ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > DRAG_STARTS_PX;
      if (dragging && grip !== null) this.#place(grip, this.view.under(event));
      else if (dragging && this.#mode === "circle") this.#area = this.#circle(start, this.#plane.point(this.view.under(event)));
      else if (dragging) this.view.panPixels(event.clientX - last.clientX, event.clientY - last.clientY);
      last = event;
      if (dragging) this.#draw();
      if (this.#area !== before) this.dispatchEvent(new Event("drawing"));
    };
    const onUp = (event: PointerEvent): void => {
      this.svg.removeEventListener("pointermove", onMove);
      if (!dragging) this.#click(event, grip);
      else if (this.#area !== before) this.#settle(before);
    };
    this.svg.addEventListener("pointermove", onMove);
    this.svg.addEventListener("pointerup", onUp, { once: true });
  }

  #settle(before: Area | null): void {
    const area = this.#area;
    this.#area = before;
    this.set(area);
    if (this.#mode === "circle") this.mode = "look";
  }

  #click(event: PointerEvent, grip: Grip | null): void {
    const at = this.#plane.point(this.view.under(event));
    if (this.#mode === "draw" && grip?.kind === "point" && grip.index === 0) return this.close();
    if (this.#mode === "draw" && grip === null && this.#open.length < MOST_POINTS) {
      this.#open.push(at);
      this.#draw();
      this.dispatchEvent(new Event("drawing"));
    } else if (grip === null && (this.#mode === "circle" || (this.#mode === "look" && this.#area === null))) {
      this.set({ kind: "circle", center: at, radiusM: CLICK_RADIUS_M });
      this.mode = "look";
    }
  }

  #circle(center: Point, edge: Point): Area {
    return { kind: "circle", center, radiusM: Math.min(Math.max(Math.round(distanceM(center, edge)), 1), LARGEST_RADIUS_M) };
  }

  #place(grip: Grip, flat: Flat): void {
    const [area, at] = [this.#area, this.#plane.point(flat)];
    if (area === null) return;
    if (area.kind === "circle") this.#area = grip.kind === "radius" ? this.#circle(area.center, at) : { ...area, center: at };
    else if (grip.kind === "point") this.#area = { kind: "polygon", points: area.points.with(grip.index, at) };
  }

  #nudge(grip: Grip, event: KeyboardEvent): void {
    const step = event.shiftKey ? LEAP_M : STEP_M;
    const ways: Record<string, readonly [number, number]> = {
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
    };
    const [way, area] = [ways[event.key], this.#area];
    if (area === null) return;
    if (event.key === "Delete" && grip.kind === "point" && area.kind === "polygon" && area.points.length > 3) {
      event.preventDefault();
      return this.set({ kind: "polygon", points: area.points.toSpliced(grip.index, 1) });
    }
    if (way === undefined) return;
    event.preventDefault();
    const [east, north] = way;
    if (area.kind === "polygon" && grip.kind === "point") {
      this.set({ kind: "polygon", points: area.points.with(grip.index, move(area.points[grip.index] as Point, east, north)) });
    } else if (area.kind === "circle" && grip.kind === "radius") {
      const radiusM = Math.min(Math.max(area.radiusM + east + north, 1), LARGEST_RADIUS_M);
      this.set({ ...area, radiusM });
    } else if (area.kind === "circle") this.set({ ...area, center: move(area.center, east, north) });
    this.#refocus(grip);
  }

  #refocus(grip: Grip): void {
    const index = grip.kind === "point" ? grip.index : grip.kind === "center" ? 0 : 1;
    (this.#layer("handles").children[index] as SVGElement | undefined)?.focus();
  }

  #gripOf(target: EventTarget | null): Grip | null {
    const handle = target instanceof Element ? target.closest<SVGElement>("[data-grip]") : null;
    if (handle === null) return null;
    const [kind, index] = (handle.dataset["grip"] as string).split(":") as [string, string?];
    return kind === "point" ? { kind, index: Number(index) } : { kind: kind as "center" | "radius" };
  }

  #draw(): void {
    const points = this.#outline();
    this.#layer("shape").setAttribute("d", points.length > 1 ? path(points, this.#open.length === 0) : "");
    this.#layer("handles").replaceChildren(...this.#handles());
    this.#pins?.place(this.view.metersPerPixel);
  }

  #outline(): Flat[] {
    if (this.#open.length > 0) return this.#open.map((p) => this.#plane.flat(p));
    return this.#area === null ? [] : outline(this.#area, this.#plane);
  }

  #handles(): SVGElement[] {
    const area = this.#area;
    const grips: [string, string, Point][] =
      this.#open.length > 0
        ? this.#open.map((p, i) => [`point:${i}`, i === 0 ? "First point; press to close the shape" : `Point ${i + 1}`, p])
        : area === null
          ? []
          : area.kind === "polygon"
            ? area.points.map((p, i) => [`point:${i}`, `Point ${i + 1} of ${area.points.length}, ${degrees(p)}`, p])
            : [
                ["center", `Center, ${degrees(area.center)}`, area.center],
                ["radius", `Radius, ${area.radiusM} m`, move(area.center, area.radiusM, 0)],
              ];
    return grips.map(([grip, name, at]) => this.#handle(grip, name, at));
  }

  #handle(grip: string, name: string, at: Point): SVGElement {
    const flat = this.#plane.flat(at);
    const handle = svgElement("circle");
    handle.setAttribute("cx", String(flat.x));
    handle.setAttribute("cy", String(-flat.y));
    handle.setAttribute("r", String(HANDLE_PX * this.view.metersPerPixel));
    handle.setAttribute("tabindex", "0");
    handle.setAttribute("role", "button");
    handle.setAttribute("aria-label", name);
    handle.dataset["grip"] = grip;
    handle.addEventListener("keydown", (event) => this.#nudge(this.#gripOf(handle) as Grip, event));
    handle.addEventListener("keyup", (event) => {
      if (event.key === "Enter" && grip === "point:0" && this.#mode === "draw") this.close();
    });
    return handle;
  }
}
