/** Turn the page's UTC times into the agency's own, with UTC beside them (law 9): the same on every device. */
import { both, local, utc } from "../../request/src/times";
import { pageData } from "./page";

/** The agency's zone, by its IANA name. */
export const TIME_ZONE = pageData<{ time_zone: string }>().time_zone;

export function localTimes(within: ParentNode = document): void {
  for (const element of within.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const time = new Date(element.dateTime);
    element.title = utc(time, true);
    element.textContent = element.dataset["utc"] === undefined ? local(time, TIME_ZONE) : both(time, TIME_ZONE);
  }
}
