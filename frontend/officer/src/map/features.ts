/** The background: the city's own GeoJSON (or none) and its border, as plain drawing. No tile, no outside host. */
import { point, type Area, type Flat, type Plane, type Point } from "../../../request/src/geometry";
import { svgElement } from "./svg";

export type Position = readonly [lon: number, lat: number];
interface Geometry {
  readonly type: "Polygon" | "LineString" | "Point";
  readonly coordinates: unknown;
}
export interface Feature {
  readonly geometry: Geometry;
  readonly properties: { readonly kind: string; readonly name?: string; readonly angle?: number };
}
export interface FeatureCollection {
  readonly features: readonly Feature[];
}

const ROUND_CORNERS = 72;
const KINDS = new Set(["wood", "field", "water", "stream", "road", "street", "house", "label"]);

function path(flat: readonly Flat[], closed: boolean): string {
  return `M${flat.map((p) => `${p.x.toFixed(1)} ${(-p.y).toFixed(1)}`).join("L")}${closed ? "Z" : ""}`;
}

function flatten(plane: Plane, positions: readonly Position[]): Flat[] {
  return positions.map(([lon, lat]) => plane.flat(point(lat, lon)));
}

function label(plane: Plane, feature: Feature): SVGElement {
  const at = flatten(plane, [feature.geometry.coordinates as Position])[0] as Flat;
  const text = svgElement("text");
  text.textContent = feature.properties.name ?? "";
  text.setAttribute("transform", `translate(${at.x.toFixed(1)} ${(-at.y).toFixed(1)}) rotate(${feature.properties.angle ?? 0})`);
  return text;
}

function draw(plane: Plane, feature: Feature): SVGElement {
  const { kind } = feature.properties;
  if (feature.geometry.type === "Point") return label(plane, feature);
  const shape = svgElement("path", `map-${KINDS.has(kind) ? kind : "field"}`);
  const closed = feature.geometry.type === "Polygon";
  const lines = (closed ? feature.geometry.coordinates : [feature.geometry.coordinates]) as Position[][];
  shape.setAttribute("d", lines.map((line) => path(flatten(plane, line), closed)).join(""));
  return shape;
}

export function drawFeatures(layer: SVGGElement, plane: Plane, collection: FeatureCollection): void {
  const roads = collection.features.filter(({ properties }) => properties.kind === "road" || properties.kind === "street");
  const cases = roads.map((feature) => {
    const shape = draw(plane, feature);
    shape.classList.add("case"); // the dark edge under each road
    return shape;
  });
  const rest = collection.features.filter((feature) => !roads.includes(feature));
  const labels = rest.filter(({ geometry }) => geometry.type === "Point");
  const ground = rest.filter((feature) => !labels.includes(feature));
  layer.replaceChildren(
    ...ground.map((f) => draw(plane, f)),
    ...cases,
    ...roads.map((f) => draw(plane, f)),
    ...labels.map((f) => draw(plane, f)),
  );
}

/** The corners of an area; a circle has so many that it looks round. */
export function outline(area: Area, plane: Plane): Flat[] {
  if (area.kind === "polygon") return area.points.map((p) => plane.flat(p));
  const center = plane.flat(area.center);
  return Array.from({ length: ROUND_CORNERS }, (_, i) => {
    const angle = (i / ROUND_CORNERS) * 2 * Math.PI;
    return { x: center.x + area.radiusM * Math.cos(angle), y: center.y + area.radiusM * Math.sin(angle) };
  });
}

export function drawBorder(shape: SVGPathElement, plane: Plane, border: readonly Point[]): void {
  shape.setAttribute("d", path(border.map((p) => plane.flat(p)), true));
}

/** Every place of the background, so that a view can be fitted to it. */
export function places(collection: FeatureCollection): Point[] {
  const found: Point[] = [];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number") found.push(point(value[1] as number, value[0]));
    else value.forEach(walk);
  };
  for (const { geometry } of collection.features) walk(geometry.coordinates);
  return found;
}

export { path };
