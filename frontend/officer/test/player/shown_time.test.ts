import { expect, test } from "vitest";
import { ShownTime } from "../../src/player/time/shown_time";

const BROWSERS = {
  // what a picture that is shown at 1.25 s carries while the video stands at 1.26 s, and at 0.04 s while it stands at 0.05 s
  Chromium: [1_250_000, 40_000],
  Firefox: [1, 0],
} as const;

test.each(Object.entries(BROWSERS))("is told of the very picture in %s", (_, [late, early]) => {
  const video = { currentTime: 0.05 };
  const shown = new ShownTime(video);
  expect(shown.of({ timestamp: 0 })).toBeNull(); // the first picture, before any was presented
  shown.present(0.04);
  expect(shown.of({ timestamp: early })).toBe(0.04);
  video.currentTime = 1.26;
  shown.present(1.25);
  expect(shown.of({ timestamp: late })).toBe(1.25);
});

test("is the picture's own at once where it carries one, also of the first picture again", () => {
  const video = { currentTime: 0.5 };
  const shown = new ShownTime(video);
  shown.present(0.5);
  expect([shown.of({ timestamp: 480_000 }), shown.isCarried]).toEqual([0.48, true]);
  video.currentTime = 0;
  expect(shown.of({ timestamp: 0 })).toBe(0);
});
