/** The live area gauge: one bar to 0.5 square miles with the limits as ticks. */
import { squareMiles, type Area } from "../../../request/src/geometry";
import { find } from "../page";

export type Verdict = "ok" | "warn" | "bad";

const [SMALLEST, ORDINARY, LARGEST] = [0.025, 0.1, 0.5]; // square miles, docs/protocol.md section 4
// Where the limits lie on the bar, in per cent: the ordinary range gets room though it is small.
const STOPS: readonly (readonly [number, number])[] = [[0, 0], [SMALLEST, 5], [ORDINARY, 20], [LARGEST, 86], [0.6, 100]];
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
