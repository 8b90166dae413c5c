// A local plane in meters, as docs/protocol.md draws it: equirectangular at the middle latitude, north up.
import type { Area, Point } from "../api/model";

const EARTH_RADIUS_M = 6_371_008.8;
const M_PER_E7 = ((Math.PI / 180) * EARTH_RADIUS_M) / 1e7;
export const SQUARE_M_PER_SQUARE_MILE = 2_589_988.110336;

export interface XY {
  x: number; // east
  y: number; // south, as in SVG
}

export class Plane {
  readonly #middle: Point;
  readonly #narrow: number;

  constructor(middle: Point) {
    this.#middle = middle;
    this.#narrow = Math.cos(((middle[0] / 1e7) * Math.PI) / 180);
  }

  at([lat, lon]: Point): XY {
    return { x: (lon - this.#middle[1]) * M_PER_E7 * this.#narrow, y: (this.#middle[0] - lat) * M_PER_E7 };
  }

  point({ x, y }: XY): Point {
    return [
      Math.round(this.#middle[0] - y / M_PER_E7),
      Math.round(this.#middle[1] + x / (M_PER_E7 * this.#narrow)),
    ];
  }
}

export function middleOf(area: Area): Point {
  if (area.kind === "circle") return area.center;
  const lats = area.points.map(([lat]) => lat);
  const lons = area.points.map(([, lon]) => lon);
  const halfway = (values: number[]) => Math.floor((Math.min(...values) + Math.max(...values)) / 2);
  return [halfway(lats), halfway(lons)];
}

export function areaSquareMiles(area: Area): number {
  if (area.kind === "circle") return (Math.PI * area.radius_m ** 2) / SQUARE_M_PER_SQUARE_MILE;
  const plane = new Plane(middleOf(area));
  const corners = area.points.map((point) => plane.at(point));
  const twice = corners.reduce((sum, { x, y }, index) => {
    const next = corners[(index + 1) % corners.length] as XY;
    return sum + x * next.y - next.x * y;
  }, 0);
  return Math.abs(twice) / 2 / SQUARE_M_PER_SQUARE_MILE;
}

/** The outline of what a camera sees: a wedge around its heading (0 north, 90 east). */
export function wedge(eye: XY, headingDeg: number, viewDeg: number, rangeM: number): string {
  if (viewDeg >= 360) {
    return `M${eye.x - rangeM} ${eye.y}a${rangeM} ${rangeM} 0 1 0 ${2 * rangeM} 0a${rangeM} ${rangeM} 0 1 0 ${-2 * rangeM} 0z`;
  }
  const end = (deg: number): XY => {
    const angle = (deg * Math.PI) / 180;
    return { x: eye.x + rangeM * Math.sin(angle), y: eye.y - rangeM * Math.cos(angle) };
  };
  const [left, right] = [end(headingDeg - viewDeg / 2), end(headingDeg + viewDeg / 2)];
  return `M${eye.x} ${eye.y}L${left.x} ${left.y}A${rangeM} ${rangeM} 0 ${viewDeg > 180 ? 1 : 0} 1 ${right.x} ${right.y}z`;
}
