// Looks through a clip at a glance: a strip of its pictures that is moved along, and all of them on one sheet.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Clip, Stills } from "../api/model";
import { define, Part } from "../kit/part";
import { wallTime } from "../cases/state";

const SHOWN = 12; // tiles side by side: more would be stamps
const clamp = (value: number, lo: number, hi: number): number => Math.min(Math.max(value, lo), hi);

export class Strip extends Part {
  static override properties = {
    context: { attribute: false },
    clip: { attribute: false },
    stills: { attribute: false },
    shownMs: { attribute: false },
  };
  declare clip: Clip;
  declare stills: Stills;
  declare shownMs: number;

  /** Which tile shows the moment that the player is at. */
  get #index(): number {
    const after = this.stills.at_ms.findIndex((at) => at > this.shownMs);
    return after < 0 ? this.stills.at_ms.length - 1 : Math.max(0, after - 1);
  }

  #seek(index: number): void {
    const at = this.stills.at_ms[clamp(index, 0, this.stills.at_ms.length - 1)];
    if (at !== undefined) this.tell("seek", { seconds: at / 1000 });
  }

  #keyed(event: KeyboardEvent): void {
    const [now, last] = [this.#index, this.stills.at_ms.length - 1];
    const goal: Record<string, number> = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - 10, PageUp: now + 10, Home: 0, End: last };
    const index = goal[event.key];
    if (index === undefined) return;
    event.preventDefault();
    this.#seek(index);
  }

  #pointed(event: PointerEvent): void {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    if (event.type === "pointerdown") (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#seek(Math.floor(((event.clientX - left) / width) * this.stills.at_ms.length));
  }

  #tile(index: number): TemplateResult {
    const count = this.stills.at_ms.length;
    const at = count > 1 ? (100 * index) / (count - 1) : 0;
    return html`<i .style="background-image:url('${this.stills.strip}');background-size:${count * 100}% 100%;background-position:${at.toFixed(3)}% 0"></i>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const count = this.stills.at_ms.length;
    const shown = Math.min(SHOWN, count);
    const tiles = Array.from({ length: shown }, (_, place) => Math.floor(((place + 0.5) * count) / shown));
    const index = this.#index;
    return html`<div class="strip" role="slider" tabindex="0" data-test="strip" aria-label=${words.say("strip")}
        aria-valuemin="0" aria-valuemax=${count - 1} aria-valuenow=${index} aria-valuetext=${format.daySecond(wallTime(this.clip, this.stills.at_ms[index] ?? 0))}
        .style="--tile:${this.stills.tile_width}/${this.stills.tile_height}"
        @keydown=${this.#keyed} @pointerdown=${this.#pointed} @pointermove=${this.#pointed}>
        ${tiles.map((tile) => this.#tile(tile))}<b .style="--a:${((100 * (index + 0.5)) / count).toFixed(3)}%"></b></div>
      <details class="sheet" data-test="sheet"><summary>${words.say("sheet")} ${icon("go")}</summary><img src=${this.stills.sheet} alt=${words.say("sheet_alt")} data-test="sheet-picture"></details>`;
  }
}

define("milton-share-strip", Strip);
