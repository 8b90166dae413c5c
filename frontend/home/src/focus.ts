// The keyboard is never lost: when what has it goes away, it goes on at the heading of what is left around it.

const LATE_MS = 100; // a browser takes the keyboard from a button that can't be used at its next picture, though it can be used again
const HEADINGS = "h1, h2, h3, [role=heading]";

/** Nothing has the keyboard: what had it is gone, or can't be used now. */
const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** A heading takes the keyboard once: no stop of the Tab key is left behind. */
function goTo(heading: HTMLElement, options: FocusOptions): void {
  heading.tabIndex = -1;
  heading.addEventListener("blur", () => heading.removeAttribute("tabindex"), { once: true });
  heading.focus(options);
}

export class FocusKeeper {
  readonly #root: ShadowRoot;
  readonly #watch = new MutationObserver((changes) => {
    if (changes.some(({ type, target }) => type === "attributes" && target === this.#path[0])) this.#switchedAt = performance.now();
    this.#keep();
  });
  #path: HTMLElement[] = []; // what had the keyboard last, and all around it, from the inside
  #byKeys = false;
  #switchedAt = -Infinity; // when what has the keyboard was last made usable or not

  constructor(root: ShadowRoot) {
    this.#root = root;
  }

  start(): void {
    this.#root.addEventListener("focusin", this.#came);
    this.#root.addEventListener("focusout", this.#left);
    this.#watch.observe(this.#root, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  }

  stop(): void {
    this.#root.removeEventListener("focusin", this.#came);
    this.#root.removeEventListener("focusout", this.#left);
    this.#watch.disconnect();
    this.#path = [];
  }

  readonly #came = (event: Event): void => {
    const path = event.composedPath();
    this.#path = path.slice(0, path.indexOf(this.#root)).filter((each) => each instanceof HTMLElement);
    this.#byKeys = this.#path[0]?.matches(":focus-visible") ?? false;
  };

  /** Who goes elsewhere is not brought back; what went away under the keyboard is no longer there a moment later. */
  readonly #left = (): void => {
    const [last] = this.#path;
    queueMicrotask(() => {
      if (last !== this.#path[0] || !last?.isConnected || last.matches(":disabled")) return;
      if (isLost() && performance.now() - this.#switchedAt < LATE_MS) last.focus({ preventScroll: true });
      else this.#path = [];
    });
  };

  #keep(): void {
    const [last] = this.#path;
    if (!last || !isLost()) return;
    if (last.isConnected) {
      if (!last.matches(":disabled")) last.focus({ preventScroll: !this.#byKeys });
      return;
    }
    const around = this.#path.filter((each) => each.isConnected);
    const headings = around.map((each) => each.querySelector<HTMLElement>(HEADINGS));
    const target = headings.find((each) => each !== null) ?? this.#root.querySelector<HTMLElement>(HEADINGS);
    if (target) goTo(target, { preventScroll: !this.#byKeys });
  }
}
