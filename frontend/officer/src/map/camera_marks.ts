/** Cameras on a map: each a lettered dot with what it sees, as large on the screen however near one looks. */
import type { Plane, Point } from "../../../request/src/geometry";
import type { CameraView } from "../share/manifest/manifest";
import { path } from "./features";
import { svgElement } from "./svg";

export interface Camera {
  readonly letter: string;
  readonly view: CameraView | null;
}

const DOT_PX = 11;
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

export class CameraMarks {
  readonly #marks = new Map<string, SVGGElement>();
  readonly #seen: Point[] = [];

  constructor(
    layer: SVGElement,
    private readonly plane: Plane,
    private readonly cameras: readonly Camera[],
  ) {
    for (const { letter, view } of cameras) {
      if (view === null) continue;
      const places = sector(plane, view);
      this.#seen.push(view.position, ...places);
      const mark = svgElement("g", "map-camera");
      const area = svgElement("path", "map-seen");
      area.setAttribute("d", path(places.map((place) => plane.flat(place)), true));
      const letters = svgElement("text", "map-letter");
      letters.textContent = letter;
      mark.append(area, svgElement("circle", "map-dot"), letters);
      this.#marks.set(letter, mark);
    }
    layer.replaceChildren(...this.#marks.values());
  }

  /** Where the cameras stand, and the places that they see. */
  get seen(): readonly Point[] {
    return this.#seen;
  }

  /** Take a camera off the map. */
  forget(letter: string): void {
    this.#marks.get(letter)?.remove();
    this.#marks.delete(letter);
  }

  /** Light up some of them. */
  show(letters: ReadonlySet<string>): void {
    for (const [letter, mark] of this.#marks) mark.classList.toggle("is-on", letters.has(letter));
  }

  /** Draw dots and letters for a scale, in meters a pixel. */
  place(scale: number): void {
    for (const { letter, view } of this.cameras) {
      const mark = this.#marks.get(letter);
      if (mark === undefined || view === null) continue;
      const { x, y } = this.plane.flat(view.position);
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
