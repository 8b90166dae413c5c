import { describe, expect, test } from "vitest";
import { ClipTime } from "../../src/player/time/clip_time";
import { nextPicture, pictureAt } from "../../src/player/conductor";
import { otherSpeed, steer } from "../../src/player/time/drift";
import { FrameIndex } from "../../src/player/time/frame_index";
import { frameWords, localClock, localMoment, unsureWords, utcMoment } from "../../src/player/time/moments";
import { ms, timed } from "./clips";

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("a clip's own time", () => {
  const clip = new ClipTime(
    timed(
      [["00:00.000", "00:10.000", "00:00.200", 0], ["01:00.000", "01:10.000", null, null], ["02:00.000", "02:10.000", "02:00.000", 9800]],
      [["00:00.000", "00:00.200"], ["00:04.000", "00:06.000"], ["01:00.000", "01:10.000"]],
    ),
  );

  test("is true time where each range begins anew", () => {
    expect([0, 5, 9.7999, 9.8, 12].map((second) => clip.trueMs(second))).toEqual(["00:00.200", "00:05.200", "02:00.000", "02:00.000", "02:02.200"].map((text, index) => (index === 2 ? ms("02:00.000") - 0.1 : ms(text))));
  });

  test("has no place for what was not recorded, nor for what was not asked for", () => {
    const places = ["00:00.100", "00:00.200", "00:03.999", "00:05.000", "00:06.000", "00:30.000", "01:05.000", "02:01.000", "02:10.000"];
    expect(places.map((text) => clip.secondAt(ms(text)))).toEqual([null, 0, 3.799, null, 5.8, null, null, 10.8, null]);
  });

  test("is shown as parts that leave nothing out", () => {
    expect(clip.segments.map(({ kind }) => kind)).toEqual(["gap", "recorded", "gap", "recorded", "apart", "gap", "apart", "recorded"]);
    clip.segments.reduce((before, after) => (expect(after.fromMs).toBe(before.untilMs), after));
    expect([clip.kindAt(clip.fromMs - 1), clip.kindAt(clip.untilMs), clip.kindAt(ms("00:05.000"))]).toEqual([null, null, "gap"]);
  });

  test("is gone to at the nearest place after a moment", () => {
    expect(["00:00.000", "00:05.000", "00:30.000", "01:05.000", "02:59.000"].map((text) => clip.nearestSecond(ms(text)))).toEqual([0, 4.8, 9.8, 9.8, 19.8]);
    expect(new ClipTime(timed([["00:00.000", "00:10.000", null, null]])).nearestSecond(ms("00:05.000"))).toBe(0);
  });

  test("is one that a clock can show, whatever a home says", () => {
    const odd = new ClipTime(timed([["00:00.000", "00:10.000", "00:00.000", Number.MAX_SAFE_INTEGER]]));
    for (const moment of [odd.trueMs(0), odd.trueMs(1e16), clip.trueMs(1e16), clip.trueMs(-5)]) expect(utcMoment(moment)).toContain("UTC");
  });

  test("says where nothing vouches for it", () => {
    expect(clip.unsureMs).toBe(600);
    expect(new ClipTime(timed([["00:00.000", "00:10.000", null, null]], [], 3_600_600)).unsureMs).toBeNull();
    expect(new ClipTime({ ...timed([["00:00.000", "00:10.000", null, null]], [], 7_200_000), clockMethod: "owner" }).unsureMs).toBe(7_200_000);
  });
});

describe("several clips", () => {
  const clip = (fromMs: number, seconds: readonly number[]) => ({ frames: new FrameIndex(new Float64Array(seconds)), time: { trueMs: (second: number) => fromMs + second * 1000 } });
  const clips = [clip(1_000, [0, 0.1, 0.2]), clip(1_050, [0, 1]), { frames: null, time: { trueMs: () => 0 } }];

  test("are stepped through by the next picture of any", () => {
    const found: number[] = [];
    for (let at: number | null = 0; (at = nextPicture(clips, at)) !== null; ) found.push(Math.round(at));
    expect(found).toEqual([1_000, 1_050, 1_100, 1_200, 2_050]);
    expect([999, 1_000, 1_099, 1_500, 9_999].map((at) => pictureAt(clips, at))).toEqual([null, 1_000, 1_050, 1_200, 2_050]);
  });

  test("are held to one clock: a little by their rate, more by a jump", () => {
    expect(steer(0.01, 2)).toEqual({ rate: 2 });
    expect(steer(0.1, 1)).toEqual({ rate: 0.9 });
    expect(steer(-0.1, 1)).toEqual({ rate: 1.1 });
    expect(steer(0.3, 1)).toEqual({ rate: 0.8 });
    expect([steer(0.4, 1), steer(-0.4, 0.25), steer(-1.5, 4), steer(9, 4)]).toEqual(["jump", "jump", "jump", "jump"]);
    expect(steer(-1.3, 4)).toEqual({ rate: 4.8 });
  });

  test("are played at named speeds", () => {
    expect([otherSpeed(1, 1), otherSpeed(1, -1), otherSpeed(4, 1), otherSpeed(0.25, -1)]).toEqual([2, 0.5, 4, 0.25]);
  });
});

test("a moment is read on the agency's clock and in UTC, never surer than it was measured", () => {
  const at = ms("04:17.200");
  expect(plain(localMoment(at, "America/New_York"))).toBe("Tue, Nov 10, 2026, 3:04:17.200 AM EST");
  expect(plain(localClock(at, "America/New_York"))).toBe("3:04:17.200 AM");
  expect(plain(localClock(at, "America/New_York", 0))).toBe("3:04:17 AM");
  expect(utcMoment(at)).toBe("2026-11-10 08:04:17.200 UTC");
  expect([unsureWords(601), unsureWords(null)]).toEqual(["± 0.7 s", "nothing vouches for this time"]);
  expect(frameWords(0, 21_600)).toBe("Frame 1 of 21,600");
});
