/** What a printed page has beside what the screen shows: what is folded away, and who printed it when. */
import { both } from "../../request/src/times";
import { find } from "./page";
import { TIME_ZONE } from "./times_on_page";

/** Unfold and date each sheet before it is printed; fold again afterwards what was folded. */
export function forPaper(): void {
  let folded: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")];
    for (const each of folded) each.open = true;
    find("#printed-at").textContent = both(new Date(), TIME_ZONE, true);
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
  });
}
