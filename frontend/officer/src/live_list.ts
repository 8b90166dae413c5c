/**
 * A list that changes by itself: a stream tells that it would read differently now, and its main part is made anew as
 * the hub makes it. Focus, scroll and what was opened stay, and nobody's words are lost: while somebody writes, or a page
 * shows what it shows once (`data-hold`), the change waits until it is asked for.
 */
import { inTurn } from "./in_turn";
import { whenLocked } from "./lock_form";
import { AGAIN_AFTER_MS, element, find, pageData, streamEnded, TOO_MUCH, UNATTENDED } from "./page";
import { sayTimeLeft } from "./time_left";
import { localTimes } from "./times_on_page";

/** Told on `document` after the main part was made anew: a page listens to its new elements. */
export const RENEWED = "milton-renewed";

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/** This page as the hub makes it now, its scripts not run; null where it is not served, and the page leads to why. */
function fresh(): Promise<Document | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // the one reader of HTML that takes no trusted type
    request.responseType = "document";
    request.addEventListener("loadend", () => {
      const isThis = request.status === 200 && new URL(request.responseURL).pathname === location.pathname;
      if (request.status === TOO_MUCH) setTimeout(() => void renew(), AGAIN_AFTER_MS); // of all pages here; this one stays
      else if (!isThis && request.status !== 0 && request.status < 500) location.reload(); // says why
      resolve(isThis ? request.responseXML : null);
    });
    request.open("GET", location.href);
    request.setRequestHeader(UNATTENDED, "yes");
    request.send();
  });
}

function isChanged(field: Element): boolean {
  if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLSelectElement)) return false;
  const first = [...field.options].findLastIndex(({ defaultSelected }) => defaultSelected);
  return field.selectedIndex !== Math.max(first, 0);
}

/** Whether somebody would lose something: words in a field, an act that goes on, what is shown once. */
function isInUse(main: Element): boolean {
  const isHeld = [...main.querySelectorAll<HTMLElement>("[data-hold]")].some((each) => each.checkVisibility());
  return isHeld || [...main.querySelectorAll("input, textarea, select")].some(isChanged);
}

/** What names a line of a list, in every making of it. */
function lineOf(target: Element): string | null {
  const line = target.closest<HTMLElement>("[data-line]");
  return line === null ? null : `[data-line="${CSS.escape(line.dataset["line"] as string)}"]`;
}

/** How the element with the focus is found again: by its id, else as the same one of its line. */
function placeOf(target: Element | null, main: Element): (made: ParentNode) => HTMLElement | null {
  if (target === null || !main.contains(target)) return () => null;
  if (target.id !== "") return (made) => made.querySelector(`#${CSS.escape(target.id)}`);
  const line = lineOf(target);
  const within = (root: ParentNode): Element[] => [...(line === null ? root : (root.querySelector(line) ?? document.createElement("p"))).querySelectorAll(FOCUSABLE)];
  const index = within(main).indexOf(target);
  return (made) => (within(made)[index] as HTMLElement | undefined) ?? null;
}

function openedIn(main: Element): number[] {
  return [...main.querySelectorAll("details")].flatMap(({ open }, index) => (open ? [index] : []));
}

function put(made: Element): void {
  const main = find("main");
  const [place, opened, x, y] = [placeOf(document.activeElement, main), openedIn(main), scrollX, scrollY];
  const hadFocus = main.contains(document.activeElement);
  const count = main.querySelectorAll("details").length;
  document.querySelector("#show-changes")?.closest("p")?.remove();
  main.replaceWith(made);
  localTimes(made);
  sayTimeLeft();
  const details = made.querySelectorAll("details");
  if (details.length === count) for (const index of opened) details[index]!.open = true;
  document.dispatchEvent(new Event(RENEWED)); // buttons can be pressed from here on
  if (hadFocus) (place(made) ?? made.querySelector<HTMLElement>("[data-line] a[href], h1"))?.focus({ preventScroll: true });
  scrollTo(x, y);
}

/** Say that there is something newer, and show it when it is asked for. */
function offer(): void {
  if (document.querySelector("#show-changes") !== null) return;
  const show = element("button", { className: "btn", text: "Show it" });
  [show.type, show.id] = ["button", "show-changes"];
  const said = element("p", { className: "banner is-warn lost row wrap" }, element("span", { text: "This has changed meanwhile. What you write here is kept until you show it." }), show);
  said.setAttribute("role", "status");
  show.addEventListener("click", () => location.reload());
  find("main").before(said);
}

/** Make the list anew, one time after the other; never over what somebody writes, or began to write meanwhile. */
export const renew = inTurn(async () => {
  const made = (await fresh())?.querySelector("main");
  if (made === null || made === undefined) return;
  if (isInUse(find("main"))) offer();
  else put(made);
});

/** Follow the page's list, where it has a stream to be told by. */
export function followList(): void {
  const { follows } = pageData<{ follows?: string }>();
  if (follows === undefined) return;
  const events = new EventSource(follows);
  whenLocked(() => events.close());
  events.addEventListener("ready", () => (document.body.dataset["live"] = "yes"));
  events.addEventListener("changed", () => void renew());
  events.addEventListener("error", () => {
    document.body.dataset["live"] = "no";
    if (events.readyState === EventSource.CLOSED) void streamEnded();
  });
}
