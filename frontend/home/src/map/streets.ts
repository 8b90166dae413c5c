// The city's streets, water and houses under what this home draws on them: one path a kind, drawn once a frame.
import { nothing, svg, type SVGTemplateResult } from "lit";
import type { Frame } from "./frame";
import { namesOf } from "./street_names";
import { meet, type Box, type Kind, type Shape, type Town } from "./town";

const GROUND: readonly Kind[] = ["wood", "field", "water"];
const WAYS: readonly Kind[] = ["street", "road"];
const WIDTH_M: Partial<Record<Kind, number>> = { stream: 4, street: 7, road: 11 };
const NARROWEST_PX: Partial<Record<Kind, number>> = { stream: 1.5, street: 2.5, road: 4 };
const EDGE_PX = 2;

function seen(frame: Frame): Box {
  const [[north, west], [south, east]] = [frame.point({ x: 0, y: 0 }), frame.point({ x: frame.width, y: frame.height })];
  return { north, west, south, east };
}

export class Streets {
  #of = "";
  #town: Town | undefined;
  #drawn: SVGTemplateResult | typeof nothing = nothing;

  draw(town: Town | undefined, frame: Frame): SVGTemplateResult | typeof nothing {
    if (town !== this.#town || frame.key !== this.#of) {
      this.#drawn = town ? drawn(town, frame) : nothing;
      [this.#town, this.#of] = [town, frame.key];
    }
    return this.#drawn;
  }
}

function drawn(town: Town, frame: Frame): SVGTemplateResult {
  const box = seen(frame);
  const shapes = town.shapes.filter((shape) => meet(shape.box, box));
  const of = (kind: Kind): Shape[] => shapes.filter((shape) => shape.kind === kind);
  const outline = (kind: Kind) => svg`<path class="map-${kind}" d=${of(kind).flatMap(({ lines }) => lines.map((line) => frame.path(line))).join("")} />`;
  const way = (kind: Kind, edge: number) => svg`<path class="map-way map-${kind} ${edge ? "edge" : ""}" stroke-width=${(Math.max((WIDTH_M[kind] ?? 0) * frame.scale, NARROWEST_PX[kind] ?? 0) + edge).toFixed(1)}
    d=${of(kind).flatMap(({ lines }) => lines.map((line) => frame.path(line, false))).join("")} />`;
  return svg`<g class="map-town" data-test="town">${GROUND.map(outline)} ${way("stream", 0)} ${WAYS.map((kind) => way(kind, 2 * EDGE_PX))} ${WAYS.map((kind) => way(kind, 0))} ${outline("house")}
    ${namesOf(town, shapes, frame).map(({ text, at, angle_deg }) => svg`<text transform="translate(${at.x.toFixed(1)} ${at.y.toFixed(1)}) rotate(${angle_deg})" dy=".32em">${text}</text>`)}</g>`;
}
