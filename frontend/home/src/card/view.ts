// What the dashboard's card says, out of what the home knows: one thing above all, the rest in rows. Pure.
import type { FootageRequest, HomeState, Share } from "../api/model";
import { canLook, heldUntil, sectionOf } from "../cases/state";

export type Head = "waiting" | "sending" | "withdrawn" | "refused" | "held" | "papers" | "away" | "calm";
export type RowKind = "waiting" | "sending" | "withdrawn" | "refused" | "held" | "elsewhere" | "shared";

export interface Row {
  kind: RowKind;
  request: FootageRequest;
}

export interface CardView {
  head: Head;
  subject: FootageRequest | null; // the one request that the card is about, where it is about one
  sending: FootageRequest | null; // the first of those whose clips are on their way, where that is told first
  ended: string[]; // what a reader can put away: requests that were withdrawn or refused, where that is told first
  counts: Record<RowKind, number>;
  rows: Row[];
  more: number; // rows that have no room
}

const ROWS_MOST = 5; // a card is a glance; the page has all of them
const HEADS: readonly RowKind[] = ["waiting", "sending", "withdrawn", "refused", "held"];
const ORDER: readonly RowKind[] = [...HEADS, "elsewhere", "shared"];
const BODIES: readonly Head[] = ["waiting", "withdrawn", "held"]; // heads that have something to tell of one request
const IN_HAND = ["approved", "sealed", "uploaded"];
const SETTLED = ["accepted", "withdrawn", "deleted"];

export const sharesOf = (request: FootageRequest): Share[] => request.cases.flatMap(({ share }) => (share ? [share] : []));
export const isSending = (share: Share): boolean => IN_HAND.includes(share.state) && !share.withdraw_wanted;
/** Whether the owner can still take it back. */
export const isOpen = (share: Share): boolean => share.state === "receipted" && !share.receipts.some(({ event }) => SETTLED.includes(event));
export const timesViewed = (shares: readonly Share[]): number => shares.flatMap(({ receipts }) => receipts).filter(({ event }) => event === "fetched").length;

function kindOf(request: FootageRequest, home: HomeState, now: Date, holdS: number, dismissed: ReadonlySet<string>): RowKind | null {
  const section = sectionOf(request, home, now, holdS);
  if (section === "waiting" || section === "held") return section;
  if (section === "shared") {
    const shares = sharesOf(request);
    return shares.some(isSending) ? "sending" : shares.some(isOpen) ? "shared" : null;
  }
  if (dismissed.has(request.request_id) || Date.parse(request.expires_at) <= now.getTime()) return null;
  if (section === "refused") return "refused";
  if (section === "elsewhere") return request.cases.length > 0 ? "elsewhere" : null;
  return request.refused === "withdrawn" && request.cases.some(({ state }) => state === "lapsed") ? "withdrawn" : null;
}

function headOf(home: HomeState, counts: Record<RowKind, number>): Head {
  const { link, trust_rule } = home.snapshot;
  const first = HEADS.find((kind) => counts[kind] > 0) as Head | undefined;
  if (first) return first;
  if (trust_rule && trust_rule !== "papers_missing") return "papers";
  return link === "away" || link === "refused" ? "away" : "calm";
}

export function cardView(home: HomeState, now: Date, holdS: number, dismissed: ReadonlySet<string>): CardView {
  const found = home.requests.flatMap((request): Row[] => {
    const kind = kindOf(request, home, now, holdS, dismissed);
    return kind ? [{ kind, request }] : [];
  });
  const of = (kind: RowKind) => found.filter((row) => row.kind === kind);
  const counts = Object.fromEntries(ORDER.map((kind) => [kind, of(kind).length])) as Record<RowKind, number>;
  const head = headOf(home, counts);
  const told = of(head as RowKind).map(({ request }) => request);
  const about = BODIES.includes(head) ? told : [];
  const soonest = (one: FootageRequest, two: FootageRequest) => heldUntil(one, holdS).getTime() - heldUntil(two, holdS).getTime();
  const subject = (head === "held" ? about.toSorted(soonest)[0] : about.length === 1 ? about[0] : undefined) ?? null;
  const rows = ORDER.flatMap(of).filter(({ request, kind }) => request !== subject && !(kind === "sending" && head === "sending"));
  const ended = head === "withdrawn" || head === "refused" ? told.map(({ request_id }) => request_id) : [];
  return { head, subject, sending: head === "sending" ? (told[0] ?? null) : null, ended, counts, rows: rows.slice(0, ROWS_MOST), more: Math.max(0, rows.length - ROWS_MOST) };
}

/** Whether nothing is asked of the owner, and nothing is wrong. */
export const isQuiet = ({ head }: CardView): boolean => head === "calm";

/** How many cameras have something of the time asked for. */
export const camerasOf = (request: FootageRequest): number => new Set(request.cases.filter(canLook).map(({ camera_id }) => camera_id)).size;
