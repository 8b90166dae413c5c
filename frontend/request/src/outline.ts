/** The area as a small drawing: its shape and a 100 m bar, without a map that could be altered. */
import { middle, Plane, type Area, type Flat } from "./geometry";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 0.15;

function outline(area: Area): Flat[] {
  const plane = new Plane(middle(area));
  if (area.kind === "polygon") return area.points.map((p) => plane.flat(p));
  return Array.from({ length: 48 }, (_, i) => {
    const angle = (i / 48) * 2 * Math.PI;
    return { x: area.radiusM * Math.cos(angle), y: area.radiusM * Math.sin(angle) };
  });
}

export function drawOutline(svg: SVGSVGElement, area: Area): void {
  const flat = outline(area);
  const reach = Math.max(...flat.map((p) => Math.max(Math.abs(p.x), Math.abs(p.y)))) * (1 + MARGIN);
  svg.setAttribute("viewBox", `${-reach} ${-reach} ${2 * reach} ${2 * reach}`);
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", `M${flat.map((p) => `${p.x.toFixed(1)} ${(-p.y).toFixed(1)}`).join("L")}Z`);
  shape.setAttribute("class", "area");
  const bar = document.createElementNS(SVG, "path");
  const left = -reach * 0.95;
  bar.setAttribute("d", `M${left} ${reach * 0.93}h100`);
  bar.setAttribute("class", "scale-bar");
  svg.replaceChildren(shape, bar);
}
