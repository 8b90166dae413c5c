/**
 * A camera's place as a home's own page hands it over: behind the address's #, which no browser sends to a server.
 * It fills the form; what leaves the browser its owner chooses there.
 */
import type { Point } from "../../request/src/geometry";
import type { Looking } from "./place_map";

const HANDED = /^#place=(-?\d{1,9}),(-?\d{1,10}),(\d{1,3}),(\d{1,3})$/u;
const [LAT_MAX_E7, LON_MAX_E7] = [90e7, 180e7];

/** The place behind an address's #, null where there is none or it can't be a camera's. */
export function handedPlace(hash: string): { readonly point: Point; readonly looking: Looking } | null {
  const [latE7, lonE7, headingDeg, fieldOfViewDeg] = (HANDED.exec(hash) ?? []).slice(1).map(Number);
  if (latE7 === undefined || lonE7 === undefined || headingDeg === undefined || fieldOfViewDeg === undefined) return null;
  if (Math.abs(latE7) > LAT_MAX_E7 || Math.abs(lonE7) > LON_MAX_E7 || headingDeg > 359 || fieldOfViewDeg < 1 || fieldOfViewDeg > 360) return null;
  return { point: { latE7, lonE7 }, looking: { headingDeg, fieldOfViewDeg } };
}

/** Where somebody goes on who has signed in or joined: to the form, if a place was handed over. */
export function onward(): string {
  return handedPlace(location.hash) === null ? "/cameras" : `/cameras/new${location.hash}`;
}
