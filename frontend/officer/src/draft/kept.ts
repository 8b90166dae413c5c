/** Drafts lie at the hub while they are written, so that a reload, or another device, goes on with the last words. */
import { find, isForNow, letGo, post, sentence, SOON_AGAIN_AFTER_MS } from "../page";
import { TIME_ZONE } from "../times_on_page";
import type { Draft } from "./form";

const KEEP_AFTER_MS = 700;
let timer = 0;

/** Keep a draft soon; the page's address then leads to it. What is being written goes before what was. */
export function keepSoon(draft: () => Draft): void {
  clearTimeout(timer);
  timer = setTimeout(() => void keep(draft()), KEEP_AFTER_MS);
}

/** Keep nothing more: the draft became a request. */
export function keepNoMore(): void {
  clearTimeout(timer);
  timer = 0;
}

async function keep(draft: Draft): Promise<void> {
  const said = find("#kept");
  const mine = timer;
  try {
    const { kept_at: keptAt } = await post<{ kept_at: string }>("/api/drafts", draft);
    history.replaceState(null, "", `?draft=${draft.draft_id}`);
    const time = new Intl.DateTimeFormat("en-US", { timeZone: TIME_ZONE, timeStyle: "medium" }).format(new Date(keptAt));
    said.textContent = `Saved as a draft at ${time}.`;
  } catch (error) {
    said.textContent = `Not saved: ${sentence(error)}`;
    if (mine === timer && isForNow(error)) timer = setTimeout(() => void keep(draft), SOON_AGAIN_AFTER_MS);
  }
}

/** The buttons beside the other drafts. */
export function listenToDrafts(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>(".drafts .discard")) {
    button.addEventListener("click", async () => {
      const line = button.closest<HTMLElement>("[data-draft]");
      await letGo("/api/drafts/discard", { draft_id: line?.dataset["draft"] });
      line?.remove();
      if (document.querySelector(".drafts li") === null) document.querySelector(".drafts")?.remove();
    });
  }
}
