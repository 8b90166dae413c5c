// What a handle on a camera's map does to where it hangs, where it looks and what it sees. Pure.
import type { Frame } from "./frame";
import type { CameraSettings, Point } from "../api/model";
import type { XY } from "./plane";

export type Handle = "place" | "tip" | "edge";
/** A camera that has a place. */
export type Placed = CameraSettings & { position: Point };

export const RANGE_M = [5, 100] as const;
export const VIEW_DEG = [10, 360] as const;
const APART_PX = 52; // between two handles: each is under a finger of its own
const FARTHEST = 0.44; // of the picture: a view that is longer is grabbed inside of it
const STEP_M = 0.5;
const WIDE_STEP_M = 5;
const STEP_DEG = 1;
const WIDE_STEP_DEG = 10;

const between = (value: number, [lo, hi]: readonly [number, number]): number => Math.min(hi, Math.max(lo, Math.round(value)));
const radians = (deg: number): number => (deg * Math.PI) / 180;
const around = (deg: number): number => ((Math.round(deg) % 360) + 360) % 360;
const beside = (at: XY, deg: number, px: number): XY => ({ x: at.x + Math.sin(radians(deg)) * px, y: at.y - Math.cos(radians(deg)) * px });
/** The shorter way round from one direction to another. */
const turn = (from: number, to: number): number => ((((to - from) % 360) + 540) % 360) - 180;

interface Reading {
  deg: number;
  px: number;
}

/** The direction of a step to the right and down, 0 north, 90 east. */
export const headingOf = (x: number, y: number): number => around((Math.atan2(x, -y) * 180) / Math.PI);

const read = (at: XY, to: XY): Reading => ({ deg: (Math.atan2(to.x - at.x, at.y - to.y) * 180) / Math.PI, px: Math.hypot(to.x - at.x, to.y - at.y) });

/** Where each handle lies: at the camera, at the end of its view, at its right side; never so near that one covers another. */
export function handlesOf(frame: Frame, { position, heading_deg, field_of_view_deg, range_m }: Placed): Record<Handle, XY> {
  const place = frame.pixel(position);
  const reach = Math.min(Math.max(range_m * frame.scale, APART_PX), frame.width * FARTHEST);
  const aside = Math.max(field_of_view_deg / 2, (2 * Math.asin(Math.min(1, APART_PX / 2 / reach)) * 180) / Math.PI);
  return { place, tip: beside(place, heading_deg, reach), edge: beside(place, heading_deg + aside, reach) };
}

/** What becomes of the camera when a handle that was grabbed at `from` is at `to`: it moves by what the pointer does. */
export function dragged(handle: Handle, frame: Frame, before: Placed, from: XY, to: XY): Partial<Placed> {
  const at = frame.pixel(before.position);
  if (handle === "place") return { position: frame.point({ x: at.x + to.x - from.x, y: at.y + to.y - from.y }) };
  const [was, is] = [read(at, from), read(at, to)];
  const turned = turn(was.deg, is.deg);
  if (handle === "tip") return { heading_deg: around(before.heading_deg + turned), range_m: between(before.range_m + (is.px - was.px) / frame.scale, RANGE_M) };
  return { field_of_view_deg: between(before.field_of_view_deg + 2 * turned, VIEW_DEG) };
}

/** What an arrow key does to a handle that is focused; undefined: nothing. */
export function keyed(handle: Handle, frame: Frame, before: Placed, key: string, wide: boolean): Partial<Placed> | undefined {
  const found: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (!Object.hasOwn(found, key)) return undefined;
  const [x, y] = found[key] ?? [0, 0];
  const [meters, deg] = wide ? [WIDE_STEP_M, WIDE_STEP_DEG] : [STEP_M, STEP_DEG];
  if (handle === "place") return { position: frame.plane.point(moved(frame.plane.at(before.position), x * meters, y * meters)) };
  if (handle === "tip") {
    return x ? { heading_deg: around(before.heading_deg + x * deg) } : { range_m: between(before.range_m - y * (wide ? WIDE_STEP_M : 1), RANGE_M) };
  }
  return { field_of_view_deg: between(before.field_of_view_deg + (x - y) * deg, VIEW_DEG) };
}

const moved = (at: XY, x: number, y: number): XY => ({ x: at.x + x, y: at.y + y });
