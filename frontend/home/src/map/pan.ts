// Where a map's middle goes when its picture is pushed. Pure.
import type { Frame } from "./frame";
import type { Point } from "../api/model";
import { Plane } from "./plane";

const STEP = 0.15; // of the picture, for a key
const WIDE_STEP = 0.5;
const FARTHEST = 3; // whole pictures from the first middle: farther away there is nothing to see for a request

/** The middle after the picture was pushed so many pixels to the right and down; `whole` is the picture that a map begins with. */
export function pushed(frame: Frame, whole: Frame, right: number, down: number): Point {
  const plane = new Plane(whole.middle);
  const { x, y } = plane.at(frame.point({ x: frame.width / 2 - right, y: frame.height / 2 - down }));
  const within = (value: number, size: number) => Math.min(Math.max(value, -FARTHEST * size), FARTHEST * size);
  return plane.point({ x: within(x, whole.width / whole.scale), y: within(y, whole.height / whole.scale) });
}

/** How far an arrow key pushes the picture, in pixels; undefined: it doesn't. It goes where the arrow points, the picture the other way. */
export function keyed(frame: Frame, key: string, wide: boolean): readonly [right: number, down: number] | undefined {
  const share = wide ? WIDE_STEP : STEP;
  const steps: Record<string, readonly [number, number]> = {
    ArrowLeft: [frame.width * share, 0], ArrowRight: [-frame.width * share, 0], ArrowUp: [0, frame.height * share], ArrowDown: [0, -frame.height * share],
  };
  return Object.hasOwn(steps, key) ? steps[key] : undefined;
}
