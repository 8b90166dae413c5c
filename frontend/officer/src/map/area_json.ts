/** How an area is written between a page and the hub. */
import type { Area } from "../../../request/src/geometry";

export type AreaJson =
  | { readonly kind: "circle"; readonly center: readonly [number, number]; readonly radius_m: number }
  | { readonly kind: "polygon"; readonly points: readonly (readonly [number, number])[] };

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
  const place = ([latE7, lonE7]: readonly [number, number]) => ({ latE7, lonE7 });
  if (area.kind === "circle") return { kind: "circle", center: place(area.center), radiusM: area.radius_m };
  return { kind: "polygon", points: area.points.map(place) };
}
