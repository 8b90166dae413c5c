// The city's map pack (docs/protocol.md section 13), read for drawing. Home Assistant has checked it; what is out of form is none.
import type { Point } from "../api/model";

export type Ground = "wood" | "field" | "water" | "house";
export type Way = "stream" | "street" | "road";
export type Kind = Ground | Way;

/** Least and greatest latitude and longitude, in 10^-7 degree. */
export interface Box {
  south: number;
  west: number;
  north: number;
  east: number;
}

export interface Shape {
  kind: Kind;
  name: string | null;
  lines: Point[][];
  box: Box;
}

export interface Label {
  name: string;
  at: Point;
  angle_deg: number;
}

export interface Town {
  credit: string | null;
  shapes: readonly Shape[];
  labels: readonly Label[];
}

interface Pack {
  credit: string | null;
  shapes: { kind: Kind; name: string | null; lines: number[][] }[];
  labels: Label[];
}

/** A line's points, of its first one and the steps from each to the next. */
function points(steps: readonly number[]): Point[] {
  let [lat, lon] = [0, 0];
  const found: Point[] = [];
  for (let index = 0; index + 1 < steps.length; index += 2) {
    lat += steps[index] ?? 0;
    lon += steps[index + 1] ?? 0;
    found.push([lat, lon]);
  }
  return found;
}

function boxOf(lines: readonly Point[][]): Box {
  const box = { south: Infinity, west: Infinity, north: -Infinity, east: -Infinity };
  for (const [lat, lon] of lines.flat()) {
    box.south = Math.min(box.south, lat);
    box.north = Math.max(box.north, lat);
    box.west = Math.min(box.west, lon);
    box.east = Math.max(box.east, lon);
  }
  return box;
}

export function readTown(text: string): Town {
  const pack = JSON.parse(text) as Pack;
  const shapes = pack.shapes.map(({ kind, name, lines: steps }) => {
    const lines = steps.map(points);
    return { kind, name, lines, box: boxOf(lines) };
  });
  return { credit: pack.credit, shapes, labels: pack.labels };
}

export const meet = (one: Box, other: Box): boolean =>
  one.south <= other.north && one.north >= other.south && one.west <= other.east && one.east >= other.west;
