/** How places are written between a page and the hub: an area, the border. */
import type { Area, Point } from "../../../request/src/geometry";

type PlaceJson = readonly [latE7: number, lonE7: number];
export type BorderJson = readonly PlaceJson[];
export type AreaJson =
  | { readonly kind: "circle"; readonly center: PlaceJson; readonly radius_m: number }
  | { readonly kind: "polygon"; readonly points: readonly PlaceJson[] };

function placeOf([latE7, lonE7]: PlaceJson): Point {
  return { latE7, lonE7 };
}

export function borderOf(border: BorderJson): Point[] {
  return border.map(placeOf);
}

export function areaJson(area: Area | null): AreaJson | null {
  if (area === null) return null;
  if (area.kind === "circle") {
    return { kind: "circle", center: [area.center.latE7, area.center.lonE7], radius_m: area.radiusM };
  }
  return { kind: "polygon", points: area.points.map((p) => [p.latE7, p.lonE7] as const) };
}

/** The area that a message says. */
export function areaOf(area: AreaJson | null): Area | null {
  if (area === null) return null;
  if (area.kind === "circle") return { kind: "circle", center: placeOf(area.center), radiusM: area.radius_m };
  return { kind: "polygon", points: area.points.map(placeOf) };
}
