/** The live area gauge: one bar to the largest area with the policy’s limits as ticks. */
import { M2_PER_SQUARE_MILE, squareMiles, type Area } from "../../../request/src/geometry";
import { find, pageData } from "../page";

export type Verdict = "ok" | "warn" | "bad";

/** The policy’s limits, as the page’s data has them. */
export interface AreaLimits {
  readonly area_least_m2: number;
  readonly area_ordinary_m2: number;
  readonly area_max_m2: number;
}

const { area_least_m2, area_ordinary_m2, area_max_m2 } = pageData<{ limits: AreaLimits }>().limits;
const [SMALLEST, ORDINARY, LARGEST] = [area_least_m2 / M2_PER_SQUARE_MILE, area_ordinary_m2 / M2_PER_SQUARE_MILE, area_max_m2 / M2_PER_SQUARE_MILE];
// Where the limits lie on the bar, in per cent: the ordinary range gets room though it is small.
const STOPS: readonly (readonly [number, number])[] = [[0, 0], [SMALLEST, 5], [ORDINARY, 20], [LARGEST, 86], [LARGEST * 1.2, 100]];
const WORDS: Record<Verdict, string> = { ok: "Within limits", warn: "Supervisor", bad: "Refused" };
const CHIP: Record<Verdict, string> = { ok: "is-home", warn: "is-warn", bad: "is-bad" };

export function judge(area: Area): Verdict {
  const size = squareMiles(area);
  if (size < SMALLEST || size > LARGEST) return "bad";
  return size > ORDINARY ? "warn" : "ok";
}

function position(size: number): number {
  for (let i = 1; i < STOPS.length; i += 1) {
    const [[fromSize, from], [toSize, to]] = [STOPS[i - 1] as readonly [number, number], STOPS[i] as readonly [number, number]];
    if (size <= toSize) return from + ((size - fromSize) / (toSize - fromSize)) * (to - from);
  }
  return 100;
}

/** A limit as its tick has it: no digits that say nothing. */
const tick = (size: number) => String(Number(size.toFixed(3)));

for (const [id, size] of [["least", SMALLEST], ["ordinary", ORDINARY], ["most", LARGEST]] as const) {
  find(`#tick-${id}`).textContent = tick(size);
}

/** A size within what an officer asks for alone, so far below it that rounding stays within. */
export const SHRUNK_M2 = area_ordinary_m2 * 0.996;
export const SHRINK_WORDS = `Shrink to ${tick(ORDINARY)} sq mi`;

export function showGauge(area: Area | null): void {
  const chip = find("#area-verdict");
  const needle = find("#area-needle");
  chip.hidden = area === null;
  needle.hidden = area === null;
  find("#area-size").textContent = area === null ? "–" : squareMiles(area).toFixed(3);
  if (area === null) return;
  const verdict = judge(area);
  chip.textContent = squareMiles(area) < SMALLEST ? "Too small" : WORDS[verdict];
  chip.className = `chip ${CHIP[verdict]}`;
  needle.style.left = `${position(squareMiles(area))}%`;
}
