/** Squares of the camera registry on a map: each with its count, too quiet to hide the streets. */
import type { Plane, Point } from "../../../request/src/geometry";
import { BUCKETS, type CellCount } from "../draft/cells";
import { path } from "./features";
import { svgElement } from "./svg";

function corners({ south, west, north, east }: CellCount): Point[] {
  return [[south, west], [south, east], [north, east], [north, west]].map(([lat, lon]) => ({ latE7: lat as number, lonE7: lon as number }));
}

export function drawCells(layer: SVGElement, plane: Plane, cells: readonly CellCount[]): void {
  const drawn = cells.map((cell) => {
    const flat = corners(cell).map((corner) => plane.flat(corner));
    const square = svgElement("path", `map-cell is-${cell.bucket}`);
    square.setAttribute("d", path(flat, true));
    const [first, third] = [flat[0]!, flat[2]!];
    const count = svgElement("text", "map-count");
    count.textContent = BUCKETS[cell.bucket];
    count.setAttribute("x", String((first.x + third.x) / 2));
    count.setAttribute("y", String(-(first.y + third.y) / 2));
    return [square, count];
  });
  layer.replaceChildren(...drawn.flat());
}
