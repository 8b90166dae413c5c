/** One's cameras: confirm, pause, erase; the key again; sign out. The list itself is the server's. */
import { find } from "../../../officer/src/page";
import { call, onPress } from "../api";
import { forget, kept } from "../kept";
import { change } from "../own_entries";
import { showKey } from "../shown_key";

const ACTS: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  confirm: (id) => call("POST", `/api/entries/${id}/confirm`),
  pause: (id) => change(id, { state: "paused" }),
  resume: (id) => change(id, { state: "active" }),
  erase: (id) => change(id, { state: "erased", place: null, keepsDays: null }),
};

for (const card of document.querySelectorAll<HTMLElement>("[data-entry]")) {
  for (const button of card.querySelectorAll<HTMLButtonElement>("button[data-act]")) {
    const act = ACTS[button.dataset["act"] ?? ""];
    if (act === undefined) continue;
    const run = async (): Promise<void> => {
      await act(card.dataset["entry"] ?? "");
      location.reload();
    };
    onPress(button, run, find(".problem", card));
  }
}

const account = kept();
find("#key-here").hidden = account === null;
find("#key-away").hidden = account !== null;
if (account !== null) showKey(account.key);

onPress(find<HTMLButtonElement>("#sign-out"), async () => {
  await call("DELETE", "/api/session");
  forget();
  location.assign("/");
});
