/** What the views are made of. */
import { element, find, icon } from "../../../officer/src/page";
import { sentence } from "../words/say";

export function button(text: string, test: string, act: () => void | Promise<void>, look = ""): HTMLButtonElement {
  const made = element("button", { text, className: `btn tall ${look}` });
  [made.type, made.dataset["test"]] = ["button", test];
  made.addEventListener("click", async () => {
    made.disabled = true;
    say("");
    try {
      await act();
    } catch (error) {
      say(sentence(error));
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

/** Say what went wrong; with nothing, that nothing is wrong anymore. */
export function say(text: string): void {
  find("#problem").textContent = text;
}

/** Say how far it is. */
export function tell(text: string): void {
  find("#status").textContent = text;
}

export function banner(text: string, look = "is-warn"): HTMLElement {
  return element("p", { className: `banner ${look}` }, icon("warn"), element("span", { text }));
}

export function facts(pairs: readonly (readonly [string, string])[]): HTMLElement {
  const children = pairs.flatMap(([name, value]) => [element("dt", { text: name }), element("dd", { text: value })]);
  return element("dl", { className: "kv" }, ...children);
}

/** A labeled field. */
export function field(label: string, input: HTMLElement, hint = ""): HTMLElement {
  const [id, words] = [input.id, element("label", { text: label })];
  words.htmlFor = id;
  const parts = [words, input];
  if (hint !== "") {
    const said = element("span", { text: hint, className: "hint" });
    said.id = `${id}-hint`;
    input.setAttribute("aria-describedby", said.id);
    parts.push(said);
  }
  return element("div", { className: "field" }, ...parts);
}

export function input(id: string, type: string): HTMLInputElement {
  const made = element("input");
  [made.id, made.type, made.dataset["test"]] = [id, type, id];
  return made;
}

export function list(items: readonly string[], test = ""): HTMLUListElement {
  const made = element("ul", {}, ...items.map((text) => element("li", { text })));
  if (test !== "") made.dataset["test"] = test;
  return made;
}

/** A card with a heading, of one step. */
export function step(number: number, title: string, ...children: readonly Node[]): HTMLElement {
  const mark = element("span", { text: String(number) });
  mark.setAttribute("aria-hidden", "true");
  const head = element("header", {}, mark, element("h2", { text: title }));
  return element("section", { className: "card step" }, head, element("div", { className: "stack" }, ...children));
}

/** Show a view under a title, and begin to read there. */
export function show(title: string, ...children: readonly Node[]): void {
  const [head, view] = [find("#title"), find("#view")];
  head.textContent = title;
  view.replaceChildren(...children);
  say("");
  head.focus();
}
