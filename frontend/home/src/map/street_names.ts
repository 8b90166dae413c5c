// Where the names on a map stand: along their street, once, and none over another.
import type { Frame } from "./frame";
import type { XY } from "./plane";
import type { Shape, Town } from "./town";

const CHARACTER_PX = 6.4;
const LINE_PX = 16;
const EDGE_PX = 10;
const NAMES_MAX = 24;

export interface Name {
  text: string;
  at: XY;
  angle_deg: number;
}

/** The part of a step that lies inside of the frame, as shares of it. */
function inside(from: XY, to: XY, frame: Frame): [number, number] | undefined {
  let [first, last] = [0, 1];
  for (const [start, step, end] of [
    [from.x, to.x - from.x, frame.width],
    [from.y, to.y - from.y, frame.height],
  ] as const) {
    if (step === 0) {
      if (start < EDGE_PX || start > end - EDGE_PX) return undefined;
      continue;
    }
    const [one, other] = [(EDGE_PX - start) / step, (end - EDGE_PX - start) / step];
    first = Math.max(first, Math.min(one, other));
    last = Math.min(last, Math.max(one, other));
  }
  return first < last ? [first, last] : undefined;
}

const between = (from: XY, to: XY, share: number): XY => ({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });

/** No name stands on its head. */
export const upright = (angle_deg: number): number => (angle_deg > 90 ? angle_deg - 180 : angle_deg < -90 ? angle_deg + 180 : angle_deg);

/** The straightest long piece of a street that is seen: a name stands in its middle. */
function longest(shape: Shape, frame: Frame): { from: XY; to: XY; length: number } | undefined {
  let best: { from: XY; to: XY; length: number } | undefined;
  for (const line of shape.lines) {
    const pixels = line.map((point) => frame.pixel(point));
    for (let index = 0; index + 1 < pixels.length; index += 1) {
      // Some steps together, as long as they go the same way: streets are drawn in short ones.
      for (const reach of [1, 2, 4, 8]) {
        const [from, to] = [pixels[index], pixels[index + reach]];
        if (!from || !to) break;
        const middle = pixels[index + reach / 2];
        if (reach > 1 && middle && Math.hypot(middle.x - (from.x + to.x) / 2, middle.y - (from.y + to.y) / 2) > LINE_PX / 4) break;
        const seen = inside(from, to, frame);
        if (!seen) continue;
        const piece = { from: between(from, to, seen[0]), to: between(from, to, seen[1]) };
        const length = Math.hypot(piece.to.x - piece.from.x, piece.to.y - piece.from.y);
        if (length > (best?.length ?? 0)) best = { ...piece, length };
      }
    }
  }
  return best;
}

function along(shape: Shape, text: string, frame: Frame): (Name & { length: number }) | undefined {
  const piece = longest(shape, frame);
  if (!piece || piece.length < text.length * CHARACTER_PX) return undefined;
  const angle = (Math.atan2(piece.to.y - piece.from.y, piece.to.x - piece.from.x) * 180) / Math.PI;
  return { text, at: between(piece.from, piece.to, 0.5), angle_deg: Math.round(upright(angle)), length: piece.length };
}

const halfWidth = ({ text }: Name): number => (text.length * CHARACTER_PX) / 2;

export function namesOf(town: Town, shapes: readonly Shape[], frame: Frame): Name[] {
  const alone = town.labels
    .map(({ name, at, angle_deg }): Name => ({ text: name, at: frame.pixel(at), angle_deg }))
    .filter((name) => frame.holds(name.at, EDGE_PX));
  const streets = shapes
    .flatMap((shape) => (shape.name ? (along(shape, shape.name, frame) ?? []) : []))
    .sort((one, other) => other.length - one.length);
  const placed: Name[] = [];
  for (const name of [...alone, ...streets]) {
    if (placed.length >= NAMES_MAX) break;
    const clear = placed.every((other) => other.text !== name.text && Math.hypot(other.at.x - name.at.x, other.at.y - name.at.y) > Math.max(LINE_PX, (halfWidth(other) + halfWidth(name)) * 0.7));
    if (clear) placed.push(name);
  }
  return placed;
}
