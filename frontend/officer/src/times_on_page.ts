/** Turn the page's UTC times into the reader's own, with UTC beside them (law 9). */
import { both, local, utc } from "../../request/src/times";

export const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function localTimes(within: ParentNode = document): void {
  for (const element of within.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const time = new Date(element.dateTime);
    element.title = utc(time, true);
    element.textContent = element.dataset["utc"] === undefined ? local(time, TIME_ZONE) : both(time, TIME_ZONE);
  }
}
