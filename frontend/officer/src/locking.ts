/** A page says before it locks for want of use, lets the person stay, and leaves once it has locked. */
import { find, get, pageData, USED } from "./page";

const LOOK_EVERY_MS = 10_000;
const MINUTE_MS = 60_000;
const SAID_FROM_MIN = 5;
const HUB_WRITES_EVERY_MS = MINUTE_MS; // a use that came sooner after the one before is not written down
const AFTER_MS = 5_000; // the hub's clock has passed it too

/** When the hub was last asked for something by any page of this browser. */
function lastUse(): number {
  return Math.min(Number(localStorage.getItem(USED) ?? 0), Date.now());
}

function minutesLeft(afterMs: number): number {
  return Math.ceil((lastUse() + afterMs - HUB_WRITES_EVERY_MS - Date.now()) / MINUTE_MS);
}

function show(minutes: number): void {
  const soon = minutes <= SAID_FROM_MIN;
  find("#locks").hidden = !soon;
  const words = minutes > 1 ? `Locks in ${minutes} min` : "Locks within a minute";
  find("#locks-words").textContent = words;
  if (!soon) find("#locks-said").textContent = "";
  else if (minutes === SAID_FROM_MIN || minutes === 1) find("#locks-said").textContent = `${words}. Stay signed in is beside the lock.`;
}

/** Watch the time from now on; `locks_after_s` is there where somebody is signed in. */
export function sayWhenItLocks(): void {
  const { locks_after_s: afterS } = pageData<{ locks_after_s: number | null }>();
  if (afterS === null) return;
  const afterMs = afterS * 1_000;
  const look = async (): Promise<void> => {
    // Alive still: used by what no page is told of. Else the answer leads to where one signs in.
    if (Date.now() - lastUse() > afterMs + AFTER_MS) await get("/api/session").catch(() => undefined);
    show(minutesLeft(afterMs));
  };
  find("#stay").addEventListener("click", async () => {
    await get("/api/session").catch(() => undefined);
    show(minutesLeft(afterMs));
  });
  setInterval(look, LOOK_EVERY_MS);
}
