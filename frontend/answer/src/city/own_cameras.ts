/** Which requests one's own cameras may have seen: worked out in this browser, and told to nobody. */
import { askJson } from "../asking";
import { fromBase64 } from "../../../request/src/encoding";
import { ends, move, type Area, type Point } from "../../../request/src/geometry";
import { boundsOf, readCell, type Bounds } from "../../../residents/src/cells";
import { entryKey, openEntry, type Place } from "../../../residents/src/entry";
import { kept } from "../../../residents/src/kept";
import { featuresOf, type Pack } from "../../../residents/src/pack";
import { streetsOf } from "../../../residents/src/streets";

const REACH_M = 50; // how far outside of an area a camera stands that looks into it
type Streets = ReadonlyMap<string, readonly Point[]>;
interface Listed {
  readonly entries: readonly { readonly id: string; readonly number: number; readonly envelope: string; readonly state: string }[];
}

/** The places of one's cameras on the map; none where this browser has no key. */
export async function ownPlaces(): Promise<readonly Place[]> {
  const account = kept();
  const listed = account === null ? null : await askJson<Listed>("/api/entries").catch(() => null);
  if (account === null || listed === null) return [];
  const opened = listed.entries.map(async ({ number, envelope }) => openEntry(fromBase64(envelope), await entryKey(account.key, number)));
  const found = await Promise.allSettled(opened);
  return found.flatMap((each) => (each.status === "fulfilled" && each.value.place !== null ? [each.value.place] : []));
}

/** The city's named streets: asked for whatever one's places are. */
export async function cityStreets(): Promise<Streets> {
  const pack = await askJson<Pack>("/api/map").catch(() => null);
  return pack === null ? new Map() : streetsOf(featuresOf(pack));
}

function around(area: Area): Bounds {
  const corners = ends(area).flatMap((each) => [move(each, -REACH_M, -REACH_M), move(each, REACH_M, REACH_M)]);
  const [lat, lon] = [corners.map(({ latE7 }) => latE7), corners.map(({ lonE7 }) => lonE7)];
  return { south: Math.min(...lat), north: Math.max(...lat), west: Math.min(...lon), east: Math.max(...lon) };
}

const holds = (box: Bounds, { latE7, lonE7 }: Point): boolean => box.south <= latE7 && latE7 <= box.north && box.west <= lonE7 && lonE7 <= box.east;
const meets = (one: Bounds, other: Bounds): boolean => one.south <= other.north && other.south <= one.north && one.west <= other.east && other.west <= one.east;

/** Whether a line between two places goes through a box, in steps of a twentieth. */
function passes(box: Bounds, from: Point, to: Point): boolean {
  const at = (share: number): Point => ({ latE7: from.latE7 + (to.latE7 - from.latE7) * share, lonE7: from.lonE7 + (to.lonE7 - from.lonE7) * share });
  return Array.from({ length: 21 }, (_, step) => at(step / 20)).some((each) => holds(box, each));
}

/** Whether a camera at this place may have seen into an area. */
export function mayHaveSeen(place: Place, area: Area, streets: Streets): boolean {
  const box = around(area);
  if (place.kind === "exact") return holds(box, place.point);
  if (place.kind === "area") return meets(box, boundsOf(readCell(place.cell)));
  const along = streets.get(place.street) ?? [];
  return along.some((each, index) => passes(box, along[index - 1] ?? each, each));
}
