/** Turn the page's UTC times into the agency's own, with UTC beside them (law 9): the same on every device. */
import { both, local, utc } from "../../request/src/times";
import { element, pageData } from "./page";

/** The agency's zone, by its IANA name. */
export const TIME_ZONE = pageData<{ time_zone: string }>().time_zone;

/** A time as pages show it: the agency's, with UTC in its title, and on paper beside it. */
export function timeElement(at: string): HTMLTimeElement {
  const time = new Date(at);
  const made = element("time", { text: local(time, TIME_ZONE) }) as HTMLTimeElement;
  [made.dateTime, made.title] = [at, utc(time, true)];
  return made;
}

export function localTimes(within: ParentNode = document): void {
  for (const element of within.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const time = new Date(element.dateTime);
    element.title = utc(time, true);
    element.textContent = element.dataset["utc"] === undefined ? local(time, TIME_ZONE) : both(time, TIME_ZONE);
  }
}
