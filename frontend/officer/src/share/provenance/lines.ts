/** Provenance lines: a line in words, and behind it the values it rests on, to read, copy, and compare. */
import { element, icon } from "../../page";

/** A value behind a line; one of several rows, or a whole message, has line ends in it. */
export type Value = readonly [name: string, value: string];

export interface Line {
  readonly mark: "ok" | "warn" | "no";
  readonly name: string;
  readonly text: string;
  readonly values?: readonly Value[];
}

/** What nobody checked here, and why not. */
export interface Unchecked {
  readonly what: string;
  readonly why: string;
}

/** What the buttons of a line say, made anew for each. */
export interface ButtonWords {
  readonly details: () => readonly Node[];
  readonly copy: () => readonly Node[];
  readonly copied: () => readonly Node[];
}

const word = (text: string) => (): readonly Node[] => [document.createTextNode(text)];
const ENGLISH: ButtonWords = { details: word("Details"), copy: word("Copy"), copied: word("Copied") };
const COPIED_MS = 2_000;
const WHOLE_FROM_CHARS = 200; // beyond it a value is a box that is scrolled

async function copy(button: HTMLButtonElement, shown: HTMLElement, value: string, words: ButtonWords): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
    button.replaceChildren(...words.copied());
    setTimeout(() => button.replaceChildren(...words.copy()), COPIED_MS);
  } catch {
    getSelection()?.selectAllChildren(shown); // the browser lets no page copy: one key does it
  }
}

function shownValue([name, value]: Value, words: ButtonWords): HTMLElement[] {
  const isLong = value.includes("\n") || value.length > WHOLE_FROM_CHARS;
  const shown = element(isLong ? "pre" : "code", { text: value });
  if (isLong) {
    shown.tabIndex = 0;
    shown.setAttribute("role", "group");
    shown.setAttribute("aria-label", name);
  }
  const button = element("button", { className: "btn quiet" }, ...words.copy());
  button.type = "button";
  button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  button.addEventListener("click", () => void copy(button, shown, value, words));
  return [element("dt", { text: name }), element("dd", {}, shown, button)];
}

/** What is behind a line, made when somebody opens it: a long clip has thousands of rows. */
function detailsOf({ name, values = [] }: Line, isOpen: boolean, words: ButtonWords): HTMLDetailsElement {
  const details = element("details", {}, element("summary", {}, ...words.details(), element("span", { className: "vh", text: `: ${name}` })));
  details.dataset["of"] = name;
  const fill = (): void => {
    if (details.open && details.childElementCount === 1) details.append(element("dl", {}, ...values.flatMap((value) => shownValue(value, words))));
  };
  details.addEventListener("toggle", fill);
  details.open = isOpen;
  return details;
}

/** Show the lines anew; what somebody opened stays open. */
export function showLines(list: HTMLElement, lines: readonly Line[], words: ButtonWords = ENGLISH): void {
  const classes = { ok: "", warn: "w", no: "x" };
  const opened = new Set([...list.querySelectorAll<HTMLDetailsElement>("details[open]")].map((each) => each.dataset["of"]));
  list.replaceChildren(
    ...lines.map((line) => {
      const said = element("div", {}, element("b", { text: line.name }), element("span", { text: line.text }));
      if (line.values !== undefined) said.append(detailsOf(line, opened.has(line.name), words));
      return element("li", { className: classes[line.mark] }, icon(line.mark), said);
    }),
  );
}

/** Show what was not checked, below the lines; nothing is shown of a share whose lines are gone. */
export function showUnchecked(part: HTMLElement, list: HTMLElement, unchecked: readonly Unchecked[]): void {
  part.hidden = unchecked.length === 0;
  list.replaceChildren(...unchecked.map(({ what, why }) => element("li", {}, element("b", { text: what }), element("span", { text: why }))));
}
