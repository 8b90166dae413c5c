/** The city's map, fetched once by a page however many maps it draws of it. */
import { get } from "../page";
import type { FeatureCollection } from "./features";
import { Ground } from "./ground";

let loading: Promise<Ground> | null = null;

/** The page's one copy. */
export function cityGround(): Promise<Ground> {
  loading ??= get<FeatureCollection>("/map.geojson").then((collection) => new Ground(collection));
  return loading;
}
