/** What a look-up in the camera registry found, as a list to walk along. Pure. */
import { degrees, type Point } from "../../../request/src/geometry";
import type { Camera } from "../map/camera_marks";

interface Kept {
  readonly keeps_days: number | null;
}
export type FoundJson =
  | (Kept & { readonly kind: "street"; readonly street: string })
  | (Kept & {
      readonly kind: "exact";
      readonly point: readonly [latE7: number, lonE7: number];
      readonly heading_deg: number;
      readonly field_of_view_deg: number;
      readonly near: string | null;
    });

/** One line of the list, and the pin with its number. */
export interface Line {
  readonly number: string;
  readonly where: string;
  readonly looks: string;
  readonly keeps: string;
}

const SIDES = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"] as const;
const PIN_RANGE_M = 30; // how far a pin's view is drawn: its direction is known, its reach isn't

function side(headingDeg: number): string {
  return SIDES[Math.round(headingDeg / 45) % SIDES.length] as string;
}

function placeOf(found: Extract<FoundJson, { kind: "exact" }>): Point {
  return { latE7: found.point[0], lonE7: found.point[1] };
}

export function lineOf(found: FoundJson, index: number): Line {
  const keeps = found.keeps_days === null ? "Not said" : found.keeps_days === 1 ? "1 day" : `${found.keeps_days} days`;
  const number = String(index + 1);
  if (found.kind === "street") return { number, where: found.street, looks: "Ask at the doors", keeps };
  const near = found.near === null ? "" : `${found.near}, `;
  const looks = found.field_of_view_deg >= 360 ? "All around" : `To the ${side(found.heading_deg)}, ${found.field_of_view_deg}° wide`;
  return { number, where: `${near}${degrees(placeOf(found))}`, looks, keeps };
}

/** The pins of those whose place is known, by their numbers in the list. */
export function pinsOf(found: readonly FoundJson[]): Camera[] {
  return found.flatMap((each, index) =>
    each.kind === "street"
      ? []
      : [{ letter: String(index + 1), view: { position: placeOf(each), headingDeg: each.heading_deg, fieldOfViewDeg: each.field_of_view_deg, rangeM: PIN_RANGE_M } }],
  );
}

/** What was found, in one sentence. */
export function foundWords(found: readonly FoundJson[]): string {
  if (found.length === 0) return "No owner here lets police see a street or a place. Ask the area instead.";
  const count = found.length === 1 ? "1 camera" : `${found.length} cameras`;
  return `${count} found. Each owner is told your badge and this case.`;
}
