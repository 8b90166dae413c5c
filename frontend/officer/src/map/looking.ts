/** Moving a map's view by keys: arrows, and plus and minus. */
import type { View } from "./view";

const PAN_PX = 80;
export const ZOOM_STEP = 1.5;

const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, PAN_PX],
  ArrowDown: [0, -PAN_PX],
  ArrowLeft: [PAN_PX, 0],
  ArrowRight: [-PAN_PX, 0],
};

/** Do what a key says to the view; any other key is left alone. */
export function lookAround(view: View, event: KeyboardEvent): void {
  const pan = PANS[event.key];
  if (pan !== undefined) view.panPixels(...pan);
  else if (event.key === "+" || event.key === "=") view.zoom(1 / ZOOM_STEP);
  else if (event.key === "-") view.zoom(ZOOM_STEP);
  else return;
  event.preventDefault();
}
