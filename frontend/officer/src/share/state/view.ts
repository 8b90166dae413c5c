/** Shows a share's state, its receipts, and whether it can be accepted now. */
import { element, find } from "../../page";
import { timeElement } from "../../times_on_page";
import type { Receipt, Standing } from "./watch";

function receiptLine({ event, at, badge, device }: Receipt): HTMLLIElement {
  const words = event.replaceAll("_", " ");
  const line = element("li", {}, element("b", { text: `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}` }), document.createTextNode(" "), timeElement(at));
  if (badge !== null) line.append(document.createTextNode(" "), element("span", { className: "muted", text: `badge ${badge}, ${device ?? ""}` }));
  return line;
}

/** Show what became of a share that can still be watched. */
export function showStanding(standing: Standing): void {
  const chip = find("#share-state");
  if (standing.state === "accepted") {
    chip.textContent = "In case";
    chip.className = "chip is-home";
    document.querySelector("#accept-card")?.setAttribute("hidden", "");
  }
  chip.dataset["state"] = standing.state;
  find("#receipts").replaceChildren(...standing.receipts.map(receiptLine));
  const revoked = find("#key-was-revoked");
  revoked.hidden = standing.accept_reason === null;
  find("#key-was-revoked-words").textContent = standing.accept_reason ?? "";
  const early = document.querySelector("#acceptable");
  if (early !== null && standing.consents.some(({ kind }) => kind === "accept_early")) {
    early.textContent = "The owner agreed that it is accepted before the 24 hours are over.";
  }
}
