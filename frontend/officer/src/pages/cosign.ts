/** What waits for a second person: turn it down with a reason here, approve it on its own page; the list changes by itself. */
import { RENEWED, renew } from "../live_list";
import type { BorderJson } from "../map/area_json";
import { ListedMaps } from "../map/where";
import { find, pageData, post, sentence, typed } from "../page";
import { countWaiting } from "../waiting";

const REASON_MIN = 15;
const maps = new ListedMaps(pageData<{ border: BorderJson }>().border);

function listenTo(card: HTMLElement): void {
  const [button, why] = [find<HTMLButtonElement>(".turn-down", card), find<HTMLTextAreaElement>(".why", card)];
  why.addEventListener("input", () => (button.disabled = [...typed(why)].length < REASON_MIN));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await post(`/api/requests/${card.dataset["requestId"]}/turn-down`, { reason: typed(why) });
      card.remove();
      await renew();
    } catch (error) {
      find(".problem", card).textContent = sentence(error);
      button.disabled = false;
    }
  });
}

/** Listen to what is on the page. */
function listen(): void {
  for (const card of document.querySelectorAll<HTMLElement>(".waiting")) listenTo(card);
  maps.watch(find("main"));
}

listen();
document.addEventListener(RENEWED, () => {
  listen();
  void countWaiting();
});
