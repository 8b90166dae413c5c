// What is hidden in the picture: polygons whose corners may move in time, as docs/home-api.md says them. Pure.
import type { Mask } from "../api/model";

export type Corner = [number, number]; // ten-thousandths of the picture, from its upper left corner

/** A mask as it is drawn: one that follows gets a place for each moment at which it is moved. */
export interface Drawn extends Mask {
  follows: boolean;
}

export const UNIT = 10_000;
export const MASKS_MAX = 32; // all of these as many as a manifest lists
export const PLACES_MAX = 64;
export const CORNERS_MIN = 3;
export const CORNERS_MAX = 16;
export const SMALLEST = 100; // a hundredth of the picture: what can still be seen and grabbed
const SAME_MOMENT_MS = 60; // about a picture: a place this near to another is the same

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const clamp = (value: number, lo: number, hi: number): number => Math.round(Math.min(Math.max(value, lo), hi));
export const inside = ([x, y]: Corner): Corner => [clamp(x, 0, UNIT), clamp(y, 0, UNIT)];

export function drawn(masks: readonly Mask[]): Drawn[] {
  return masks.map(({ keys }) => ({ keys, follows: keys.length > 1 }));
}

/** As a command takes them. */
export function said(masks: readonly Mask[]): Mask[] {
  return masks.map(({ keys }) => ({ keys }));
}

export function sameMasks(some: readonly Mask[], others: readonly Mask[]): boolean {
  const form = (masks: readonly Mask[]) => JSON.stringify(masks.map(({ keys }) => keys.map(({ at, corners }) => [Date.parse(at), corners])));
  return form(some) === form(others);
}

/** Where the corners are at a moment (UTC ms): between two places in straight lines, before and after them still. */
export function cornersAt({ keys }: Mask, ms: number): Corner[] {
  const next = keys.findIndex(({ at }) => Date.parse(at) > ms);
  const [before, after] = [keys[next < 0 ? keys.length - 1 : Math.max(0, next - 1)], keys[Math.max(0, next)]];
  if (!before || !after || next <= 0) return before ? before.corners : [];
  const [start, end] = [Date.parse(before.at), Date.parse(after.at)];
  const share = (ms - start) / (end - start);
  return before.corners.map(([x, y], index) => {
    const [toX, toY] = after.corners[index] ?? [x, y];
    return [Math.round(x + (toX - x) * share), Math.round(y + (toY - y) * share)];
  });
}

export function boxOf(corners: readonly Corner[]): Box {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

export const cornersOf = ({ left, top, right, bottom }: Box): Corner[] => [[left, top], [right, top], [right, bottom], [left, bottom]];

/** Whether a mask is an upright box in all its places: then it stays one when a corner is moved. */
export function isBox({ keys }: Mask): boolean {
  return keys.every(({ corners }) => corners.length === 4 && JSON.stringify(cornersOf(boxOf(corners))) === JSON.stringify(corners));
}

/** Moved as a whole, as far as the picture reaches. */
export function shifted(corners: readonly Corner[], dx: number, dy: number): Corner[] {
  const { left, top, right, bottom } = boxOf(corners);
  const [byX, byY] = [clamp(dx, -left, UNIT - right), clamp(dy, -top, UNIT - bottom)];
  return corners.map(([x, y]) => [x + byX, y + byY]);
}

/** Made wider and higher (or less so) from its upper left corner; at the picture's edge to the other side. */
export function stretched(corners: readonly Corner[], dw: number, dh: number): Corner[] {
  const { left, top, right, bottom } = boxOf(corners);
  const [width, height] = [clamp(right - left + dw, SMALLEST, UNIT), clamp(bottom - top + dh, SMALLEST, UNIT)];
  const [newLeft, newTop] = [Math.min(left, UNIT - width), Math.min(top, UNIT - height)];
  const scale = (value: number, from: number, length: number, to: number, wanted: number) => Math.round(to + ((value - from) / Math.max(1, length)) * wanted);
  return corners.map(([x, y]) => [scale(x, left, right - left, newLeft, width), scale(y, top, bottom - top, newTop, height)]);
}

/** One corner moved; of a box the two beside it come along, and it does not pass the opposite one. */
export function cornerMoved(corners: readonly Corner[], index: number, to: Corner, box: boolean): Corner[] {
  const goal = inside(to);
  const opposite = corners[(index + 2) % 4];
  if (!box || !opposite) return corners.map((corner, other) => (other === index ? goal : corner));
  const [onLeft, onTop] = [index === 0 || index === 3, index < 2];
  const x = onLeft ? Math.min(goal[0], opposite[0] - SMALLEST) : Math.max(goal[0], opposite[0] + SMALLEST);
  const y = onTop ? Math.min(goal[1], opposite[1] - SMALLEST) : Math.max(goal[1], opposite[1] + SMALLEST);
  const [a, b] = [inside([x, y]), opposite];
  return cornersOf(boxOf([a, b]));
}

/** Which of a mask's places is of this moment, or -1. */
export function placeAt({ keys }: Mask, ms: number): number {
  return keys.findIndex(({ at }) => Math.abs(Date.parse(at) - ms) <= SAME_MOMENT_MS);
}

/** The mask with these corners at a moment: one that stays has only one place; undefined where no place more fits. */
export function reshaped(mask: Drawn, ms: number, corners: Corner[]): Drawn | undefined {
  if (!mask.follows) return { ...mask, keys: mask.keys.slice(0, 1).map(({ at }) => ({ at, corners })) };
  const index = placeAt(mask, ms);
  if (index >= 0) return { ...mask, keys: mask.keys.map((key, other) => (other === index ? { ...key, corners } : key)) };
  if (mask.keys.length >= PLACES_MAX) return undefined;
  const keys = [...mask.keys, { at: new Date(ms).toISOString(), corners }].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return { ...mask, keys };
}

/** One corner more, halfway to the next, in all places. */
export function withCorner(mask: Drawn, index: number): Drawn {
  const more = (corners: Corner[]): Corner[] => {
    const [[x, y], [nextX, nextY]] = [corners[index] as Corner, corners[(index + 1) % corners.length] as Corner];
    return [...corners.slice(0, index + 1), inside([(x + nextX) / 2, (y + nextY) / 2]), ...corners.slice(index + 1)];
  };
  return { ...mask, keys: mask.keys.map(({ at, corners }) => ({ at, corners: more(corners) })) };
}

export function withoutCorner(mask: Drawn, index: number): Drawn {
  return { ...mask, keys: mask.keys.map(({ at, corners }) => ({ at, corners: corners.filter((_, other) => other !== index) })) };
}
