/** The city's map pack (docs/protocol.md section 13) as features to draw. */
import type { Feature, Position } from "../../officer/src/map/features";

export interface Pack {
  readonly credit: string | null;
  readonly shapes: readonly { readonly kind: string; readonly name: string | null; readonly lines: readonly (readonly number[])[] }[];
  readonly labels: readonly { readonly name: string; readonly at: readonly [latE7: number, lonE7: number]; readonly angle_deg: number }[];
}

const OUTLINES = new Set(["wood", "field", "water", "house"]);
const position = (latE7: number, lonE7: number): Position => [lonE7 / 1e7, latE7 / 1e7];

/** A line's points, of its first one and the steps from each to the next. */
function line(steps: readonly number[]): Position[] {
  let [latE7, lonE7] = [0, 0];
  const found: Position[] = [];
  for (let index = 0; index + 1 < steps.length; index += 2) {
    latE7 += steps[index] ?? 0;
    lonE7 += steps[index + 1] ?? 0;
    found.push(position(latE7, lonE7));
  }
  return found;
}

export function featuresOf({ shapes, labels }: Pack): Feature[] {
  const drawn = shapes.flatMap(({ kind, name, lines }): Feature[] => {
    const properties = name === null ? { kind } : { kind, name };
    const all = lines.map(line);
    if (OUTLINES.has(kind)) return [{ geometry: { type: "Polygon", coordinates: all }, properties }];
    return all.map((coordinates) => ({ geometry: { type: "LineString", coordinates }, properties }));
  });
  const named = labels.map(({ name, at, angle_deg: angle }): Feature => {
    return { geometry: { type: "Point", coordinates: position(...at) }, properties: { kind: "label", name, angle } };
  });
  return [...drawn, ...named];
}
