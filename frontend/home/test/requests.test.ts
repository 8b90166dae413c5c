import { describe, expect, test } from "vitest";
import { camerasOf, cardView, isQuiet } from "../src/card/view";
import { firstMoment, hours, noticed, recordedSpans } from "../src/review/lane";
import { around } from "../src/review/marks";
import type { CaseState, Receipt } from "../src/api/model";
import { firstSelection, isAsAsked, isCurrent } from "../src/review/selection";
import { canLook, clipMs, heldUntil, isUnclear, recordedMs, sectionOf, standingOf, wallTime, wantsCode } from "../src/cases/state";
import { at, clip, FROM, home, item, MINUTE, minutes, NOW, part, request, share } from "./made";

const HOLD_S = 72 * 3600;
const section = (one: Parameters<typeof sectionOf>[0], trust: string | null = null) => sectionOf(one, home([one], { trust_rule: trust }), NOW, HOLD_S);

describe("where a request stands", () => {
  test.each<[CaseState, string]>([["held", "waiting"], ["reviewing", "waiting"], ["received", "elsewhere"], ["matched", "elsewhere"], ["declined", "past"]])("%s: %s", (state, place) => {
    expect(section(request([item({ state })]))).toBe(place);
  });

  test("by what was decided before what was refused", () => {
    expect(section(request([item({ state: "receipted", share: share() })], { refused: "revoked" }))).toBe("shared");
    expect(section(request([item()], { refused: "revoked" }))).toBe("refused");
    expect(section(request([item()], { refused: "live_expired" }), "live_expired")).toBe("paused");
    expect(section(request([item()], { refused: "log_not_followed" }))).toBe("paused");
    expect(section(request([item({ state: "lapsed", footage_from: null })], { refused: "expired" }))).toBe("past");
  });

  test("held past its end until the hold is over", () => {
    const ended = (hours_: number) => request([item({ state: "lapsed" })], { refused: "expired", expires_at: new Date(NOW.getTime() - hours_ * 3_600_000).toISOString() });
    expect(section(ended(71))).toBe("held");
    expect(section(ended(73))).toBe("past");
    expect(heldUntil(ended(71), HOLD_S).getTime() - NOW.getTime()).toBe(3_600_000);
  });

  test("nothing is said of cameras that a pause kept from being asked", () => {
    const paused = (one: Parameters<typeof sectionOf>[0]) => sectionOf(one, home([one], {}, true), NOW, HOLD_S);
    expect(paused(request([]))).toBe("unasked");
    expect(paused(request([], { by_code: true }))).toBe("elsewhere");
    expect(paused(request([], { by_code: true, code_typed: true }))).toBe("unasked");
    expect(paused(request([item({ state: "received", footage_from: null })]))).toBe("elsewhere");
    expect(paused(request([item()]))).toBe("waiting");
    expect(paused(request([], { refused: "expired" }))).toBe("past");
  });

  test("a request by code wants it until it was typed here", () => {
    expect(wantsCode(request())).toBe(false);
    expect(wantsCode(request([], { by_code: true }))).toBe(true);
    expect(wantsCode(request([], { by_code: true, code_typed: true }))).toBe(false);
    expect(section(request([item()], { by_code: true, code_typed: true }))).toBe("waiting");
  });

  test("without footage there is nothing to look at", () => {
    expect(canLook(item({ footage_from: null }))).toBe(false);
    expect(section(request([item({ footage_from: null, footage_until: null })]))).toBe("elsewhere");
  });

  test("what is still copied, or can't be asked for, is not called nothing", () => {
    const none = { footage_from: null, footage_until: null };
    expect(isUnclear(item({ ...none, copied: 0 }))).toBe(true);
    expect(isUnclear(item({ ...none, state: "received", hold_trouble: "source_away" }))).toBe(true);
    expect(isUnclear(item(none))).toBe(false);
    expect(isUnclear(item({ copied: 0.5 }))).toBe(false);
    expect(isUnclear(item({ ...none, state: "declined", hold_trouble: "source_away" }))).toBe(false);
  });
});

describe("what is recorded", () => {
  const gaps = [{ from: at(60), until: at(70) }, { from: at(-10), until: at(5) }];

  test("is what is asked for without gaps, also gaps that begin before it", () => {
    expect(recordedMs(request(), item({ gaps }))).toBe(75 * MINUTE);
    expect(recordedSpans(request(), item({ gaps })).map(([from, until]) => [(from - FROM) / MINUTE, (until - FROM) / MINUTE])).toEqual([[5, 60], [70, 90]]);
  });

  test("is looked at first where something was noticed, else where it begins", () => {
    const lane = { item: item({ gaps }), chosen: [] };
    const ring = { kind: "ring", from: at(30), until: at(30), name: null } as const;
    expect(firstMoment(request(), [{ ...lane, marks: [ring] }])).toBe(FROM + 30 * MINUTE);
    expect(firstMoment(request(), [{ ...lane, marks: [] }])).toBe(FROM + 5 * MINUTE);
    expect(noticed([ring], FROM + 30 * MINUTE + 5000)).toEqual([ring]);
    expect(noticed([ring], FROM + 30 * MINUTE + 5001)).toEqual([]);
  });

  test("around a ring is ten seconds before it and a minute after, as far as there is something", () => {
    expect(minutes([around(request(), item(), { from: at(30), until: at(30) }) ?? part(0, 0)])).toEqual([[30 - 1 / 6, 31]]);
    expect(minutes([around(request(), item(), { from: at(0), until: at(0) }) ?? part(9, 9)])).toEqual([[0, 1]]);
    expect(around(request(), item(), { from: at(95), until: at(95) })).toBeUndefined();
  });

  test("is divided by at most so many round times", () => {
    for (const length of [3, 15, 90, 720]) {
      const marks = hours(FROM, FROM + length * MINUTE, 6);
      expect(marks.length).toBeLessThanOrEqual(7);
      expect(marks.every((mark) => mark >= FROM && mark <= FROM + length * MINUTE && mark % MINUTE === 0)).toBe(true);
    }
  });
});

describe("a clip", () => {
  const two = clip([[10, 12], [40, 41]]);

  test("runs by the wall time of its parts, and back", () => {
    expect(wallTime(two, 0).toISOString()).toBe(at(10));
    expect(wallTime(two, 2 * MINUTE).toISOString()).toBe(at(40));
    expect(clipMs(two, FROM + 40.5 * MINUTE)).toBe(2.5 * MINUTE);
    expect(clipMs(two, FROM + 20 * MINUTE)).toBe(2 * MINUTE);
    expect(clipMs(two, FROM)).toBe(0);
    expect(clipMs(clip([], { ranges: [] }), FROM)).toBe(0);
  });

  test("is what was chosen only with the same parts, sound and masks", () => {
    const shown = item({ state: "reviewing", clip: two });
    const chosen = firstSelection(request(), shown, false);
    expect(isCurrent(two, chosen)).toBe(true);
    expect(isCurrent(null, chosen)).toBe(false);
    expect(isCurrent(two, { ...chosen, audio: true })).toBe(false);
    expect(isCurrent(clip([[10, 12], [40, 41]], { audio: "absent" }), { ...chosen, audio: true })).toBe(true);
    expect(isCurrent(two, { ...chosen, parts: { ranges: [part(10, 12)], active: 0 } })).toBe(false);
    const mask = { keys: [{ at: at(10), corners: [[0, 0], [9, 0], [9, 9]] as [number, number][] }], follows: false };
    expect(isCurrent(two, { ...chosen, masks: [mask] })).toBe(false);
  });

  test("begins as the household set it where none was cut yet", () => {
    expect(firstSelection(request(), item(), true).audio).toBe(true);
    expect(firstSelection(request(), item({ clip: two }), true).audio).toBe(false);
    expect(minutes(firstSelection(request(), item({ footage_from: at(3) }), true).parts.ranges)).toEqual([[3, 90]]);
  });

  test("is still what was asked about until somebody decides, cuts anew, or the request ends", () => {
    const asked = (changes: object, over: object = {}) => isAsAsked(request([item({ state: "reviewing", clip: two, ...changes })], over), "cd", two.clip_sha256);
    expect(asked({})).toBe(true);
    for (const changes of [{ state: "declined" }, { state: "sealed" }, { clip: null }, { clip: clip([[1, 2]], { clip_sha256: "00".repeat(32) }) }, { case_id: "ee" }]) expect(asked(changes)).toBe(false);
    expect(asked({}, { refused: "withdrawn" })).toBe(false);
  });
});

describe("the card", () => {
  const view = (requests: Parameters<typeof home>[0], snapshot = {}, dismissed: string[] = []) => cardView(home(requests, snapshot), NOW, HOLD_S, new Set(dismissed));
  const sealed = request([item({ state: "sealed", share: share({ state: "sealed" }) })], { request_id: "02" });
  const revoked = request([item()], { request_id: "03", refused: "revoked" });

  test("tells one thing above all, and the rest in rows", () => {
    const seen = view([sealed, request([item()]), revoked]);
    expect([seen.head, seen.subject?.request_id, seen.rows.map(({ kind }) => kind)]).toEqual(["waiting", "ab", ["sending", "refused"]]);
    expect(view([sealed]).sending?.request_id).toBe("02");
  });

  test("is calm, or says what is wrong with the papers or the link", () => {
    expect(isQuiet(view([]))).toBe(true);
    expect(view([], { link: "away" }).head).toBe("away");
    expect(view([], { link: "away", trust_rule: "directory_expired" }).head).toBe("papers");
    expect(view([], { trust_rule: "papers_missing" }).head).toBe("calm");
  });

  test("forgets what was put away and what is over, and never what waits", () => {
    expect(view([revoked], {}, ["03"]).head).toBe("calm");
    expect(view([{ ...revoked, expires_at: at(0) }]).head).toBe("calm");
    expect(view([request([item()])], {}, ["ab"]).head).toBe("waiting");
    expect(view([revoked]).ended).toEqual(["03"]);
  });

  test("has five rows at most, and says how many more there are", () => {
    const many = Array.from({ length: 8 }, (_, n) => request([item()], { request_id: String(n) }));
    expect([view(many).subject, view(many).rows.length, view(many).more]).toEqual([null, 5, 3]);
  });

  test("counts a camera once, and only where it has footage", () => {
    expect(camerasOf(request([item(), item({ case_id: "2" }), item({ case_id: "3", camera_id: "gate", footage_from: null })]))).toBe(1);
  });
});

describe("what was shared for a request", () => {
  const one = (state: CaseState, ...events: Receipt["event"][]) => share({ state, receipts: events.map((event, sequence) => ({ event, sequence, at: at(0), by: null, to: null })) });

  test("stands by what the police have, then by what goes there, then by how it ended", () => {
    expect(standingOf([one("receipted", "received", "deleted"), one("receipted", "received")])).toBe("police");
    expect(standingOf([one("withdrawn"), one("approved")])).toBe("way");
    expect(standingOf([one("withdrawn", "received"), one("receipted", "accepted", "deleted")])).toBe("deleted");
    expect(standingOf([one("lapsed"), one("withdrawn")])).toBe("withdrawn");
    expect(standingOf([one("lapsed")])).toBe("lapsed");
  });
});
