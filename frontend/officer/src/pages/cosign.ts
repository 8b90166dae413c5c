/** What waits for a second person: turn it down with a reason here, approve it on its own page; the list is told of changes. */
import { ListedMaps, type BorderJson } from "../map/where";
import { find, pageData, post, sentence, streamEnded } from "../page";

const REASON_MIN = 15;
const maps = new ListedMaps(pageData<{ border: BorderJson }>().border);

function reasonOf(card: Element): HTMLTextAreaElement {
  return find<HTMLTextAreaElement>(".why", card);
}

function isWriting(): boolean {
  return [...document.querySelectorAll(".waiting")].some((card) => reasonOf(card).value !== "");
}

function listenTo(card: HTMLElement): void {
  const [button, why] = [find<HTMLButtonElement>(".turn-down", card), reasonOf(card)];
  why.addEventListener("input", () => (button.disabled = [...why.value.trim()].length < REASON_MIN));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await post(`/api/requests/${card.dataset["requestId"]}/turn-down`, { reason: why.value.trim() });
      card.remove();
      await changed();
    } catch (error) {
      find(".problem", card).textContent = sentence(error);
      button.disabled = false;
    }
  });
}

/** Listen to what is on the page. */
function listen(): void {
  for (const card of document.querySelectorAll<HTMLElement>(".waiting")) listenTo(card);
  find("#show-changes").addEventListener("click", () => location.reload());
  maps.watch(find("main"));
}

/** This page as the hub makes it now, its scripts not run. */
function fresh(): Promise<Document> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // the one reader of HTML that takes no trusted type
    request.responseType = "document";
    request.addEventListener("loadend", () => {
      if (request.status === 200 && request.responseXML !== null) resolve(request.responseXML);
      else location.reload(); // says why
    });
    request.open("GET", location.href);
    request.send();
  });
}

/** Show the list as it is now, but never over what somebody writes, or began to write while the hub was asked. */
async function changed(): Promise<void> {
  const found = await fresh();
  if (isWriting()) {
    find("#show-changes").hidden = false;
    return;
  }
  find("main").replaceWith(find("main", found));
  listen();
}

listen();
const events = new EventSource("/cosign/events");
events.addEventListener("ready", () => (document.body.dataset["live"] = "yes"));
events.addEventListener("changed", changed);
events.addEventListener("error", () => {
  if (events.readyState === EventSource.CLOSED) void streamEnded();
});
