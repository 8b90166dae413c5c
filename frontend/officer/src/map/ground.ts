/** The city's map, each feature with its box, so that a small map draws only what it shows. */
import { places, type Feature, type FeatureCollection } from "./features";

export interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

interface Boxed {
  readonly feature: Feature;
  readonly box: Box;
}

/** The box of some places, in 1e-7 degree. */
export function boxOf(found: readonly { readonly latE7: number; readonly lonE7: number }[]): Box {
  const box = { south: Infinity, west: Infinity, north: -Infinity, east: -Infinity };
  for (const { latE7, lonE7 } of found) {
    box.south = Math.min(box.south, latE7);
    box.north = Math.max(box.north, latE7);
    box.west = Math.min(box.west, lonE7);
    box.east = Math.max(box.east, lonE7);
  }
  return box;
}

export function holds(outer: Box, inner: Box): boolean {
  return outer.south <= inner.south && outer.north >= inner.north && outer.west <= inner.west && outer.east >= inner.east;
}

export class Ground {
  readonly #boxed: readonly Boxed[];

  constructor(collection: FeatureCollection) {
    this.#boxed = collection.features.map((feature) => ({ feature, box: boxOf(places({ features: [feature] })) }));
  }

  get isEmpty(): boolean {
    return this.#boxed.length === 0;
  }

  /** What lies in a box, or reaches into it. */
  within(box: Box): readonly Feature[] {
    const meets = (other: Box): boolean => other.south <= box.north && other.north >= box.south && other.west <= box.east && other.east >= box.west;
    return this.#boxed.filter((each) => meets(each.box)).map(({ feature }) => feature);
  }
}
