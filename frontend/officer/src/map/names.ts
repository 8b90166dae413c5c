/** Where the names on a map stand: each once, along its street, none over another, and all large enough to be read. */
import { point, type Flat, type Plane } from "../../../request/src/geometry";
import type { Feature, Position } from "./features";

export interface Name {
  readonly text: string;
  readonly at: Flat;
  /** Clockwise from the east, as SVG turns. */
  readonly angleDeg: number;
}

/** What a map shows, on its plane. */
export interface Shown {
  readonly center: Flat;
  readonly halfWidthM: number;
  readonly halfHeightM: number;
  readonly metersPerPixel: number;
}

export const NAME_PX = 12;
const CHARACTER_PX = 6.4;
const LINE_PX = 16;
const NAMES_MAX = 24;

const length = (from: Flat, to: Flat): number => Math.hypot(to.x - from.x, to.y - from.y);
const upright = (angle: number): number => (angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle);

function isShown({ x, y }: Flat, shown: Shown): boolean {
  const edge = (LINE_PX / 2) * shown.metersPerPixel;
  return Math.abs(x - shown.center.x) < shown.halfWidthM - edge && Math.abs(y - shown.center.y) < shown.halfHeightM - edge;
}

/** The part of a straight step that is shown; null where none is. */
function seen(from: Flat, to: Flat, shown: Shown): readonly [Flat, Flat] | null {
  let [first, last] = [0, 1];
  for (const [start, step, middle, half] of [
    [from.x, to.x - from.x, shown.center.x, shown.halfWidthM],
    [from.y, to.y - from.y, shown.center.y, shown.halfHeightM],
  ] as const) {
    const [low, high] = [middle - half - start, middle + half - start];
    if (step === 0 && (low > 0 || high < 0)) return null;
    if (step === 0) continue;
    first = Math.max(first, Math.min(low / step, high / step));
    last = Math.min(last, Math.max(low / step, high / step));
  }
  const along = (share: number): Flat => ({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
  return first < last ? [along(first), along(last)] : null;
}

/** The name of a street in the middle of its longest step that is shown, where it has room. */
function along(feature: Feature, text: string, plane: Plane, shown: Shown): readonly [Name, number] | null {
  const flat = (feature.geometry.coordinates as Position[]).map(([lon, lat]) => plane.flat(point(lat, lon)));
  let best: readonly [Flat, Flat] | null = null;
  flat.slice(1).forEach((to, index) => {
    const piece = seen(flat[index] as Flat, to, shown);
    if (piece !== null && (best === null || length(...piece) > length(...best))) best = piece;
  });
  if (best === null) return null;
  const [from, to] = best as readonly [Flat, Flat];
  if (length(from, to) < text.length * CHARACTER_PX * shown.metersPerPixel) return null;
  const angle = upright((Math.atan2(from.y - to.y, to.x - from.x) * 180) / Math.PI);
  return [{ text, at: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, angleDeg: Math.round(angle) }, length(from, to)];
}

/** The names that a view has room for: first those that the city placed itself, then its streets', the longest first. */
export function namesIn(features: readonly Feature[], plane: Plane, shown: Shown): Name[] {
  const placedByCity: Name[] = [];
  const streets: (readonly [Name, number])[] = [];
  for (const feature of features) {
    const { name, angle } = feature.properties;
    if (name === undefined || name === "") continue;
    if (feature.geometry.type === "Point") {
      const [lon, lat] = feature.geometry.coordinates as Position;
      const at = plane.flat(point(lat, lon));
      if (isShown(at, shown)) placedByCity.push({ text: name, at, angleDeg: upright(angle ?? 0) });
    } else if (feature.geometry.type === "LineString") {
      const street = along(feature, name, plane, shown);
      if (street !== null) streets.push(street);
    }
  }
  streets.sort(([, one], [, other]) => other - one);
  const placed: Name[] = [];
  const half = ({ text }: Name): number => (text.length * CHARACTER_PX) / 2;
  for (const name of [...placedByCity, ...streets.map(([street]) => street)]) {
    if (placed.length >= NAMES_MAX) break;
    const isClear = placed.every((other) => other.text !== name.text && length(other.at, name.at) > Math.max(LINE_PX, (half(other) + half(name)) * 0.7) * shown.metersPerPixel);
    if (isClear) placed.push(name);
  }
  return placed;
}
