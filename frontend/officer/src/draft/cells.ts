/** The cells of the camera registry that have at least five cameras: fixed squares, the same whatever is drawn. */
import { find, get } from "../page";

export interface CellCount {
  readonly south: number; // edges in 1e-7 degree
  readonly west: number;
  readonly north: number;
  readonly east: number;
  readonly bucket: "some" | "many";
}

export const BUCKETS = { some: "5–9", many: "10+" } as const;

function squares(count: number): string {
  return count === 1 ? "1 square" : `${count} squares`;
}

/** What the map shows, for who doesn't see it. */
export function cellsWords(cells: readonly CellCount[]): string {
  const many = cells.filter(({ bucket }) => bucket === "many").length;
  if (cells.length === 0) return "Each square has fewer than 5.";
  return `${squares(many)} with ${BUCKETS.many}, ${squares(cells.length - many)} with ${BUCKETS.some}. All others have fewer than 5.`;
}

/** Load the cells and say what they are; none can be had, and the map is as useful without them. */
export async function loadCells(): Promise<readonly CellCount[]> {
  const said = find("#registered");
  try {
    const { cells } = await get<{ readonly cells: readonly CellCount[] }>("/api/registry/cells");
    said.textContent = cellsWords(cells);
    return cells;
  } catch {
    said.textContent = "The counts can’t be loaded now. Reload this page to try again.";
    return [];
  }
}
