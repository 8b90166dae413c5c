/** Areas on a local plane, as docs/protocol.md section 4 measures them. The hub and the homes decide; this shows. */

export interface Point {
  readonly latE7: number;
  readonly lonE7: number;
}
export interface Circle {
  readonly kind: "circle";
  readonly center: Point;
  readonly radiusM: number;
}
export interface Polygon {
  readonly kind: "polygon";
  readonly points: readonly Point[];
}
export type Area = Circle | Polygon;
export interface Flat {
  readonly x: number;
  readonly y: number;
}

export const M2_PER_SQUARE_MILE = 2_589_988.110336;
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS_PER_E7 = Math.PI / 180 / 1e7;

export function point(lat: number, lon: number): Point {
  return { latE7: Math.round(lat * 1e7), lonE7: Math.round(lon * 1e7) };
}

/** A circle's center, or the middle of a polygon's bounding box, rounded down. */
export function middle(area: Area): Point {
  if (area.kind === "circle") return area.center;
  const half = (values: readonly number[]): number => Math.floor((Math.min(...values) + Math.max(...values)) / 2);
  return { latE7: half(area.points.map((p) => p.latE7)), lonE7: half(area.points.map((p) => p.lonE7)) };
}

/** Points that hold the area between them: a polygon's corners, a circle's four ends. */
export function ends(area: Area): readonly Point[] {
  if (area.kind === "polygon") return area.points;
  const { center, radiusM: r } = area;
  return [move(center, r, 0), move(center, -r, 0), move(center, 0, r), move(center, 0, -r)];
}

/** A plane in meters whose zero is `origin`, x to the east, y to the north. */
export class Plane {
  readonly #cos: number;

  constructor(readonly origin: Point) {
    this.#cos = Math.cos(origin.latE7 * RADIANS_PER_E7);
  }

  flat(p: Point): Flat {
    return {
      x: (p.lonE7 - this.origin.lonE7) * RADIANS_PER_E7 * EARTH_RADIUS_M * this.#cos,
      y: (p.latE7 - this.origin.latE7) * RADIANS_PER_E7 * EARTH_RADIUS_M,
    };
  }

  point(flat: Flat): Point {
    return {
      latE7: Math.round(this.origin.latE7 + flat.y / EARTH_RADIUS_M / RADIANS_PER_E7),
      lonE7: Math.round(this.origin.lonE7 + flat.x / EARTH_RADIUS_M / this.#cos / RADIANS_PER_E7),
    };
  }
}

/** What the shoelace formula gives for a simple polygon. */
export function enclosedM2(corners: readonly Flat[]): number {
  let twice = 0;
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length] as Flat;
    twice += a.x * b.y - b.x * a.y;
  });
  return Math.abs(twice) / 2;
}

export function areaM2(area: Area): number {
  if (area.kind === "circle") return Math.PI * area.radiusM ** 2;
  const plane = new Plane(middle(area));
  return enclosedM2(area.points.map((p) => plane.flat(p)));
}

export function squareMiles(area: Area): number {
  return areaM2(area) / M2_PER_SQUARE_MILE;
}

/** The same shape about its middle with `targetM2`, or the area itself when it is smaller already. */
export function shrink(area: Area, targetM2: number): Area {
  const factor = Math.sqrt(targetM2 / areaM2(area));
  if (!(factor < 1)) return area;
  if (area.kind === "circle") return { ...area, radiusM: Math.floor(area.radiusM * factor) };
  const plane = new Plane(middle(area));
  const points = area.points.map((p) => {
    const flat = plane.flat(p);
    return plane.point({ x: flat.x * factor, y: flat.y * factor });
  });
  return { kind: "polygon", points };
}

export function move(p: Point, eastM: number, northM: number): Point {
  return new Plane(p).point({ x: eastM, y: northM });
}

export function distanceM(a: Point, b: Point): number {
  const plane = new Plane({ latE7: (a.latE7 + b.latE7) / 2, lonE7: a.lonE7 });
  const [from, to] = [plane.flat(a), plane.flat(b)];
  return Math.hypot(to.x - from.x, to.y - from.y);
}

export function degrees(p: Point): string {
  return `${(p.latE7 / 1e7).toFixed(6)}, ${(p.lonE7 / 1e7).toFixed(6)}`;
}
