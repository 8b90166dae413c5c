// Where a request belongs in the list. Pure.
import type { Case, CaseState, FootageRequest, HomeState } from "./model";

export type Section = "waiting" | "shared" | "held" | "paused" | "refused" | "elsewhere" | "past";

export const UNDECIDED: readonly CaseState[] = ["received", "matched", "held", "reviewing"];
const CAN_LOOK: readonly CaseState[] = ["held", "reviewing"];
const OVER: readonly string[] = ["expired", "withdrawn", "not_live"];

export const isUndecided = (item: Case): boolean => UNDECIDED.includes(item.state);
export const canLook = (item: Case): boolean => CAN_LOOK.includes(item.state) && item.footage_from !== null;

/** Until when recordings that were kept for a request stay here, undecided. */
export function heldUntil(request: FootageRequest, holdAfterExpiryS: number): Date {
  return new Date(new Date(request.expires_at).getTime() + holdAfterExpiryS * 1000);
}

export function isHeldPastExpiry(request: FootageRequest, now: Date, holdAfterExpiryS: number): boolean {
  const kept = request.cases.some((item) => item.state === "lapsed" && item.footage_from !== null);
  return request.refused === "expired" && kept && now < heldUntil(request, holdAfterExpiryS);
}

export function sectionOf(request: FootageRequest, state: HomeState, now: Date, holdAfterExpiryS: number): Section {
  if (request.cases.some((item) => item.share !== null)) return "shared";
  if (isHeldPastExpiry(request, now, holdAfterExpiryS)) return "held";
  if (request.refused !== null) {
    if (request.refused === state.snapshot.trust_rule) return "paused";
    return OVER.includes(request.refused) ? "past" : "refused";
  }
  if (request.cases.some(canLook)) return "waiting";
  return request.cases.some((item) => item.state === "declined") ? "past" : "elsewhere";
}
