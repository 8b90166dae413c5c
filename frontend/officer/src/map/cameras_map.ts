/** Where cameras stand and look, as far as their owners told it, and which of them show a moment. A map to look at. */
import { middle, Plane, type Point } from "../../../request/src/geometry";
import type { CameraView } from "../share/manifest/manifest";
import { drawBorder, drawFeatures, path, type FeatureCollection } from "./features";
import { svgElement } from "./svg";
import { View } from "./view";

export interface Camera {
  readonly letter: string;
  readonly view: CameraView | null;
}

const DOT_PX = 11;
const AROUND = 1.6; // the map shows so much more than the cameras see
const ARC_STEPS = 24;

/** The sector that a camera sees, as places. */
function sector(plane: Plane, { position, headingDeg, fieldOfViewDeg, rangeM }: CameraView): Point[] {
  const at = plane.flat(position);
  const arc = Array.from({ length: ARC_STEPS + 1 }, (_, step) => {
    const angle = ((headingDeg + fieldOfViewDeg * (step / ARC_STEPS - 0.5)) * Math.PI) / 180;
    return plane.point({ x: at.x + rangeM * Math.sin(angle), y: at.y + rangeM * Math.cos(angle) });
  });
  return fieldOfViewDeg >= 360 ? arc : [position, ...arc];
}

export class CamerasMap {
  readonly #marks = new Map<string, SVGGElement>();
  readonly #plane: Plane;
  readonly #ground = svgElement("g", "map-ground");
  readonly #view: View;

  constructor(
    svg: SVGSVGElement,
    border: readonly Point[],
    private readonly cameras: readonly Camera[],
  ) {
    this.#plane = new Plane(middle({ kind: "polygon", points: border }));
    const edge = svgElement("path", "map-border");
    drawBorder(edge, this.#plane, border);
    svg.replaceChildren(this.#ground, edge);
    const seen: Point[] = [];
    for (const { letter, view } of cameras) {
      if (view === null) continue;
      const places = sector(this.#plane, view);
      seen.push(view.position, ...places);
      const mark = svgElement("g", "map-camera");
      const area = svgElement("path", "map-seen");
      area.setAttribute("d", path(places.map((place) => this.#plane.flat(place)), true));
      const letters = svgElement("text", "map-letter");
      letters.textContent = letter;
      mark.append(area, svgElement("circle", "map-dot"), letters);
      this.#marks.set(letter, mark);
      svg.append(mark);
    }
    this.#view = new View(svg, this.#plane, () => this.#place());
    this.#view.fit(seen.length === 0 ? border : seen, AROUND);
  }

  background(collection: FeatureCollection): void {
    drawFeatures(this.#ground, this.#plane, collection);
  }

  /** Take a camera off the map. */
  forget(letter: string): void {
    this.#marks.get(letter)?.remove();
    this.#marks.delete(letter);
  }

  /** Say which cameras show the moment. */
  show(letters: ReadonlySet<string>): void {
    for (const [letter, mark] of this.#marks) mark.classList.toggle("is-on", letters.has(letter));
  }

  #place(): void {
    const scale = this.#view.metersPerPixel;
    for (const { letter, view } of this.cameras) {
      const mark = this.#marks.get(letter);
      if (mark === undefined || view === null) continue;
      const { x, y } = this.#plane.flat(view.position);
      const [dot, text] = [mark.querySelector("circle")!, mark.querySelector("text")!];
      dot.setAttribute("cx", String(x));
      dot.setAttribute("cy", String(-y));
      dot.setAttribute("r", String(DOT_PX * scale));
      text.setAttribute("x", String(x));
      text.setAttribute("y", String(-y + 4.5 * scale));
      text.setAttribute("font-size", String(13 * scale));
    }
  }
}
