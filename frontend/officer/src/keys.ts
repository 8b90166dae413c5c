/**
 * A page's keyboard shortcuts: one list of them, which "?" shows. They are off while somebody types, and a person can
 * switch those of a single key off on a device (WCAG 2.1.4); a shortcut with Ctrl stays.
 */
import { element } from "./page";

export interface Shortcut {
  /** As it is written: "d", "?", "ctrl+enter", or one key after the other: "g r". */
  readonly keys: string;
  /** What it does, for the list. */
  readonly words: string;
  readonly act: () => void;
  /** Whether it can be pressed now. */
  readonly isThere: () => boolean;
  /** Whether it goes on while its key is held. */
  readonly repeats: boolean;
}

const SWITCH = "milton-single-keys";
const OFF = "off";
const SECOND_KEY_WITHIN_MS = 1_500;
const shortcuts = new Map<string, Shortcut>();
let [first, firstAt] = ["", 0];

/** Add a shortcut; one for the same keys is replaced. */
export function shortcut(keys: string, words: string, act: () => void, isThere = (): boolean => true, repeats = false): void {
  shortcuts.set(keys, { keys, words, act, isThere, repeats });
}

function there(keys: string): Shortcut | undefined {
  const found = shortcuts.get(keys);
  return found?.isThere() ? found : undefined;
}

/** What an element says, without the keys that are written on it. */
function wordsOf(target: HTMLElement): string {
  const copy = target.cloneNode(true) as HTMLElement;
  for (const key of copy.querySelectorAll("kbd")) key.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Each link and button with `data-keys` is pressed by them, while it is shown; with `data-repeats` as long as they are held. */
export function shortcutsOf(within: ParentNode = document): void {
  for (const target of within.querySelectorAll<HTMLElement>("[data-keys]")) {
    const { keys = "", repeats } = target.dataset;
    shortcut(keys, wordsOf(target), () => target.click(), () => target.checkVisibility(), repeats !== undefined);
  }
}

function singleKeysAreOn(): boolean {
  return localStorage.getItem(SWITCH) !== OFF;
}

function showSwitch(): void {
  document.documentElement.dataset["singleKeys"] = singleKeysAreOn() ? "on" : OFF;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=range]), textarea, select, [contenteditable]");
}

/** A key that the focused element needs itself. */
function isPressing(key: string, target: EventTarget | null): boolean {
  return (key === "space" || key === "enter") && target instanceof HTMLElement && target.matches("button, summary, a[href], video");
}

function find(event: KeyboardEvent): Shortcut | undefined {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (event.ctrlKey) return there(`ctrl+${key}`);
  if (isTyping(event.target) || isPressing(key, event.target)) return undefined;
  if (document.querySelector("dialog[open]") !== null || !singleKeysAreOn()) return undefined;
  // When they were pressed, not when a busy page gets to them.
  const both = event.timeStamp - firstAt < SECOND_KEY_WITHIN_MS ? there(`${first} ${key}`) : undefined;
  [first, firstAt] = [key, event.timeStamp];
  return both ?? there(key);
}

function written(keys: string): HTMLElement[] {
  const names = keys.split(keys.includes("+") && keys.length > 1 ? "+" : " ");
  return names.map((name) => element("kbd", { text: name.length === 1 ? name.toUpperCase() : name[0]!.toUpperCase() + name.slice(1) }));
}

function switchBox(): HTMLLabelElement {
  const box = element("input");
  box.type = "checkbox";
  box.id = "single-keys";
  box.checked = singleKeysAreOn();
  box.addEventListener("change", () => {
    localStorage.setItem(SWITCH, box.checked ? "on" : OFF);
    showSwitch();
  });
  return element("label", { className: "inline" }, box, document.createTextNode("Single keys work on this device"));
}

/** Show the list, as a dialog that Escape closes. */
export function showShortcuts(): void {
  const shown = [...shortcuts.values()].filter(({ keys }) => there(keys) !== undefined);
  const lines = shown.map(({ keys, words }) =>
    element("li", {}, element("span", { text: words }), element("span", {}, ...written(keys))),
  );
  const close = element("button", { className: "btn tall", text: "Close" });
  const heading = element("h2", { text: "Keyboard shortcuts" });
  heading.id = "shortcuts-heading";
  const dialog = element("dialog", { className: "shortcuts" }, heading, element("ul", {}, ...lines), switchBox(), close);
  dialog.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Listen from now on; once a page. */
export function listenForKeys(): void {
  showSwitch();
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.altKey || event.isComposing) return;
    const found = find(event);
    if (found === undefined || (event.repeat && !found.repeats)) return;
    event.preventDefault();
    first = "";
    found.act();
  });
}
