// Where a request belongs in the list. Pure.
import type { Case, CaseState, Clip, FootageRequest, HomeState, Receipt, Share } from "../api/model";

export type Section = "waiting" | "shared" | "held" | "paused" | "refused" | "unasked" | "elsewhere" | "past";

export const UNDECIDED: readonly CaseState[] = ["received", "matched", "held", "reviewing"];
const CAN_LOOK: readonly CaseState[] = ["held", "reviewing"];
const OVER: readonly string[] = ["expired", "withdrawn", "not_live"];
const UNPROVEN = "log_not_followed"; // the home has asked the hub for the proof

/** Whether a request is only for homes with a code, which nobody typed here. */
export const wantsCode = ({ by_code, code_typed }: FootageRequest): boolean => by_code && !code_typed;

export const isUndecided = (item: Case): boolean => UNDECIDED.includes(item.state);
/** How much of the time asked for is recorded, gaps taken off. */
export function recordedMs(request: FootageRequest, item: Case): number {
  const [from, until] = [Date.parse(item.footage_from ?? request.from), Date.parse(item.footage_until ?? request.until)];
  const missing = item.gaps.map((gap) => Math.min(Date.parse(gap.until), until) - Math.max(Date.parse(gap.from), from));
  return missing.reduce((left, ms) => left - Math.max(0, ms), until - from);
}

export const canLook = (item: Case): boolean => CAN_LOOK.includes(item.state) && item.footage_from !== null;

/** Whether it isn't known yet what was recorded: it is still copied, or who has it can't be asked. */
export const isUnclear = (item: Case): boolean => isUndecided(item) && item.file === null && !canLook(item) && (item.copied !== null || item.hold_trouble !== null);

/** Until when recordings that were kept for a request stay here, undecided. */
export function heldUntil(request: FootageRequest, holdAfterExpiryS: number): Date {
  return new Date(new Date(request.expires_at).getTime() + holdAfterExpiryS * 1000);
}

/** Whether recordings of an undecided case outlived its request. */
export const isLeft = (item: Case): boolean => item.state === "lapsed" && item.share === null && item.footage_from !== null;

export function isHeldPastExpiry(request: FootageRequest, now: Date, holdAfterExpiryS: number): boolean {
  return request.refused === "expired" && request.cases.some(isLeft) && now < heldUntil(request, holdAfterExpiryS);
}

/** What the police asked the owner about a share, answered or not: whom outside they may pass it on to. */
export function questionsOf(share: Share): Receipt[] {
  if (share.state !== "receipted" || share.withdraw_wanted || share.receipts.some(({ event }) => event === "withdrawn" || event === "deleted")) return [];
  return share.receipts.filter(({ event, to }) => event === "asked" && to !== null);
}

/** Those of them that nobody answered, while there is time to. */
export function openQuestions(share: Share, now: Date): Receipt[] {
  const isSaid = (number: number): boolean => share.passing.some(({ question }) => question === number);
  return questionsOf(share).filter(({ to, sequence }) => Date.parse(to!.until) > now.getTime() && !isSaid(sequence));
}

export type Standing = "police" | "way" | "deleted" | "withdrawn" | "lapsed";

/** Where all that was shared for a request is, in one word: what the police have before what is over. */
export function standingOf(shares: readonly Share[]): Standing {
  const isDeleted = ({ receipts }: Share): boolean => receipts.some(({ event }) => event === "deleted");
  const each = shares.map((share): Standing => {
    if (share.state === "withdrawn" || share.state === "lapsed") return share.state;
    if (share.state !== "receipted") return "way";
    return isDeleted(share) ? "deleted" : "police";
  });
  return (["police", "way", "deleted", "withdrawn"] as const).find((one) => each.includes(one)) ?? "lapsed";
}

/** Whether a file was added whose time nobody has said yet. */
export const wantsTime = (request: FootageRequest): boolean => request.cases.some((item) => isUndecided(item) && item.file !== null && item.file.at === null);

export function sectionOf(request: FootageRequest, state: HomeState, now: Date, holdAfterExpiryS: number): Section {
  if (request.cases.some((item) => item.share !== null)) return "shared";
  if (isHeldPastExpiry(request, now, holdAfterExpiryS)) return "held";
  if (request.refused !== null) {
    if (request.refused === state.snapshot.trust_rule || request.refused === UNPROVEN) return "paused";
    return OVER.includes(request.refused) ? "past" : "refused";
  }
  if (request.cases.some(canLook)) return "waiting";
  if (request.cases.some((item) => item.state === "declined")) return "past";
  return state.household.paused && request.cases.length === 0 && !wantsCode(request) ? "unasked" : "elsewhere"; // by a pause no camera was asked
}

/** The wall time of what a clip shows at some millisecond of it, by where its ranges are. */
export function wallTime(clip: Clip, shownMs: number): Date {
  const { stored_ms: at, first_frame: first } = clip.ranges.findLast(({ stored_ms }) => stored_ms !== null && stored_ms <= shownMs) ?? {};
  return new Date(Date.parse(first ?? clip.from) + shownMs - (at ?? 0));
}

/** The millisecond of a clip that shows a wall time, or the nearest that it shows. */
export function clipMs(clip: Clip, time: number): number {
  const range = clip.ranges.findLast(({ from, stored_ms }) => stored_ms !== null && Date.parse(from) <= time) ?? clip.ranges.find(({ stored_ms }) => stored_ms !== null);
  if (!range || range.stored_ms === null) return 0;
  const end = Math.min(time, Date.parse(range.until));
  return Math.max(range.stored_ms, range.stored_ms + end - Date.parse(range.first_frame ?? range.from));
}
