/** The agency's borders on the officers' map: to look at. */
import { middle, Plane } from "../../../request/src/geometry";
import { borderOf, type BorderJson } from "../map/area_json";
import { drawBorder, drawFeatures, type FeatureCollection } from "../map/features";
import { ZOOM_STEP } from "../map/looking";
import { svgElement } from "../map/svg";
import { View } from "../map/view";
import { find, get, pageData } from "../page";

const svg = find<SVGSVGElement>("#map");
const border = borderOf(pageData<{ border: BorderJson }>().border);
const plane = new Plane(middle({ kind: "polygon", points: border }));
const ground = svgElement("g", "map-ground");
const line = svgElement("path", "map-border");
svg.append(ground, line);
drawBorder(line, plane, border);
const view = new View(svg, plane, () => undefined);
view.fit(border);
find("#zoom-in").addEventListener("click", () => view.zoom(1 / ZOOM_STEP));
find("#zoom-out").addEventListener("click", () => view.zoom(ZOOM_STEP));
drawFeatures(ground, plane, await get<FeatureCollection>("/map.geojson"));
