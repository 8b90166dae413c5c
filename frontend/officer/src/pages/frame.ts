/** What every officers' page does: times in the agency's zone, the keys of the page. */
import { listenForKeys, shortcut, shortcutsOf, showShortcuts } from "../keys";
import { find } from "../page";
import { localTimes } from "../times_on_page";

localTimes();
shortcutsOf();
shortcut("?", "Show this list", showShortcuts);
find("#keys").addEventListener("click", showShortcuts);
listenForKeys();
