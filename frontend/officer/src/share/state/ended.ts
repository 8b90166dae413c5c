/** Why a share can no longer be watched on a page, in words. Pure. */
import { both } from "../../../../request/src/times";

export interface Ended {
  readonly name: string;
  readonly text: string;
}

const FORGOTTEN = "It is not shown any more, and this page has forgotten what it had opened of it.";
export const SENSITIVE: Ended = { name: "It is for custodians only now.", text: `Somebody said that it shows a minor or an intimate image. ${FORGOTTEN}` };
export const NOT_YOURS: Ended = { name: "You don’t see this share any more.", text: `You are not in its case any more. ${FORGOTTEN}` };

/** Why a share in this state is watched by nobody; null where it can be. */
export function endOf({ state, withdrawn_at: at }: { readonly state: string; readonly withdrawn_at: string | null }, timeZone: string): Ended | null {
  if (state === "withdrawn") return { name: `Its owner took it back${at === null ? "" : ` on ${both(new Date(at), timeZone)}`}.`, text: FORGOTTEN };
  if (state === "removed") return { name: "Two people decided to delete it.", text: FORGOTTEN };
  if (state === "deleted") return { name: "It was deleted.", text: FORGOTTEN };
  return null;
}
