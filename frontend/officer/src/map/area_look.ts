/** One area on the city's map, to look at: its streets by name, the city's border, a bar of so many meters. Nothing here is changed. */
import { ends, middle, Plane, type Area, type Point } from "../../../request/src/geometry";
import { drawBorder, drawFeatures, outline, path } from "./features";
import { boxOf, holds, type Box, type Ground } from "./ground";
import { lookAround } from "./looking";
import { NAME_PX, namesIn, type Name } from "./names";
import { svgElement } from "./svg";
import { View } from "./view";

const AROUND = 1.6; // the map shows so much more than the area
const AHEAD = 2; // and draws so much more than it shows, so that a small push draws nothing anew
const EDGE_PX = 12;
const BARS_M = [50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const BAR_PX = 50; // the shortest that is easily read

export class AreaLook extends EventTarget {
  readonly view: View;
  readonly #plane: Plane;
  readonly #town = svgElement("g", "map-ground");
  readonly #border = svgElement("path", "map-border");
  readonly #shape = svgElement("path", "map-shape");
  readonly #names = svgElement("g", "map-names");
  readonly #bar = svgElement("g", "map-bar");
  #ground: Ground | null = null;
  #drawn: Box | null = null;
  #written: readonly Name[] = [];

  constructor(
    private readonly svg: SVGSVGElement,
    border: readonly Point[],
    private readonly area: Area,
  ) {
    super();
    this.#plane = new Plane(middle(area));
    drawBorder(this.#border, this.#plane, border);
    this.#shape.setAttribute("d", path(outline(area, this.#plane), true));
    svg.replaceChildren(this.#town, this.#border, this.#shape, this.#names, this.#bar);
    this.view = new View(svg, this.#plane, () => this.#draw());
    this.whole();
  }

  /** The names that stand on the map now. */
  get names(): readonly string[] {
    return this.#written.map(({ text }) => text);
  }

  /** Whether the city gives no map to draw. */
  get isBare(): boolean {
    return this.#ground?.isEmpty === true;
  }

  /** Draw the city's map below the area, as far as it is seen. */
  show(ground: Ground): void {
    this.#ground = ground;
    this.#draw();
    this.dispatchEvent(new Event("names"));
  }

  /** Keep nothing of the city's map while nobody sees it. */
  rest(): void {
    [this.#ground, this.#drawn] = [null, null];
    this.#town.replaceChildren();
    this.#names.replaceChildren();
  }

  /** Turn to the whole area, with some ground around it. */
  whole(): void {
    this.view.fit(ends(this.area), AROUND);
  }

  /** Listen to keys and to a mouse; a finger scrolls the page. */
  listen(): void {
    this.svg.addEventListener("keydown", (event) => lookAround(this.view, event));
    this.svg.addEventListener("pointerdown", (down) => {
      if (down.pointerType !== "mouse" || down.button !== 0) return;
      this.svg.setPointerCapture(down.pointerId);
      const push = (event: PointerEvent): void => this.view.panPixels(event.movementX, event.movementY);
      this.svg.addEventListener("pointermove", push);
      this.svg.addEventListener("lostpointercapture", () => this.svg.removeEventListener("pointermove", push), { once: true });
    });
  }

  #draw(): void {
    this.#drawBar();
    if (this.#ground === null) return;
    const { center, halfWidthM, halfHeightM } = this.view.shown;
    const box = (factor: number): Box =>
      boxOf([-factor, factor].map((side) => this.#plane.point({ x: center.x + side * halfWidthM, y: center.y + side * halfHeightM })));
    if (this.#drawn === null || !holds(this.#drawn, box(1))) {
      this.#drawn = box(AHEAD);
      drawFeatures(this.#town, this.#plane, { features: this.#ground.within(this.#drawn).filter(({ geometry }) => geometry.type !== "Point") });
    }
    this.#write(namesIn(this.#ground.within(box(1)), this.#plane, this.view.shown));
  }

  #write(names: readonly Name[]): void {
    const scale = this.view.metersPerPixel;
    this.#names.setAttribute("font-size", String(NAME_PX * scale));
    this.#names.setAttribute("stroke-width", String(3 * scale));
    this.#names.replaceChildren(
      ...names.map(({ text, at, angleDeg }) => {
        const written = svgElement("text");
        written.textContent = text;
        written.setAttribute("dy", ".32em");
        written.setAttribute("transform", `translate(${at.x.toFixed(1)} ${(-at.y).toFixed(1)}) rotate(${angleDeg})`);
        return written;
      }),
    );
    const isOther = names.map(({ text }) => text).join() !== this.names.join();
    this.#written = names;
    if (isOther) this.dispatchEvent(new Event("names"));
  }

  #drawBar(): void {
    const { center, halfWidthM, halfHeightM, metersPerPixel: scale } = this.view.shown;
    const meters = BARS_M.find((each) => each / scale >= BAR_PX) ?? (BARS_M.at(-1) as number);
    const [x, y] = [center.x - halfWidthM + EDGE_PX * scale, -(center.y - halfHeightM + EDGE_PX * scale)];
    const line = svgElement("path");
    line.setAttribute("d", `M${x} ${y}h${meters}`);
    const words = svgElement("text");
    words.textContent = `${meters} m`;
    words.setAttribute("x", String(x));
    words.setAttribute("y", String(y - 5 * scale));
    words.setAttribute("font-size", String(NAME_PX * scale));
    words.setAttribute("stroke-width", String(3 * scale));
    this.#bar.replaceChildren(line, words);
  }
}
