// The keyboard is never lost: when what has it goes away, it goes on at the heading of what is left around it.

const GOING = ["keydown", "pointerdown"]; // what a person goes elsewhere with
const LOOKING = ["wheel", "touchmove", "keydown"]; // what a person looks elsewhere with
const PAGING = ["PageUp", "PageDown", "Home", "End"];
const MOVED_PX = 2; // less is rounding
const HEADINGS = "h1, h2, h3, [role=heading]";

/** Nothing has the keyboard: what had it is gone, or can't be used now. */
const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** A heading takes the keyboard once: no stop of the Tab key is left behind. */
export function goTo(heading: HTMLElement, options: FocusOptions = {}): void {
  heading.tabIndex = -1;
  heading.addEventListener("blur", () => heading.removeAttribute("tabindex"), { once: true });
  heading.focus(options);
}

/** How far down the page something is, in pixels, however far all that it lies in is scrolled: what is in it is not. */
function placeOf(element: HTMLElement): number {
  let place = element.getBoundingClientRect().top + scrollY;
  for (let each: Node | null = element.parentNode; each; each = each instanceof ShadowRoot ? each.host : each.parentNode) {
    if (each instanceof HTMLElement && each !== document.documentElement) place += each.scrollTop;
  }
  return place;
}

export class FocusKeeper {
  readonly #root: ShadowRoot;
  readonly #watch = new MutationObserver((changes) => {
    this.#isSwitched ||= changes.some(({ type, target }) => type === "attributes" && target === this.#path[0]);
    this.#keep();
  });
  /** What comes above it (a picture, words) would push it down, out of sight. */
  readonly #sight = new IntersectionObserver((looks) => this.#follow(looks.at(-1)?.isIntersecting ?? false), { threshold: [0, 1] });
  /** What grew may have moved it: it is looked at anew, whether it is still in sight or not. */
  readonly #growth = new ResizeObserver(() => this.#look());
  #path: HTMLElement[] = []; // what had the keyboard last, and all around it, from the inside
  #byKeys = false; // and nobody has looked elsewhere since
  #place = 0; // how far down the page it was when it was last looked at
  #isSeen = false; // and whether it was in sight then
  /** It was made usable or not, and nobody went on since: a browser takes the keyboard from it late, though it can be used again. */
  #isSwitched = false;

  constructor(root: ShadowRoot) {
    this.#root = root;
  }

  start(): void {
    this.#root.addEventListener("focusin", this.#came);
    this.#root.addEventListener("focusout", this.#left);
    for (const type of GOING) addEventListener(type, this.#goes, { capture: true });
    for (const type of LOOKING) addEventListener(type, this.#looks, { capture: true, passive: true });
    this.#watch.observe(this.#root, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  }

  stop(): void {
    this.#root.removeEventListener("focusin", this.#came);
    this.#root.removeEventListener("focusout", this.#left);
    for (const type of GOING) removeEventListener(type, this.#goes, { capture: true });
    for (const type of LOOKING) removeEventListener(type, this.#looks, { capture: true });
    this.#sight.disconnect();
    this.#growth.disconnect();
    this.#watch.disconnect();
    this.#path = [];
  }

  readonly #came = (event: Event): void => {
    const path = event.composedPath();
    this.#path = path.slice(0, path.indexOf(this.#root)).filter((each) => each instanceof HTMLElement);
    this.#byKeys = this.#path[0]?.matches(":focus-visible") ?? false;
    this.#isSwitched = false;
    this.#growth.disconnect();
    this.#isSeen = true; // a browser brings it there
    if (this.#path[0]) this.#place = placeOf(this.#path[0]);
    this.#look();
    for (const each of this.#path) this.#growth.observe(each);
  };

  #look(): void {
    this.#sight.disconnect();
    if (this.#path[0]) this.#sight.observe(this.#path[0]);
  }

  /** What did not move by itself was scrolled away, by a bar or by what helps somebody: they look elsewhere. */
  #follow(isSeen: boolean): void {
    const [last] = this.#path;
    if (!last) return;
    const before = { place: this.#place, isSeen: this.#isSeen };
    [this.#place, this.#isSeen] = [placeOf(last), isSeen];
    const isMoved = Math.abs(this.#place - before.place) >= MOVED_PX;
    if (!isMoved || !before.isSeen || !this.#byKeys || isLost()) return;
    last.scrollIntoView({ block: "nearest" });
    this.#isSeen = true;
  }

  /** Somebody goes elsewhere with the Tab key, a finger or the mouse: what is left then was left on purpose. */
  readonly #goes = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || event.key === "Tab") this.#isSwitched = false;
  };

  readonly #looks = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || PAGING.includes(event.key)) this.#byKeys = false;
  };

  /** Who goes elsewhere is not brought back; what went away under the keyboard is no longer there a moment later. */
  readonly #left = (): void => {
    const [last] = this.#path;
    queueMicrotask(() => {
      if (last !== this.#path[0] || !last?.isConnected || last.matches(":disabled")) return;
      if (isLost() && this.#isSwitched) last.focus({ preventScroll: true });
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
