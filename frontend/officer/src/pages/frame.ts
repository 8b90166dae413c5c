/** What every officers' page does: times in the agency's zone, its keys, and an opening key that lasts as long as a session. */
import { listenForKeys, shortcut, shortcutsOf, showShortcuts } from "../keys";
import { followList, RENEWED } from "../live_list";
import { whenLocked } from "../lock_form";
import { sayWhenItLocks } from "../locking";
import { find, USED } from "../page";
import { forPaper } from "../paper";
import { goThroughLines } from "../rows";
import { lockClips, stay } from "../share/clip/server";
import { keepSayingTimeLeft } from "../time_left";
import { localTimes } from "../times_on_page";
import { followWaiting } from "../waiting";

localTimes();
keepSayingTimeLeft();
shortcutsOf();
goThroughLines();
shortcut("?", "Show this list", showShortcuts);
find("#keys").addEventListener("click", showShortcuts);
listenForKeys();
localStorage.setItem(USED, String(Date.now()));
sayWhenItLocks();
forPaper();
whenLocked(() => void lockClips());
if (["/sign-in", "/invite"].includes(location.pathname)) void lockClips(); // locked, the session ran out, or somebody else comes
else stay();
document.addEventListener(RENEWED, () => shortcutsOf());
followList();
followWaiting();
