import { describe, expect, test } from "vitest";
import { FrameIndex } from "../../src/player/time/frame_index";
import { FRAMES_MOST, readFrameTimes } from "../../src/player/mp4/frame_times";
import { moov } from "./clips";

const times = (made: Parameters<typeof moov>[0]): number[] => [...readFrameTimes(moov(made)).seconds];
const rule = (bytes: Uint8Array): string => {
  try {
    readFrameTimes(bytes);
    return "read";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("when pictures are shown", () => {
  test("is what the file says, at any rate and across a gap", () => {
    expect(times({ steps: [[2, 40], [1, 5000], [2, 33]] })).toEqual([0, 0.04, 0.08, 5.08, 5.113]);
  });

  test("is in the order of showing where they are decoded in another one", () => {
    const made = { steps: [[4, 10]], shifts: [[1, 10], [1, 30], [1, 0], [1, 0]] } as const;
    expect(times(made)).toEqual([0, 0.01, 0.02, 0.03]);
    expect(times({ ...made, shifts: [[1, 0], [1, 20], [2, -10]] })).toEqual([0, 0.01, 0.02, 0.03]);
  });

  test("leaves out what an edit list hides, and tells of it", () => {
    const { seconds, hidden } = readFrameTimes(moov({ steps: [[5, 100]], edits: [[1000, -1], [200, 200]] }));
    expect([[...seconds], hidden]).toEqual([[0, 0.1], 3]);
    expect(readFrameTimes(moov({ steps: [[5, 100]], edits: [[0, 0]] })).hidden).toBe(0);
  });

  test("is not guessed where the file can't say it", () => {
    expect(rule(moov({ steps: [[5, 100]], edits: [[100, 0], [100, 300]] }))).toBe("mp4_edits");
    expect(rule(moov({ steps: [[5, 100]], count: 6 }))).toBe("mp4_broken");
    expect(rule(moov({ steps: [[5, 100]], count: 4 }))).toBe("mp4_broken");
    expect(rule(moov({ steps: [[5, 100]], shifts: [[4, 0]] }))).toBe("mp4_broken");
    expect(rule(moov({ steps: [[2, 0]] }))).toBe("two_pictures_at_once");
    expect(rule(moov({ steps: [[5, 100]], ticks: 0 }))).toBe("mp4_broken");
    expect(rule(moov({ steps: [], count: 0 }))).toBe("no_pictures");
    expect(rule(moov({ steps: [[1, 1]], edits: [[1, 7]] }))).toBe("no_pictures");
    expect(rule(moov({ steps: [[FRAMES_MOST + 1, 1]] }))).toBe("too_many_pictures");
    expect(rule(moov({ steps: [[0xffffffff, 1]], count: 3 }))).toBe("mp4_broken");
    expect(rule(moov({ steps: [[5, 100]], handler: "soun" }))).toBe("not_one_picture_track");
    expect(rule(moov({ steps: [[5, 100]], tracks: 2 }))).toBe("not_one_picture_track");
    expect(rule(new Uint8Array([0, 0, 0, 9, 1, 2, 3, 4]))).toBe("mp4_broken");
    expect(rule(new Uint8Array(0))).toBe("not_one_picture_track");
    expect(rule(new Uint8Array(Array.from({ length: 100 }, () => [0, 0, 0, 8, 102, 114, 101, 101]).flat()))).toBe("mp4_many_boxes");
  });

  test("ends in a rule for any bytes that are cut or bent", () => {
    const whole = moov({ steps: [[2, 40], [1, 5000]], shifts: [[3, 0]], edits: [[5080, 0]] });
    for (let length = 0; length < whole.length; length += 1) expect(typeof rule(whole.slice(0, length))).toBe("string");
    for (let place = 0; place < whole.length; place += 1) {
      for (const value of [0, 1, 127, 255]) {
        const bent = whole.slice();
        bent[place] = value;
        expect(rule(bent)).toMatch(/^(read|no_pictures|not_one_picture_track|too_many_pictures|two_pictures_at_once|mp4_\w+)$/);
      }
    }
  });
});

describe("the picture that is shown", () => {
  const frames = new FrameIndex(new Float64Array([0, 0.04, 0.08, 5.08]));

  test("is the last that has begun", () => {
    expect([-1, 0, 0.039, 0.04, 0.0799999, 3, 5.08, 99].map((second) => frames.shownAt(second))).toEqual([0, 0, 0, 1, 2, 2, 3, 3]);
  });

  test("is known exactly where its time is one of the file's", () => {
    expect([0.040001, 0.0399999, 0.05].map((second) => frames.exactly(second))).toEqual([1, 1, null]);
  });

  test("is gone to a little after it begins, whatever follows", () => {
    for (let frame = 0; frame < frames.count; frame += 1) expect(frames.shownAt(frames.target(frame))).toBe(frame);
    expect(frames.target(2)).toBeCloseTo(0.084);
    expect(new FrameIndex(new Float64Array([0, 0.002])).target(0)).toBeCloseTo(0.001);
  });

  test("is found by what holds from it on", () => {
    expect(frames.first((second) => second > 0.04)).toBe(2);
    expect(frames.first(() => true)).toBe(0);
    expect(frames.first(() => false)).toBeNull();
  });
});
