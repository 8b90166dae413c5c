/** The named streets of the city's map: the list that is typed into never leaves the browser. */
import type { Feature } from "../../officer/src/map/features";
import { places } from "../../officer/src/map/features";
import type { Point } from "../../request/src/geometry";

/** Street name -> every place along it. A map that names no street by its line gives the places of its labels. */
export function streetsOf(features: readonly Feature[]): ReadonlyMap<string, readonly Point[]> {
  const named = features.filter(({ properties: { name } }) => name !== undefined && name !== "");
  const lines = named.filter(({ properties: { kind } }) => kind === "street" || kind === "road");
  const found = new Map<string, Point[]>();
  for (const feature of lines.length > 0 ? lines : named) {
    const name = feature.properties.name as string;
    found.set(name, [...(found.get(name) ?? []), ...places({ features: [feature] })]);
  }
  return new Map([...found].sort(([one], [other]) => one.localeCompare(other)));
}

/** The street that somebody means: letter case and spaces are forgiven. */
export function streetNamed(typed: string, streets: Iterable<string>): string | null {
  const plain = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();
  for (const name of streets) if (plain(name) === plain(typed)) return name;
  return null;
}
