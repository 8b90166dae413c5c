/** The window of the map: meters on a plane to screen, pan and zoom. The y of the drawing grows to the south. */
import { Plane, type Flat, type Point } from "../../../request/src/geometry";

const NEAREST_M = 150; // half the width of the closest view
const WIDEST_M = 40_000;

export class View {
  #center: Flat = { x: 0, y: 0 };
  #halfM = 1000;

  constructor(
    readonly svg: SVGSVGElement,
    readonly plane: Plane,
    private readonly changed: () => void,
  ) {
    new ResizeObserver(() => this.#apply()).observe(svg);
  }

  get metersPerPixel(): number {
    return (2 * this.#halfM) / Math.max(this.#shortSide, 1);
  }

  /** What is seen, on the plane. */
  get shown(): { readonly center: Flat; readonly halfWidthM: number; readonly halfHeightM: number; readonly metersPerPixel: number } {
    const scale = this.metersPerPixel;
    return { center: this.#center, halfWidthM: (this.svg.clientWidth * scale) / 2, halfHeightM: (this.svg.clientHeight * scale) / 2, metersPerPixel: scale };
  }

  get #shortSide(): number {
    return Math.min(this.svg.clientWidth, this.svg.clientHeight);
  }

  fit(points: readonly Point[], room = 1.15): void {
    const flat = points.map((p) => this.plane.flat(p));
    const [xs, ys] = [flat.map((p) => p.x), flat.map((p) => p.y)];
    this.#center = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
    const spread = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    this.#halfM = Math.min(Math.max((spread / 2) * room, NEAREST_M), WIDEST_M);
    this.#apply();
  }

  zoom(factor: number, about: Flat = this.#center): void {
    const half = Math.min(Math.max(this.#halfM * factor, NEAREST_M), WIDEST_M);
    const real = half / this.#halfM;
    this.#center = { x: about.x + (this.#center.x - about.x) * real, y: about.y + (this.#center.y - about.y) * real };
    this.#halfM = half;
    this.#apply();
  }

  panPixels(dx: number, dy: number): void {
    const scale = this.metersPerPixel;
    this.#center = { x: this.#center.x - dx * scale, y: this.#center.y + dy * scale };
    this.#apply();
  }

  /** Meters on the plane under a place of the screen. */
  under(event: { readonly clientX: number; readonly clientY: number }): Flat {
    const box = this.svg.getBoundingClientRect();
    const scale = this.metersPerPixel;
    return {
      x: this.#center.x + (event.clientX - box.left - box.width / 2) * scale,
      y: this.#center.y - (event.clientY - box.top - box.height / 2) * scale,
    };
  }

  #apply(): void {
    if (this.#shortSide === 0) return;
    const scale = this.metersPerPixel;
    const [width, height] = [this.svg.clientWidth * scale, this.svg.clientHeight * scale];
    this.svg.setAttribute("viewBox", `${this.#center.x - width / 2} ${-this.#center.y - height / 2} ${width} ${height}`);
    this.changed();
  }
}
