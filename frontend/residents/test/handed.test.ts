/** A camera's place that a home's page hands over. */
import { expect, test } from "vitest";
import { handedPlace } from "../src/handed";

test("a place behind the # is read", () => {
  expect(handedPlace("#place=400123456,-1050123456,359,110")).toEqual({ point: { latE7: 400123456, lonE7: -1050123456 }, looking: { headingDeg: 359, fieldOfViewDeg: 110 } });
});

test("what no camera's place can be is none", () => {
  for (const hash of ["", "#", "#MS-7Q4K-M2VD-9TXA", "#place=", "#place=1,2,3", "#place=1,2,3,4,5", "#place=900000001,0,0,90", "#place=0,1800000001,0,90", "#place=0,0,360,90", "#place=0,0,0,0", "#place=0,0,0,361", "#place=0.5,0,0,90", "#place=1e8,0,0,90"]) expect(handedPlace(hash)).toBeNull();
});
