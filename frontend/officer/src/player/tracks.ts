/** Timelines of clips in true time, one below the other, with one playhead moved by mouse, touch, and keys. */
import { element } from "../page";
import type { ClipTime, Span } from "./time/clip_time";
import { localClock, localMoment } from "./time/moments";

export interface Track {
  /** Empty where there is only one. */
  readonly name: string;
  readonly time: ClipTime;
}
const [STEP_MS, LEAP_MS] = [1_000, 10_000]; // arrows, and with Shift
const TICKS = 4;
const WORDS = { recorded: "recorded", gap: "nothing was recorded", apart: "not asked for" };

export class Tracks {
  readonly #slider = element("input");
  readonly #head = element("i", { className: "head" });
  readonly #bands: HTMLElement[] = [];
  readonly #marks = element("div", { className: "marks" });
  readonly #forgotten = new Set<number>();
  #saidSecond = NaN;

  constructor(
    root: HTMLElement,
    private readonly tracks: readonly Track[],
    private readonly span: Span,
    private readonly timeZone: string,
    private readonly goTo: (ms: number) => void,
  ) {
    const box = element("div", { className: "tracks" }, ...tracks.map((track) => this.#line(track)), this.#marks, this.#head, this.#control());
    root.replaceChildren(box, this.#ticks());
  }

  /** Put the playhead to a true time. */
  show(ms: number): void {
    const at = this.#share(ms);
    this.#head.style.left = `${at}%`;
    this.#slider.value = String(Math.round(ms - this.span.fromMs));
    this.tracks.forEach(({ time }, index) => this.#band(this.#bands[index] as HTMLElement, ms, time));
    const second = Math.floor(ms / 1000);
    if (second === this.#saidSecond) return;
    this.#saidSecond = second;
    const kinds = this.tracks.filter((_, index) => !this.#forgotten.has(index)).map(({ name, time }) => `${name === "" ? "" : `${name}: `}${WORDS[time.kindAt(ms) ?? "gap"]}`);
    this.#slider.setAttribute("aria-valuetext", `${localMoment(second * 1000, this.timeZone)}; ${kinds.join(", ")}`);
  }

  /** Show nothing of one clip any more; `name` says so. */
  forget(index: number, name: string): void {
    this.#forgotten.add(index);
    const bar = this.#bands[index]?.parentElement;
    bar?.replaceChildren();
    const label = bar?.previousElementSibling;
    if (label) label.textContent = name;
    this.#saidSecond = NaN;
  }

  mark(moments: readonly number[]): void {
    this.#marks.replaceChildren(
      ...moments.map((ms) => {
        const mark = element("i");
        mark.style.left = `${this.#share(ms)}%`;
        return mark;
      }),
    );
  }

  #share(ms: number): number {
    return ((Math.min(Math.max(ms, this.span.fromMs), this.span.untilMs) - this.span.fromMs) / (this.span.untilMs - this.span.fromMs)) * 100;
  }

  #line({ name, time }: Track): HTMLElement {
    const bar = element("div", { className: "track" });
    for (const { fromMs, untilMs, kind } of time.segments) {
      const part = element("i", { className: kind });
      part.style.left = `${this.#share(fromMs)}%`;
      part.style.width = `${this.#share(untilMs) - this.#share(fromMs)}%`;
      bar.append(part);
    }
    const band = element("i", { className: "unsure" });
    this.#bands.push(band);
    bar.append(band);
    const label = element("span", { className: "xs", text: name });
    return element("div", { className: "line" }, ...(name === "" ? [] : [label]), bar);
  }

  /** How far the playhead may be off for one clip; all of its track where nothing vouches for its times. */
  #band(band: HTMLElement, ms: number, { unsureMs }: ClipTime): void {
    const [from, until] = unsureMs === null ? [0, 100] : [this.#share(ms - unsureMs), this.#share(ms + unsureMs)];
    band.style.left = `${from}%`;
    band.style.width = `${until - from}%`;
  }

  #control(): HTMLInputElement {
    const slider = this.#slider;
    slider.type = "range";
    slider.id = "time";
    slider.min = "0";
    slider.max = String(this.span.untilMs - this.span.fromMs);
    slider.step = "1";
    slider.setAttribute("aria-label", "Time");
    slider.addEventListener("input", () => this.goTo(this.span.fromMs + Number(slider.value)));
    slider.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (way === undefined) return;
      event.preventDefault();
      const ms = this.span.fromMs + Number(slider.value) + way * (event.shiftKey ? LEAP_MS : STEP_MS);
      this.goTo(Math.min(Math.max(ms, this.span.fromMs), this.span.untilMs - 1));
    });
    return slider;
  }

  #ticks(): HTMLElement {
    const { fromMs, untilMs } = this.span;
    const times = Array.from({ length: TICKS + 1 }, (_, index) => fromMs + ((untilMs - fromMs) * index) / TICKS);
    const ticks = element("div", { className: "track-ticks" }, ...times.map((ms) => element("span", { text: localClock(ms, this.timeZone, 0) })));
    ticks.setAttribute("aria-hidden", "true");
    return ticks;
  }
}
