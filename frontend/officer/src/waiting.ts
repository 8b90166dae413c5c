/**
 * What waits for a second person, beside the way there on every page of who may approve it: how much, and whether some of
 * it is urgent. One page of a browser holds the stream for all of them.
 */
import { whenLocked } from "./lock_form";
import { element, find, getUnattended } from "./page";

interface Count {
  readonly waiting: number;
  readonly urgent: number;
}

const NAME = "milton-waiting";
const LIST = "/cosign"; // its own stream tells it

function show({ waiting, urgent }: Count, link: HTMLElement): void {
  let chip = link.querySelector<HTMLElement>(".chip");
  chip ??= element("span", { className: "chip" });
  chip.className = urgent > 0 ? "chip is-bad" : "chip";
  chip.textContent = urgent > 0 ? `${urgent} urgent` : String(waiting);
  chip.hidden = waiting === 0;
  link.querySelector("kbd")?.before(chip);
  const said = find("#waiting-said");
  const words = urgent === 0 ? "" : `${urgent} urgent ${urgent === 1 ? "request waits" : "requests wait"} for a supervisor.`;
  if (said.textContent !== words) said.textContent = words;
}

/** Count anew. */
export async function countWaiting(): Promise<void> {
  const link = document.querySelector<HTMLElement>(`.top nav a[href="${LIST}"]`);
  if (link === null) return;
  const count = await getUnattended<Count>("/api/requests/waiting").catch(() => null);
  if (count !== null) show(count, link);
}

/** Hold the stream until it is over for good; a page that goes lets another one hold it. */
function hold(channel: BroadcastChannel): Promise<void> {
  return new Promise((resolve) => {
    const events = new EventSource(`${LIST}/events`);
    whenLocked(() => events.close());
    const tell = (): void => {
      channel.postMessage("changed");
      void countWaiting();
    };
    events.addEventListener("ready", tell); // what came before is told by nobody else
    events.addEventListener("changed", tell);
    events.addEventListener("error", () => events.readyState === EventSource.CLOSED && resolve());
  });
}

/** Count from now on, where the page leads to what waits. */
export function followWaiting(): void {
  if (document.querySelector(`.top nav a[href="${LIST}"]`) === null) return;
  void countWaiting();
  if (location.pathname === LIST) return;
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", () => void countWaiting());
  void navigator.locks.request(NAME, () => hold(channel));
}
