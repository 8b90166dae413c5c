// Requests, cases, clips and homes for tests: each with what the test is about, the rest as usual.
import type { Case, Clip, FootageRequest, HomeState, Share } from "../src/api/model";

export const NOW = new Date("2026-11-12T16:30:00Z");
export const FROM = Date.parse("2026-11-10T07:10:00Z");
export const MINUTE = 60_000;
/** The time so many minutes after the beginning of what was asked for. */
export const at = (minutes: number): string => new Date(FROM + minutes * MINUTE).toISOString();
export const part = (from: number, until: number) => ({ from: new Date(FROM + from * MINUTE), until: new Date(FROM + until * MINUTE) });
/** Parts as minutes, for reading. */
export const minutes = (ranges: readonly { from: Date; until: Date }[]): [number, number][] =>
  ranges.map(({ from, until }) => [(from.getTime() - FROM) / MINUTE, (until.getTime() - FROM) / MINUTE]);

export function clip(spans: readonly [number, number][] = [[10, 12]], changes: Partial<Clip> = {}): Clip {
  let stored = 0;
  const ranges = spans.map(([from, until]) => {
    const range = { from: at(from), until: at(until), first_frame: at(from), stored_ms: stored };
    stored += (until - from) * MINUTE;
    return range;
  });
  return {
    clip_sha256: "9f".repeat(32), from: at(spans[0]?.[0] ?? 0), until: at(spans.at(-1)?.[1] ?? 0), ranges, size_bytes: 1, audio: "removed",
    masks: [], gaps: [], offset_ms: 0, uncertainty_ms: 600, clock_method: "arrival", preview_sha256: null, resized_at: [], ...changes,
  };
}

export function item(changes: Partial<Case> = {}): Case {
  return {
    case_id: "cd", request_id: "ab", camera_id: "drive", camera_name: "Driveway", file: null, state: "held", footage_from: at(0), footage_until: at(90),
    gaps: [], source: "here", clock_put: false, cutting: null, copied: null, kept_until: null, hold_trouble: null, clip: null, share: null, ...changes,
  };
}

export function request(cases: readonly Case[] = [], changes: Partial<FootageRequest> = {}): FootageRequest {
  return {
    request_id: "ab", refused: null, refused_detail: "", notices: [], logged: null, officer_name: "", approver_name: null, badge: "2147", agency_name: "Milton PD",
    contact: "", case_number: "26-104417", offence_name: "", reason: "", urgent: false, drill: false, by_code: false, code_typed: false,
    area: { kind: "circle", center: [341_000_000, -843_000_000], radius_m: 100 }, from: at(0), until: at(90), created_at: at(0),
    expires_at: "2026-11-17T16:30:00Z", recipients_sha256: "", custodians_sha256: "", recipients: [], cases: [...cases], tag: null, ...changes,
  };
}

export function share(changes: Partial<Share> = {}): Share {
  return {
    share_id: "5e", state: "receipted", size_bytes: 1, sealed_bytes: 1, sent_bytes: 1, approved_at: at(0), withdraw_wanted: false, withdraw_refused: null,
    custodians_only: false, flag_wanted: false, flag_refused: null, unflagged: false, early_wanted: false, early_refused: null, passing: [],
    sources_said_until: null, sources_kept_until: null, receipts: [], trouble: null, ...changes,
  };
}

export function home(requests: readonly FootageRequest[], snapshot: Partial<HomeState["snapshot"]> = {}, paused = false): HomeState {
  const household = { paused, paused_until: null };
  return { requests, household, snapshot: { open_requests: 0, link: "mqtt", last_contact: null, trust_rule: null, ...snapshot } } as unknown as HomeState;
}
