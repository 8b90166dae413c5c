import { expect, test } from "vitest";
import { fromBase64, fromUtf8 } from "../../../request/src/encoding";
import { withText } from "../../src/player/still/png";
import { stillName, stillText, type StillFacts } from "../../src/player/still/facts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("a picture carries a text beside its pixels, right after its header", () => {
  const png = fromBase64(PIXEL);
  const whole = withText(png, "Milton Share still", '{"frame":12}');
  const length = new DataView(whole.buffer).getUint32(33);
  expect(fromUtf8(whole.subarray(37, 41 + length))).toBe('iTXtMilton Share still\0\0\0\0\0{"frame":12}');
  expect([...whole.subarray(0, 33)]).toEqual([...png.subarray(0, 33)]);
  expect([...whole.subarray(33 + 12 + length)]).toEqual([...png.subarray(33)]);
  expect(() => withText(png.slice(1), "k", "t")).toThrow("no_png");
});

test("a picture's name and text say which one it is, and how sure its time is", () => {
  const facts: StillFacts = { shareId: "ab".repeat(16), clipSha256: "cd".repeat(32), previewSha256: null, frame: 12, frames: 45, trueMs: Date.UTC(2026, 10, 10, 8, 4, 17, 200), unsureMs: 600, verified: true };
  expect(stillName(facts)).toBe("share-abababab-frame-12-20261110T080417.200Z-pm600ms-clip-cdcdcdcdcdcdcdcd.png");
  expect(stillName({ ...facts, unsureMs: null })).toContain("-unsure-clip-");
  const seen = { ...facts, previewSha256: "ef".repeat(32) };
  expect(stillName(seen)).toContain("-pm600ms-transcode-of-clip-cdcdcdcd");
  expect(JSON.parse(stillText(seen))).toMatchObject({ clip_sha256: facts.clipSha256, preview_sha256: seen.previewSha256 });
  expect(JSON.parse(stillText(facts))).toEqual({
    type: "milton/still", version: 1, share_id: facts.shareId, clip_sha256: facts.clipSha256, preview_sha256: null, frame: 12, frames: 45,
    time: "2026-11-10T08:04:17.200Z", uncertainty_ms: 600, clip_verified: true,
  });
});
