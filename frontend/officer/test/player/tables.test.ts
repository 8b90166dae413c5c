/** Each byte of a clip's media is in one sample, in one only, and its tables have no byte that nobody reads. */
import { describe, expect, test } from "vitest";
import { boxesIn, type Box } from "../../src/player/mp4/boxes";
import { areFilled, SampleTables } from "../../src/player/mp4/tables";
import { box, u32, zeros } from "./clips";

const HEAD = 8; // of a box
const NOWHERE = "t: samples that are nowhere";

const listed = (...sizes: number[]): number[] => box("stsz", u32(0, 0, sizes.length, ...sizes));
const alike = (each: number, count: number, ...more: number[]): number[] => box("stsz", u32(0, each, count), more);
const runs = (...rows: readonly (readonly [first: number, samples: number])[]): number[] =>
  box("stsc", u32(0, rows.length), ...rows.map(([first, samples]) => u32(first, samples, 1)));
const stco = (...places: number[]): number[] => box("stco", u32(0, places.length, ...places));
const co64 = (...places: number[]): number[] => box("co64", u32(0, places.length, ...places.flatMap((place) => [Math.floor(place / 2 ** 32), place % 2 ** 32])));

function tables(...boxes: readonly number[][]): SampleTables {
  const bytes = new Uint8Array(boxes.flat());
  return new SampleTables(new DataView(bytes.buffer), { type: "stbl", from: 0, until: bytes.length });
}

const strays = (...boxes: readonly number[][]): string[] => [...tables(...boxes).strays("t")];

/** Where boxes of media lie that are all of a file; `sizes` are those of their contents. */
function media(...sizes: number[]): Box[] {
  const bytes = new Uint8Array(sizes.flatMap((size) => box("mdat", zeros(size))));
  return [...boxesIn(new DataView(bytes.buffer), 0, bytes.length)];
}

describe.each([["32 bits", stco], ["64 bits", co64]])("places of %s", (_, at) => {
  const are = (...places: number[]): boolean => areFilled(media(12), [tables(listed(5, 3, 4), runs([1, 1]), at(...places))]);

  test("put each byte of the media into one sample", () => expect(are(8, 13, 16)).toBe(true));

  test.each([[[8, 13, 15]], [[8, 8, 16]], [[8, 13, 17]], [[7, 13, 16]], [[16, 8, 13]]])("that leave bytes out or put them into two are found: %j", (places) =>
    expect(are(...places)).toBe(false));

  test.each([[[8, 13]], [[8, 13, 16, 20]], [[]]])("of another number than there are chunks are found: %j", (places) =>
    expect(strays(listed(5, 3, 4), runs([1, 1]), at(...places))).toContain(NOWHERE));
});

describe("chunks", () => {
  test.each([[[0]], [[1, 1]], [[2, 1]], [[1, 3, 2]], [[1, 4]], [[2]]])("are told in order, the first one first: %j", (firsts) => {
    expect(strays(listed(5, 3, 4), runs(...firsts.map((first) => [first, 1] as const)), stco(8, 13, 16))).toContain(NOWHERE);
  });

  test("have as many samples as the last row that is not later says", () => {
    const track = [listed(1, 2, 3, 4, 5), runs([1, 2], [3, 1]), stco(8, 11, 18)];
    expect(strays(...track)).toEqual([]);
    expect(areFilled(media(15), [tables(...track)])).toBe(true);
    expect(strays(listed(1, 2, 3, 4), ...track.slice(1))).toEqual([NOWHERE]);
  });

  test("are told once, in 32 bits or in 64", () => {
    expect(strays(listed(5), runs([1, 1]), stco(8), co64(8))).toEqual([NOWHERE]);
  });

  test("before the first that has samples are found: nobody would read their places", () => {
    expect(strays(listed(2, 3, 3, 4), runs([2, 2]), stco(7, 8, 13))).toEqual([NOWHERE]);
  });

  test("beyond what a number can say are no empty ones", () => {
    expect(areFilled(media(5), [tables(listed(5, 5), runs([1, 1]), co64(8, 2 ** 62))])).toBe(false);
  });
});

test("samples of a track without places are found: no player looks at them", () => {
  expect(strays(listed(7), runs(), stco())).toEqual([NOWHERE]);
  expect(strays(listed(7))).toEqual([NOWHERE]);
  expect(strays()).toEqual([]);
});

describe("all of the media", () => {
  test.each([["alike", alike(4, 3)], ["listed", listed(5, 3, 4)]])("is in samples of both tracks, in all its boxes: %s", (_, sizes) => {
    const tracks = [8, 28].map((at) => tables(sizes, runs([1, 3]), stco(at)));
    expect([11, 12, 13].map((rest) => areFilled(media(12, rest), tracks))).toEqual([false, true, false]);
    expect(areFilled(media(12), tracks)).toBe(false);
    expect(areFilled(media(12, 12, 1), tracks)).toBe(false);
    expect(areFilled(media(0, 12), [tables(sizes, runs([1, 3]), stco(16))])).toBe(true);
  });

  test("is looked through as the tracks lie in each other", () => {
    const [pictures, sound] = [tables(alike(2, 3), runs([1, 1]), stco(8, 11, 14)), tables(alike(1, 2), runs([1, 1]), stco(10, 13))];
    expect(areFilled(media(8), [pictures, sound])).toBe(true);
    expect(areFilled(media(8), [sound, pictures])).toBe(true);
    expect(areFilled(media(8), [pictures])).toBe(false);
  });

  test("may be of more than four gigabytes", () => {
    const far = 2 ** 33;
    const track = tables(alike(2 ** 31, 5), runs([1, 1]), co64(...[0, 1, 2, 3, 4].map((chunk) => far + chunk * 2 ** 31)));
    const whole = { type: "mdat", from: far, until: far + 5 * 2 ** 31 };
    expect(areFilled([whole], [track])).toBe(true);
    expect(areFilled([{ ...whole, until: whole.until + 1 }], [track])).toBe(false);
  });
});

test("a sample of no bytes lies anywhere", () => {
  expect(areFilled(media(5), [tables(listed(5, 0), runs([1, 1]), stco(8, 999))])).toBe(true);
  expect(areFilled([], [])).toBe(true);
});

test.each([["stts", 8], ["ctts", 8], ["stss", 4], ["stsc", 12], ["stco", 4], ["co64", 8], ["sbgp", 8]] as const)("a table of %s has no more than it says and than its track has", (type, row) => {
  const head = type === "sbgp" ? 8 : 4;
  const found = (...content: number[][]): string[] =>
    strays(listed(2, 3), ...[runs([1, 1]), stco(8, 10)].filter((each) => String.fromCharCode(...each.slice(4, HEAD)) !== type), box(type, zeros(head), ...content));
  expect(found(u32(0)).filter((each) => each !== NOWHERE)).toEqual([]);
  const longer = `t/${type}: a table of another length than it says`;
  expect(found(u32(0), [0])).toContain(longer);
  expect(found(u32(1), zeros(row - 1))).toContain(longer);
  expect(found(u32(2 ** 32 - 1), zeros(row))).toContain(longer);
  expect(found()).toContain(longer);
  expect(found(u32(3), zeros(3 * row))).toContain(`t/${type}: 3 rows for 2 samples`);
});

test("sizes of samples are as many as they say, and none where all are alike", () => {
  const longer = "t/stsz: a table of another length than it says";
  for (const sizes of [box("stsz", u32(0, 0, 3), zeros(8)), box("stsz", u32(0, 0, 3), zeros(16)), alike(4, 3, 0), alike(4, 3, ...u32(4, 4, 4)), box("stsz", u32(0, 0))]) {
    expect(strays(sizes, runs([1, 3]), stco(8))).toContain(longer);
  }
});

test("nothing is gone through that tables say and do not have", () => {
  const places = Array.from({ length: 20_000 }, (_, chunk) => 8 + chunk * 10);
  const most = 2 ** 32 - 1;
  expect(areFilled([{ type: "mdat", from: 8, until: 200_008 }], [tables(listed(...places.map(() => 10)), runs([1, 1]), stco(...places))])).toBe(true);
  expect(strays(listed(1), runs(...places.map((_, row) => [row + 1, most] as const)), stco(...places))).toContain(NOWHERE);
  const many = [alike(1, most), runs([1, most]), stco(8)];
  expect(strays(...many)).toEqual([]);
  expect(areFilled(media(9), [tables(...many)])).toBe(false);
});
