/**
 * The hard limits of a request, judged as each home judges them whatever the hub says (docs/protocol.md section 4): its
 * times, then its area. What lies where is decided in whole numbers, so that every reader agrees. Pure.
 */
import { areaM2, enclosedM2, middle, Plane, type Area, type Circle, type Flat, type Point, type Polygon } from "../../request/src/geometry";
import type { RequestPayload } from "../../request/src/payload";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LENGTH_MS = { least: HOUR_MS / 4, most: 12 * HOUR_MS };
const LOOK_BACK_MOST_MS = 45 * DAY_MS;
const OPEN_MS = { least: HOUR_MS, most: 10 * DAY_MS, urgent: DAY_MS };
const AREA_M2 = { least: 64_750, ordinary: 258_999, most: 1_294_994 };
const ORDINARY_MS = { length: 2 * HOUR_MS, lookBack: 30 * DAY_MS };
const DIAMETER_MOST_M = 1_609;
const HULL_SHARE_LEAST = 0.4;
const EXACT = 2 ** 26; // products of smaller numbers, and what lies between two of them, are whole numbers still

type Edge = readonly [Point, Point];

/** Judge range, look-back and expiry against each other. Throws the broken rule. */
export function checkTimes({ from, until, createdAt, expiresAt, urgent }: RequestPayload): void {
  const [length, open] = [until.getTime() - from.getTime(), expiresAt.getTime() - createdAt.getTime()];
  if (length < LENGTH_MS.least || length > LENGTH_MS.most) throw new Error("range_wrong_length");
  if (until > createdAt) throw new Error("range_in_future");
  if (createdAt.getTime() - from.getTime() > LOOK_BACK_MOST_MS) throw new Error("range_too_old");
  if (open < OPEN_MS.least || open > (urgent ? OPEN_MS.urgent : OPEN_MS.most)) throw new Error("expiry_wrong_length");
}

/** Judge an area's shape, size and place. Throws the broken rule. */
export function checkArea(area: Area, border: Polygon): void {
  if (area.kind === "polygon" && !isSimple(area)) throw new Error("area_not_simple");
  const size = areaM2(area);
  if (size < AREA_M2.least) throw new Error("area_too_small");
  if (size > AREA_M2.most) throw new Error("area_too_large");
  if (diameterM(area) > DIAMETER_MOST_M) throw new Error("area_too_wide");
  if (area.kind === "polygon" && size / (enclosedM2(flat(area, hull(area.points))) || Infinity) < HULL_SHARE_LEAST) throw new Error("area_too_thin");
  if (!isInside(area, border)) throw new Error("outside_jurisdiction");
}

/** Whether the request passes an ordinary limit, so that a second person signs it too. */
export function needsSecond({ urgent, area, from, until, createdAt }: RequestPayload): boolean {
  const [length, lookBack] = [until.getTime() - from.getTime(), createdAt.getTime() - from.getTime()];
  return urgent || areaM2(area) > AREA_M2.ordinary || length > ORDINARY_MS.length || lookBack > ORDINARY_MS.lookBack;
}

function flat(area: Area, points: readonly Point[]): Flat[] {
  const plane = new Plane(middle(area));
  return points.map((point) => plane.flat(point));
}

const after = <T>(them: readonly T[], index: number): T => them[(index + 1) % them.length] as T;

function diameterM(area: Area): number {
  if (area.kind === "circle") return 2 * area.radiusM;
  const corners = flat(area, area.points);
  return Math.max(...corners.flatMap((a) => corners.map((b) => Math.hypot(a.x - b.x, a.y - b.y))));
}

const order = (a: Point, b: Point): number => a.latE7 - b.latE7 || a.lonE7 - b.lonE7;

/** The convex hull, by Andrew's monotone chain. */
function hull(points: readonly Point[]): Point[] {
  const ordered = [...points].sort(order).filter((point, i, all) => i === 0 || !isSame(point, all[i - 1] as Point));
  return ordered.length < 2 ? ordered : [...chain(ordered).slice(0, -1), ...chain(ordered.reverse()).slice(0, -1)];
}

function chain(ordered: readonly Point[]): Point[] {
  const found: Point[] = [];
  for (const point of ordered) {
    while (found.length > 1 && turn(found.at(-2) as Point, found.at(-1) as Point, point) <= 0) found.pop();
    found.push(point);
  }
  return found;
}

/** On which side of the line a-b a point lies: -1, 1, or 0 on it. */
function turn(a: Point, b: Point, c: Point): number {
  const [north, east, toNorth, toEast] = [b.latE7 - a.latE7, b.lonE7 - a.lonE7, c.latE7 - a.latE7, c.lonE7 - a.lonE7];
  const largest = Math.max(Math.abs(north), Math.abs(east), Math.abs(toNorth), Math.abs(toEast));
  if (largest < EXACT) return Math.sign(north * toEast - east * toNorth);
  return Number(BigInt(north) * BigInt(toEast) > BigInt(east) * BigInt(toNorth)) - Number(BigInt(north) * BigInt(toEast) < BigInt(east) * BigInt(toNorth));
}

const isSame = (a: Point, b: Point): boolean => order(a, b) === 0;
const edgesOf = ({ points }: Polygon): Edge[] => points.map((point, i) => [point, after(points, i)]);
const isBetween = (value: number, a: number, b: number): boolean => Math.min(a, b) <= value && value <= Math.max(a, b);

function isOn([a, b]: Edge, point: Point): boolean {
  return isBetween(point.latE7, a.latE7, b.latE7) && isBetween(point.lonE7, a.lonE7, b.lonE7) && turn(a, b, point) === 0;
}

/** Whether two edges cross at a point that is an end of neither. */
function crosses([a, b]: Edge, [c, d]: Edge): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

function touches(one: Edge, other: Edge): boolean {
  return crosses(one, other) || other.some((end) => isOn(one, end)) || one.some((end) => isOn(other, end));
}

const foldsBack = (one: Edge, next: Edge): boolean => isOn(one, next[1]) || isOn(next, one[0]);

/** Whether no two edges touch, but neighbors at their common corner. */
function isSimple(polygon: Polygon): boolean {
  const edges = edgesOf(polygon);
  if (edges.some(([a, b]) => isSame(a, b))) return false;
  return edges.every((one, i) =>
    edges.slice(i + 1).every((other, k) => {
      if (k === 0) return !foldsBack(one, other);
      return i === 0 && k === edges.length - 2 ? !foldsBack(other, one) : !touches(one, other);
    }),
  );
}

/** Whether a point lies in a polygon or on its border. */
function holds(polygon: Polygon, point: Point): boolean {
  const edges = edgesOf(polygon);
  return edges.some((edge) => isOn(edge, point)) || edges.filter((edge) => passes(edge, point)).length % 2 === 1;
}

/** Whether a ray towards the north passes an edge, of which one end counts. */
function passes([a, b]: Edge, point: Point): boolean {
  if (a.lonE7 <= point.lonE7 === b.lonE7 <= point.lonE7) return false;
  const side = turn(a, b, point);
  return b.lonE7 < a.lonE7 ? side < 0 : side > 0;
}

const doubled = (polygon: Polygon): Polygon => ({ kind: "polygon", points: polygon.points.map(({ latE7, lonE7 }) => ({ latE7: 2 * latE7, lonE7: 2 * lonE7 })) });
const halfway = (a: Point, b: Point): Point => ({ latE7: Math.floor((a.latE7 + b.latE7) / 2), lonE7: Math.floor((a.lonE7 + b.lonE7) / 2) });

/** Whether the whole area lies in the jurisdiction, whose border counts as inside. */
function isInside(area: Area, jurisdiction: Polygon): boolean {
  if (area.kind === "circle") return holds(jurisdiction, area.center) && toBorderM(area, jurisdiction) >= area.radiusM;
  const [edges, border] = [edgesOf(doubled(area)), doubled(jurisdiction)]; // doubled: the middle of a piece is a whole number too
  const sides = edgesOf(border);
  if (!edges.every(([start]) => holds(border, start)) || edges.some((edge) => sides.some((side) => crosses(edge, side)))) return false;
  return edges.every((edge) => {
    const stops = [...edge, ...border.points.filter((corner) => isOn(edge, corner))].sort(order);
    return stops.slice(1).every((stop, i) => holds(border, halfway(stops[i] as Point, stop)));
  });
}

function toBorderM({ center }: Circle, { points }: Polygon): number {
  const corners = points.map((point) => new Plane(center).flat(point));
  return Math.min(...corners.map((a, i) => toLineM(a, after(corners, i))));
}

/** How far the piece of line a-b is from the origin. */
function toLineM(a: Flat, b: Flat): number {
  const [x, y] = [b.x - a.x, b.y - a.y];
  const length2 = x ** 2 + y ** 2;
  const part = length2 === 0 ? 0 : Math.max(0, Math.min(1, -(a.x * x + a.y * y) / length2));
  return Math.hypot(a.x + part * x, a.y + part * y);
}
