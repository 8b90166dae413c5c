/** Where cameras stand and look, as far as their owners told it, and which of them show a moment. A map to look at. */
import { middle, Plane, type Point } from "../../../request/src/geometry";
import { CameraMarks, type Camera } from "./camera_marks";
import { drawBorder, drawFeatures, type FeatureCollection } from "./features";
import { svgElement } from "./svg";
import { View } from "./view";

const AROUND = 1.6; // the map shows so much more than the cameras see

export class CamerasMap {
  readonly #marks: CameraMarks;
  readonly #plane: Plane;
  readonly #ground = svgElement("g", "map-ground");

  constructor(svg: SVGSVGElement, border: readonly Point[], cameras: readonly Camera[]) {
    this.#plane = new Plane(middle({ kind: "polygon", points: border }));
    const [edge, layer] = [svgElement("path", "map-border"), svgElement("g")];
    drawBorder(edge, this.#plane, border);
    svg.replaceChildren(this.#ground, edge, layer);
    this.#marks = new CameraMarks(layer, this.#plane, cameras);
    const view = new View(svg, this.#plane, () => this.#marks.place(view.metersPerPixel));
    view.fit(this.#marks.seen.length === 0 ? border : this.#marks.seen, AROUND);
  }

  background(collection: FeatureCollection): void {
    drawFeatures(this.#ground, this.#plane, collection);
  }

  /** Take a camera off the map. */
  forget(letter: string): void {
    this.#marks.forget(letter);
  }

  /** Say which cameras show the moment. */
  show(letters: ReadonlySet<string>): void {
    this.#marks.show(letters);
  }
}
