/** The agency's borders on the officers' map: to look at. */
import { middle, Plane, type Point } from "../../../request/src/geometry";
import { drawBorder, drawFeatures, type FeatureCollection } from "../map/features";
import { View } from "../map/view";
import { find, get, pageData } from "../page";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 1.5;
const svg = find<SVGSVGElement>("#map");
const border: Point[] = pageData<{ border: readonly (readonly [number, number])[] }>().border.map(([latE7, lonE7]) => ({ latE7, lonE7 }));
const plane = new Plane(middle({ kind: "polygon", points: border }));
const ground = document.createElementNS(SVG, "g");
const line = document.createElementNS(SVG, "path");
ground.setAttribute("class", "map-ground");
line.setAttribute("class", "map-border");
svg.append(ground, line);
drawBorder(line, plane, border);
const view = new View(svg, plane, () => undefined);
view.fit(border);
find("#zoom-in").addEventListener("click", () => view.zoom(1 / STEP));
find("#zoom-out").addEventListener("click", () => view.zoom(STEP));
drawFeatures(ground, plane, await get<FeatureCollection>("/map.geojson"));
