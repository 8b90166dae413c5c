/** The area as text: one "latitude, longitude" a line, or a circle's center and radius. All that the mouse can, typed. */
import { degrees, point, type Area, type Point } from "../../../request/src/geometry";

const LINE = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;
const CIRCLE = /^circle\s+(.+?)\s+(\d{1,3})\s*m?\s*$/i;

export function areaText(area: Area | null): string {
  if (area === null) return "";
  if (area.kind === "circle") return `circle ${degrees(area.center)} ${area.radiusM} m`;
  return area.points.map(degrees).join("\n");
}

function readPoint(line: string, number: number): Point {
  const match = LINE.exec(line);
  const [lat, lon] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) {
    throw new Error(`Line ${number} is not "latitude, longitude", for example 34.132100, -84.300200.`);
  }
  return point(lat, lon);
}

/** Throws an Error with a sentence about the line that can't be read. */
export function readArea(text: string): Area | null {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return null;
  const circle = CIRCLE.exec(lines[0] as string);
  if (circle !== null) return { kind: "circle", center: readPoint(circle[1] as string, 1), radiusM: Number(circle[2]) };
  const points = lines.map((line, i) => readPoint(line, i + 1));
  if (points.length < 3) throw new Error("An area has at least three points.");
  return { kind: "polygon", points };
}
