import { describe, expect, test } from "vitest";
import { clockChangeMs, duration, instantsOf, isWallTime, toWall, zoneName } from "../../request/src/times";

const ZONE = "America/New_York";
const shown = (date: string, time: string, zone = ZONE) => instantsOf(date, time, zone).map((at) => at.toISOString().slice(0, 16));

describe("a time that an officer types", () => {
  test.each([
    ["2026-11-10", "02:10", ["2026-11-10T07:10"]],
    ["2027-07-01", "02:10:00", ["2027-07-01T06:10"]],
    ["2026-11-01", "00:59", ["2026-11-01T04:59"]],
    ["2026-11-01", "01:30", ["2026-11-01T05:30", "2026-11-01T06:30"]],
    ["2026-11-01", "02:00", ["2026-11-01T07:00"]],
    ["2027-03-14", "01:59", ["2027-03-14T06:59"]],
    ["2027-03-14", "02:30", []],
    ["2027-03-14", "03:00", ["2027-03-14T07:00"]],
    ["2026-11-10", "", []],
    ["", "02:10", []],
    ["2026-13-40", "02:10", []],
  ])("on %s at %s is once, twice or never", (date, time, instants) => {
    expect(shown(date, time)).toEqual(instants);
  });

  test("is in the agency's zone, whatever the device's", () => {
    expect(shown("2026-11-10", "02:10", "America/Phoenix")).toEqual(["2026-11-10T09:10"]);
    expect(shown("2026-10-04", "02:15", "Australia/Lord_Howe")).toEqual([]); // half an hour is left out
  });

  test("is filled in though no clock shows it", () => {
    expect(isWallTime("2027-03-14", "02:30")).toBe(true);
    expect(isWallTime("2027-03-14", "")).toBe(false);
  });
});

test("two times of one wall clock are told apart by the zone's name", () => {
  expect(instantsOf("2026-11-01", "01:30", ZONE).map((at) => zoneName(at, ZONE))).toEqual(["EDT", "EST"]);
});

test("a range over a change of clocks is as long as it is, not as the clocks show", () => {
  const [from, until] = [new Date("2026-11-01T05:00:00Z"), new Date("2026-11-01T08:00:00Z")];
  expect(clockChangeMs(from, until, ZONE)).toBe(-3_600_000);
  expect(duration(from, until)).toBe("3 h");
  expect(clockChangeMs(until, until, ZONE)).toBe(0);
});

test("an instant is shown on the wall to the minute, with seconds where there are some", () => {
  expect(toWall(new Date("2026-11-10T07:10:00Z"), ZONE)).toEqual({ date: "2026-11-10", time: "02:10" });
  expect(toWall(new Date("2026-11-10T07:10:07Z"), ZONE)).toEqual({ date: "2026-11-10", time: "02:10:07" });
});
