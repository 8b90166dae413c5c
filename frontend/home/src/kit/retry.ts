// Asks for what a page is the same without, and again where that failed: a line breaks, a machine has too much to do.
import { isRefusal } from "../api/commands";
import { isLineLost } from "./failure";

export const AGAIN_MS = 5000;
export const TRIES = 3; // what failed so often is not made by asking
const MAY_COME: readonly string[] = ["stills_failed", "storage_failed", "not_enrolled", "unknown_error", "timeout"];

/** Who may not look is told once: each refusal of that is kept for the approvers to see. */
const mayCome = (error: unknown): boolean => !isRefusal(error) || MAY_COME.includes(error.code);

/** The answer; undefined where there is none, or it is wanted no more. A line that broke comes back, and costs no try. */
export async function answered<T>(ask: () => Promise<T>, isWanted: () => boolean, failed: (error: unknown) => void = () => undefined): Promise<T | undefined> {
  for (let tries = TRIES; tries > 0 && isWanted(); ) {
    try {
      return await ask();
    } catch (error) {
      if (isWanted()) failed(error);
      const lost = isLineLost(error);
      if (!lost && !mayCome(error)) return undefined;
      if (!lost) tries -= 1;
    }
    if (tries > 0) await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
  return undefined;
}
