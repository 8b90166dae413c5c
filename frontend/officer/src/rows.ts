/**
 * Going through the lines of a page by keys: J the next, K the one before, Enter opens it. A line carries `data-line`; one
 * that leads nowhere is a form, whose first field Enter goes to: no key does what can't be taken back.
 */
import { shortcut } from "./keys";

const LINES = "main [data-line]";
const FIELDS = "textarea, select, input, button";

function lines(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(LINES)].filter((line) => line.checkVisibility());
}

function current(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>(LINES) ?? null;
}

function step(by: number): void {
  const [all, here] = [lines(), current()];
  const at = here === null ? -1 : all.indexOf(here);
  const line = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (line === undefined) return;
  const link = line.querySelector<HTMLElement>("a[href]");
  if (link === null) line.tabIndex = -1;
  (link ?? line).focus();
  line.scrollIntoView({ block: "nearest" });
}

function open(): void {
  const line = current();
  const link = line?.querySelector<HTMLElement>("a[href]");
  if (link) link.click();
  else line?.querySelector<HTMLElement>(FIELDS)?.focus();
}

/** Take the keys where a page has such lines; a page that has keys of its own for its list replaces them. */
export function goThroughLines(): void {
  const isThere = (): boolean => lines().length > 0;
  shortcut("j", "Next line", () => step(1), isThere, true);
  shortcut("k", "Line before", () => step(-1), isThere, true);
  shortcut("enter", "Open the line", open, isThere);
}
