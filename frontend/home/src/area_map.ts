// The request's area, the city's border and this home's cameras, drawn here: no map server learns of it.
import { html, svg, nothing, type SVGTemplateResult, type TemplateResult } from "lit";
import type { Area, Camera, Point } from "./model";
import { middleOf, Plane, wedge, type XY } from "./plane";
import type { Words } from "./words";

const WIDTH = 560;
const HEIGHT = 400;
const MARGIN = 1.25;
const NEAR = 1.6; // a camera farther from the middle than this many areas is another place's

interface Frame {
  plane: Plane;
  scale: number; // pixels a meter
}

const path = (frame: Frame, points: readonly Point[]): string =>
  `M${points.map((point) => pixel(frame, point)).map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}z`;

function pixel(frame: Frame, point: Point): XY {
  const { x, y } = frame.plane.at(point);
  return { x: WIDTH / 2 + x * frame.scale, y: HEIGHT / 2 + y * frame.scale };
}

function frameOf(area: Area): Frame {
  const plane = new Plane(middleOf(area));
  const extent = area.kind === "circle" ? [{ x: area.radius_m, y: area.radius_m }] : area.points.map((point) => plane.at(point));
  const halfWidth = Math.max(...extent.map(({ x }) => Math.abs(x)), 20) * MARGIN;
  const halfHeight = Math.max(...extent.map(({ y }) => Math.abs(y)), 20) * MARGIN;
  return { plane, scale: Math.min(WIDTH / 2 / halfWidth, HEIGHT / 2 / halfHeight) };
}

function outline(frame: Frame, area: Area): SVGTemplateResult {
  if (area.kind === "polygon") return svg`<path class="map-area" d=${path(frame, area.points)} />`;
  const { x, y } = pixel(frame, area.center);
  return svg`<circle class="map-area" cx=${x} cy=${y} r=${area.radius_m * frame.scale} />`;
}

function eye(frame: Frame, camera: Camera): SVGTemplateResult | typeof nothing {
  const { position, heading_deg, field_of_view_deg, range_m, eligible } = camera.settings;
  if (position === null || camera.settings.placing !== "outdoor") return nothing;
  const at = pixel(frame, position);
  if (Math.abs(at.x - WIDTH / 2) > (WIDTH / 2) * NEAR || Math.abs(at.y - HEIGHT / 2) > (HEIGHT / 2) * NEAR) return nothing;
  const reach = Math.max(range_m * frame.scale, 26);
  const view = wedge(at, heading_deg, field_of_view_deg, reach);
  const angle = (heading_deg * Math.PI) / 180; // the name stands where the camera looks, so that neighbors don't cover each other
  const label = { x: at.x + Math.sin(angle) * (reach + 22), y: at.y - Math.cos(angle) * (reach + 14) + 4 };
  return svg`<g class=${eligible ? "map-camera" : "map-camera off"}><path d=${view} /><circle cx=${at.x} cy=${at.y} r="7" />
    <text x=${label.x} y=${label.y}>${camera.name}</text></g>`;
}

/** A round length that fits into a fifth of the picture. */
function rule(frame: Frame): { meters: number; pixels: number } {
  const fits = [1000, 500, 200, 100, 50, 20, 10].find((meters) => meters * frame.scale <= WIDTH / 5) ?? 10;
  return { meters: fits, pixels: fits * frame.scale };
}

export function areaMap(area: Area, jurisdiction: readonly Point[], cameras: readonly Camera[], words: Words): TemplateResult {
  const frame = frameOf(area);
  const scale = rule(frame);
  const seen = cameras.filter((camera) => camera.settings.placing === "outdoor" && camera.settings.position !== null);
  return html`<svg class="map" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" data-test="map"
      aria-label=${words.say("map_label", { count: seen.length })}>
    <rect width=${WIDTH} height=${HEIGHT} class="map-land" />
    ${jurisdiction.length > 2 ? svg`<path class="map-city" d=${path(frame, jurisdiction)} />` : nothing}
    ${outline(frame, area)} ${seen.map((camera) => eye(frame, camera))}
    ${svg`<g class="map-rule"><path d="M16 ${HEIGHT - 16}h${scale.pixels}M16 ${HEIGHT - 21}v10M${16 + scale.pixels} ${HEIGHT - 21}v10" /><text x="16" y=${HEIGHT - 28}>${scale.meters} m</text>
      <path d="M${WIDTH - 24} 44V20l-7 9m7-9l7 9" /><text x=${WIDTH - 24} y="60" text-anchor="middle">N</text></g>`}
  </svg>`;
}
