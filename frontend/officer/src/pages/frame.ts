/** What every officers' page does: times in the agency's zone, its keys, and an opening key that lasts as long as a session. */
import { listenForKeys, shortcut, shortcutsOf, showShortcuts } from "../keys";
import { find } from "../page";
import { lockClips, stay } from "../share/clip_server";
import { localTimes } from "../times_on_page";

localTimes();
shortcutsOf();
shortcut("?", "Show this list", showShortcuts);
find("#keys").addEventListener("click", showShortcuts);
listenForKeys();
document.querySelector("#sign-out")?.closest("form")?.addEventListener("submit", () => void lockClips());
if (location.pathname === "/sign-in") void lockClips(); // locked, or the session ran out
else stay();
