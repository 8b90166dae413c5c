import { describe, expect, test } from "vitest";
import { Format, lengthMs, shownMs } from "../src/kit/format";
import { momentsOf, onTheWall } from "../src/kit/local_time";
import type { Context } from "../src/kit/part";
import { clockWords, doubtWords, resizedWords } from "../src/clips/times";
import { around, leftOf, recordedMs, shownAs } from "../src/own_clips/time";
import { loadWords, Words } from "../src/words/words";
import { at, clip, item, MINUTE, part, request, share } from "./made";

await Promise.all([loadWords("en"), loadWords("es")]);

const ZONE = "America/New_York";
const english = new Format("en", ZONE, "12");
const spanish = new Format("es", ZONE, "24");
/** Spaces that only look like one. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("a time is read", () => {
  test("on the clock of the house, with the day, in the way that the person chose", () => {
    expect(plain(english.daySecond("2026-11-10T08:00:00Z"))).toBe("Tue, Nov 10, 3:00:00 AM");
    expect(plain(spanish.daySecond("2026-11-10T20:00:00Z"))).toBe("mar, 10 nov, 15:00:00");
    expect(plain(english.wall("21:00"))).toBe("9:00 PM");
    expect(spanish.wall("21:00")).toBe("21:00");
  });

  test("in one line in Spanish, whose a. m. has a space within", () => {
    const twelve = new Format("es", ZONE, "12");
    expect(twelve.minute("2026-11-10T08:00:00Z")).toBe("3:00\u00a0a.\u00a0m.");
    expect(twelve.wall("21:00")).toBe("9:00\u00a0p.\u00a0m.");
  });

  test("with the zone's name where an hour comes twice", () => {
    expect(plain(english.minute("2026-11-01T05:30:00Z"))).toBe("1:30 AM EDT");
    expect(plain(english.minute("2026-11-01T06:30:00Z"))).toBe("1:30 AM EST");
  });

  test.each([
    ["Europe/Berlin", "2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", "2:30:00 AM GMT+2 – 2:30:00 AM GMT+1"],
    ["America/New_York", "2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z", "1:30:00 AM EDT – 1:30:00 AM EST"],
    ["America/New_York", "2027-03-14T06:59:00Z", "2027-03-14T07:01:00Z", "1:59:00 AM EST – 3:01:00 AM EDT"],
    ["Europe/Berlin", "2027-03-28T00:59:00Z", "2027-03-28T01:01:00Z", "1:59:00 AM GMT+1 – 3:01:00 AM GMT+2"],
    ["America/New_York", "2027-07-01T06:59:00Z", "2027-07-01T07:01:00Z", "2:59:00 AM – 3:01:00 AM"],
  ])("with both zones' names over a change of clocks (%s, %s), and with none in an ordinary night", (zone, from, until, shown) => {
    expect(plain(new Format("en-US", zone).seconds(from, until))).toBe(shown);
  });

  test("with both days where it goes over midnight", () => {
    expect(plain(english.range("2026-11-11T04:00:00Z", "2026-11-11T06:00:00Z"))).toBe("Tue, Nov 10, 11:00 PM – Wed, Nov 11, 1:00 AM");
    expect(plain(english.range("2026-11-10T07:10:00Z", "2026-11-10T08:40:00Z"))).toBe("Tue, Nov 10, 2:10 AM – 3:40 AM");
  });

  test("beside it in UTC to the millisecond", () => {
    expect(english.utc("2026-11-10T08:00:00Z", "2026-11-10T08:00:12.345Z")).toBe("2026-11-10 08:00:00.000 – 08:00:12.345 UTC");
    expect(english.utc(new Date(0))).toBe("1970-01-01 00:00:00.000 UTC");
  });
});

describe("a length is read", () => {
  test.each([[0, "0 s"], [-5, "0 s"], [59_600, "1 min"], [3_600_000, "1 h"], [3_725_000, "1 h 2 min 5 s"]])("%d ms as %s", (ms, said) => {
    expect(plain(english.length(ms))).toBe(said);
  });

  test.each([
    [30_000, "0 minutes", "0 minutos"], [61_000, "1 minute", "1 minuto"], [3 * 3_600_000, "3 hours", "3 horas"],
    [(51 * 60 + 10) * MINUTE, "2 days 3 hours", "2 días 3 horas"], [24 * 3_600_000, "1 day", "1 día"],
  ])("%d ms counted down", (ms, inEnglish, inSpanish) => {
    expect(plain(english.countdown(ms))).toBe(inEnglish);
    expect(plain(spanish.countdown(ms))).toBe(inSpanish);
  });

  test.each([[30_000, "1 min"], [5 * 3_600_000, "5 h"], [76 * 3_600_000, "3 d 4 h"]])("%d ms far away as %s", (ms, said) => {
    expect(english.away(ms)).toBe(said);
  });
});

test("sizes and digests are short and say their unit", () => {
  expect([999_499, 182_400_000, 2_345_000_000].map((bytes) => english.size(bytes))).toEqual(["999 kB", "182.4 MB", "2.35 GB"]);
  expect(spanish.size(182_400_000)).toBe("182,4 MB");
  expect(english.digest(`9f3c71e0${"5a".repeat(24)}5a0c44b2`)).toBe("9f3c71e0 … 5a0c44b2");
});

test("a clip of parts is as long as its parts", () => {
  expect(shownMs(clip([[10, 12], [40, 41]]).ranges)).toBe(3 * MINUTE);
  expect(lengthMs(at(1), at(2))).toBe(MINUTE);
});

describe("a clock on the wall", () => {
  test("shows one moment, two when clocks went back, none when they went forward", () => {
    expect(momentsOf("2026-11-10T02:30", ZONE)).toEqual([new Date("2026-11-10T07:30:00Z")]);
    expect(momentsOf("2026-11-01T01:30:07", ZONE)).toEqual([new Date("2026-11-01T05:30:07Z"), new Date("2026-11-01T06:30:07Z")]);
    expect(momentsOf("2026-03-08T02:30:00", ZONE)).toEqual([]);
    expect(momentsOf("no time", ZONE)).toEqual([]);
  });

  test.each(["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])("in %s leads back to its moment, each hour of a year", (zone) => {
    for (let hour = 0; hour < 8760; hour += 37) {
      const moment = new Date(Date.UTC(2026, 0, 1, hour, 17, 5));
      expect(momentsOf(onTheWall(moment, zone), zone).map(Number)).toContain(moment.getTime());
    }
  });
});

describe("how sure a time is", () => {
  const context = { words: new Words("en"), format: english } as Context;

  test("is rounded up, never down, and said in minutes when it is long", () => {
    expect(doubtWords(context, clip([], { uncertainty_ms: 101 }))).toBe("right to about 0.2 s");
    expect(doubtWords(context, clip([], { uncertainty_ms: 90_001 }))).toBe("right to about 2 min");
  });

  test("is no number where nobody vouches for the clock, but the owner's own word is one", () => {
    const hour = { uncertainty_ms: 3_600_000 };
    expect(clockWords(context, clip([], hour)).unsure).toBe(true);
    expect(doubtWords(context, clip([], hour))).not.toMatch(/\d/);
    expect(clockWords(context, clip([], { ...hour, clock_method: "owner" })).unsure).toBe(false);
  });

  test("says which way the camera's clock was off, and nothing of a tenth of a second", () => {
    expect(clockWords(context, clip([], { offset_ms: 41_800 })).text).toContain("41.8 s behind");
    expect(clockWords(context, clip([], { offset_ms: -1500 })).text).toContain("1.5 s ahead");
    expect(clockWords(context, clip([], { offset_ms: 99 })).text).not.toContain("clock");
  });
});

describe("a picture whose size changes in the middle", () => {
  const context = { words: new Words("en"), format: english } as Context;

  test("is said with the time, in both languages; one that keeps its size needs no word", () => {
    const resized = clip([], { resized_at: [at(3)] });
    const inSpanish = { ...context, words: new Words("es"), format: spanish };
    expect(resizedWords(context, resized)).toBe(`The camera changed the size of its picture at ${english.second(at(3))}. The clip has one size throughout, so parts of it may look less sharp.`);
    expect(resizedWords(inSpanish, resized)).toContain(`cambió el tamaño de su imagen a las ${spanish.second(at(3))}`);
    expect(resizedWords(context, clip([]))).toBeUndefined();
  });
});

describe("a time for own use", () => {
  const camera = (name: string, ...spans: [number, number][]) => ({
    camera_id: name, name, trouble: null, recorded: spans.map(([from, until]) => ({ from: at(from), until: at(until) })),
  });

  test("is shown with as much around it, never with what is still to come", () => {
    expect(around(part(0, 60), part(0, 70).until)).toEqual({ from: part(-30, 0).from, until: part(0, 70).until });
    expect(around(part(0, 1), part(0, 99).until)).toEqual({ from: part(-10, 0).from, until: part(0, 11).until });
  });

  test("has a gap only where no camera has anything, and is recorded for as long as one has it", () => {
    const cameras = [camera("a", [0, 10], [30, 40]), camera("b", [5, 20])];
    expect(shownAs(part(0, 40), cameras).item.gaps).toEqual([{ from: at(20), until: at(30) }]);
    expect(shownAs(part(0, 40), []).item.gaps).toEqual([{ from: at(0), until: at(40) }]);
    expect(recordedMs(camera("a", [0, 10], [30, 40]), part(5, 35))).toBe(10 * MINUTE);
  });
});

test("what stays of a request that nobody answered is an hour of it at most, of the cameras that have some", () => {
  const left = (cameraId: string, from: number | null, until: number | null, changes = {}) =>
    item({ camera_id: cameraId, state: "lapsed", footage_from: from === null ? null : at(from), footage_until: until === null ? null : at(until), ...changes });
  const both = leftOf(request([left("door", 20, 50), left("drive", 10, 40), left("shed", null, null)]));
  expect(both).toEqual({ range: part(10, 50), cameras: ["door", "drive"] });
  expect(leftOf(request([left("door", 10, 90)]))?.range).toEqual(part(10, 70));
  const file = { name: "a.mp4" };
  expect(leftOf(request([item(), left("one", 0, 9, { file }), left("two", 0, 9, { share: share() })]))).toBeUndefined();
});
