/** What waits for a second person: turn it down with a reason here, approve it on its own page; the list is told of changes. */
import { find, post, sentence, streamEnded } from "../page";

const REASON_MIN = 15;

function reasonOf(card: Element): HTMLTextAreaElement {
  return find<HTMLTextAreaElement>(".why", card);
}

function isWriting(): boolean {
  return [...document.querySelectorAll(".waiting")].some((card) => reasonOf(card).value !== "");
}

for (const card of document.querySelectorAll<HTMLElement>(".waiting")) {
  const [button, why] = [find<HTMLButtonElement>(".turn-down", card), reasonOf(card)];
  why.addEventListener("input", () => (button.disabled = [...why.value.trim()].length < REASON_MIN));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await post(`/api/requests/${card.dataset["requestId"]}/turn-down`, { reason: why.value.trim() });
      why.value = ""; // nothing is being written any more
      card.remove();
      if (!isWriting()) location.reload();
    } catch (error) {
      find(".problem", card).textContent = sentence(error);
      button.disabled = false;
    }
  });
}

/** Show the list as it is now, but never over what somebody writes. */
function changed(): void {
  if (!isWriting()) location.reload();
  else find("#show-changes").hidden = false;
}

find("#show-changes").addEventListener("click", () => location.reload());
const events = new EventSource("/cosign/events");
events.addEventListener("ready", () => (document.body.dataset["live"] = "yes"));
events.addEventListener("changed", changed);
events.addEventListener("error", () => {
  if (events.readyState === EventSource.CLOSED) void streamEnded();
});
