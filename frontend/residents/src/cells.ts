/** The fixed grid of the world in which a camera's place is made coarse (docs/protocol.md section 14): integers only. */
import type { Point } from "../../request/src/geometry";

const ROW_HEIGHT_E7 = 25_000; // 278 m
const ROWS_PER_DEGREE = 400;
const LONGITUDE_MAX_E7 = 1_800_000_000;
// prettier-ignore
const COLUMN_WIDTHS_E7 = [ // by the degree of latitude, from the equator to 80 degrees
  20951, 20961, 20977, 20999, 21028, 21063, 21105, 21154, 21209, 21271,
  21340, 21416, 21499, 21589, 21687, 21792, 21905, 22026, 22155, 22292,
  22438, 22593, 22757, 22930, 23113, 23307, 23510, 23725, 23951, 24188,
  24438, 24701, 24977, 25268, 25572, 25893, 26229, 26583, 26955, 27345,
  27756, 28188, 28642, 29121, 29624, 30155, 30715, 31306, 31930, 32589,
  33286, 34025, 34807, 35638, 36521, 37460, 38461, 39530, 40672, 41895,
  43208, 44619, 46141, 47785, 49566, 51501, 53611, 55919, 58453, 61246,
  64341, 67787, 71647, 75996, 80935, 86588, 93120, 100752, 109782, 120631,
];
const TEXT = /^(0|-?[1-9][0-9]{0,5})\.(0|-?[1-9][0-9]{0,5})$/;

export interface Cell {
  readonly row: number;
  readonly column: number;
}
export interface Bounds {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

function widthE7(row: number): number {
  const degree = Math.floor(row / ROWS_PER_DEGREE);
  const width = COLUMN_WIDTHS_E7[Math.max(degree, -1 - degree)];
  if (width === undefined) throw new Error("out_of_bounds: cell");
  return width;
}

function checked(cell: Cell): Cell {
  const { west, east } = boundsOf(cell);
  if (west < -LONGITUDE_MAX_E7 || east > LONGITUDE_MAX_E7) throw new Error("out_of_bounds: cell");
  return cell;
}

/** The cell that holds a point; throws where the grid doesn't reach. */
export function cellAt({ latE7, lonE7 }: Point): Cell {
  const row = Math.floor(latE7 / ROW_HEIGHT_E7);
  return checked({ row, column: Math.floor(lonE7 / widthE7(row)) });
}

/** The edges of a cell in 10^-7 degree. South and west belong to it. */
export function boundsOf({ row, column }: Cell): Bounds {
  const width = widthE7(row);
  const [south, west] = [row * ROW_HEIGHT_E7, column * width];
  return { south, west, north: south + ROW_HEIGHT_E7, east: west + width };
}

/** The cell as messages name it. */
export function cellText({ row, column }: Cell): string {
  return `${row}.${column}`;
}

/** The cell that a text names; throws for any other form of it. */
export function readCell(text: string): Cell {
  const [, row, column] = TEXT.exec(text) ?? [];
  if (row === undefined || column === undefined) throw new Error("out_of_bounds: cell");
  return checked({ row: Number(row), column: Number(column) });
}
