// The buttons and sentences to what is drawn on the picture: all of it can be done here without a drag.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { MaskSession } from "./session";
import { type Corner, CORNERS_MAX, CORNERS_MIN, type Drawn, isBox, MASKS_MAX, placeAt, shifted, stretched } from "./shapes";
import { define, Part, radios } from "../kit/part";
import type { Key } from "../words/words";

const STEP = 100; // a hundredth of the picture
let opened = 0;

export class MaskTools extends Part {
  static override properties = {
    context: { attribute: false },
    session: { attribute: false },
    revision: { attribute: false },
    masks: { attribute: false },
    time: { attribute: false },
    burned: { type: Boolean },
  };
  declare session: MaskSession;
  declare revision: number;
  declare masks: readonly Drawn[];
  declare time: Date;
  declare burned: boolean; // the clip that is seen hides something already
  readonly #group = `mask-follows-${(opened += 1)}`; // several cameras may be drawn on at once

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>('[data-test="add-box"]')?.focus();
  }

  #button(test: string, key: Key, act: () => void, mark: "plus" | "shape" | "ok" | "undo" | "no" | "bin" | undefined = undefined, disabled = false): TemplateResult {
    return html`<button type="button" class="btn" data-test=${test} ?disabled=${disabled} @click=${act}>${mark ? icon(mark) : nothing} ${this.context.words.say(key)}</button>`;
  }

  #drawing(corners: readonly Corner[]): TemplateResult {
    const { words } = this.context;
    const { session } = this;
    return html`<p class="banner" role="status" data-test="mask-drawing">${icon("shape")}<span>${words.say("mask_drawing", { least: CORNERS_MIN, most: CORNERS_MAX })} ${words.say("mask_corners_so_far", { count: corners.length })}</span></p>
      <div class="row wrap">${this.#button("close-shape", "mask_close", () => session.close(), "ok", corners.length < CORNERS_MIN)}
        ${this.#button("undo-corner", "mask_undo", () => session.undoCorner(), "undo", corners.length === 0)}${this.#button("stop-drawing", "mask_stop", () => session.stopDrawing(), "no")}</div>`;
  }

  #row(mask: Drawn, index: number): TemplateResult {
    const { words } = this.context;
    const { session } = this;
    const how = mask.follows ? words.say("mask_follows_places", { count: mask.keys.length }) : words.say("mask_stays");
    return html`<li><button type="button" class="btn grow" data-test="choose-mask" aria-pressed=${index === session.selected} @click=${() => session.pick(index)}><b>${words.say("mask_name", { number: index + 1 })}</b> <span class="muted">${how}</span></button>
      <button type="button" class="btn icon" data-test="remove-mask" aria-label=${words.say("mask_remove", { number: index + 1 })} @click=${() => this.#remove(index)}>${icon("bin")}</button></li>`;
  }

  /** The keyboard goes on at the new box. */
  #add(): void {
    this.session.addBox();
    this.tell("mask-added");
  }

  #remove(index: number): void {
    this.session.remove(index);
    requestAnimationFrame(() => this.querySelector<HTMLElement>('[data-test="add-box"]')?.focus());
  }

  /** What the drag does, by buttons (and so by a single tap each). */
  #nudges(): TemplateResult {
    const { words } = this.context;
    const nudge = (sign: string, key: Key, change: (corners: Corner[]) => Corner[]) => html`<button type="button" class="btn icon" data-test=${key} aria-label=${words.say(key)} @click=${() => this.session.reshape(change)}>${sign}</button>`;
    return html`<details class="nudges" data-test="mask-nudges"><summary>${words.say("mask_by_buttons")} ${icon("go")}</summary>
      <div class="row wrap">${nudge("←", "mask_left", (corners) => shifted(corners, -STEP, 0))}${nudge("→", "mask_right", (corners) => shifted(corners, STEP, 0))}${nudge("↑", "mask_up", (corners) => shifted(corners, 0, -STEP))}${nudge("↓", "mask_down", (corners) => shifted(corners, 0, STEP))}</div>
      <div class="row wrap">${nudge("↔+", "mask_wider", (corners) => stretched(corners, STEP, 0))}${nudge("↔−", "mask_narrower", (corners) => stretched(corners, -STEP, 0))}${nudge("↕+", "mask_higher", (corners) => stretched(corners, 0, STEP))}${nudge("↕−", "mask_lower", (corners) => stretched(corners, 0, -STEP))}</div></details>`;
  }

  #chosen(mask: Drawn): TemplateResult {
    const { words } = this.context;
    const { session } = this;
    const pick = (follows: boolean, title: Key, note: Key, test: string) => html`<label class="pick"><input type="radio" name=${this.#group} data-test=${test} .checked=${mask.follows === follows} @change=${() => session.follow(follows)}><span><b>${words.say(title)}</b><small>${words.say(note)}</small></span></label>`;
    const here = placeAt(mask, this.time.getTime()) >= 0;
    return radios(html`<fieldset class="stack"><legend class="lab">${words.say("mask_name", { number: session.selected + 1 })}</legend>
      <div class="pair">${pick(false, "mask_stays_title", "mask_stays_note", "mask-stays")}${pick(true, "mask_follows_title", "mask_follows_note", "mask-follows")}</div>
      ${mask.follows
        ? html`<p class="sm" role="status" data-test="mask-places">${words.say("mask_places", { count: mask.keys.length })} ${words.say(here ? "mask_place_here" : "mask_no_place_here")}</p>
            <div class="row wrap">${this.#button("place-before", "mask_place_before", () => session.goTo(-1))}${this.#button("place-after", "mask_place_after", () => session.goTo(1))}${this.#button("forget-place", "mask_forget", () => session.forgetPlace(), "bin", !here || mask.keys.length < 2)}</div>`
        : nothing}
      <div class="row wrap">${this.#button("add-corner", "mask_add_corner", () => session.addCorner(this.#longestSide(mask)), "plus")}</div>
      ${this.#nudges()}
      <p class="sm muted">${words.say(isBox(mask) ? "mask_keys_box" : "mask_keys_shape")}</p></fieldset>`);
  }

  /** Where one more corner is of most use. */
  #longestSide(mask: Drawn): number {
    const corners = mask.keys[0]?.corners ?? [];
    const lengths = corners.map(([x, y], index) => {
      const [nextX, nextY] = corners[(index + 1) % corners.length] ?? [x, y];
      return Math.hypot(nextX - x, nextY - y);
    });
    return lengths.indexOf(Math.max(...lengths));
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { session, masks } = this;
    const { drawing, hint, mask } = session;
    return html`<section class="mask-tools stack" data-test="mask-tools" aria-label=${words.say("mask_tools")}>
      ${drawing
        ? this.#drawing(drawing)
        : html`<div class="row wrap">${this.#button("add-box", "mask_add_box", () => this.#add(), "plus", session.full)}${this.#button("draw-shape", "mask_draw", () => session.draw(), "shape", session.full)}${this.#button("masks-done", "mask_done", () => this.tell("closed"), "ok")}</div>
            <p class="sm muted">${words.say(masks.length === 0 ? "mask_how" : "mask_how_more")}${this.burned ? ` ${words.say("mask_burned")}` : ""}</p>`}
      ${session.full || hint ? html`<p class="banner is-warn" role="status" data-test="mask-hint">${icon("warn")}<span>${session.full ? words.say("mask_most", { count: MASKS_MAX }) : words.say(hint?.key ?? "mask_most", { count: hint?.count ?? 0 })}</span></p>` : nothing}
      ${masks.length > 0 ? html`<ol class="parts-of-picture" data-test="masks" aria-label=${words.say("mask_list")}>${masks.map((each, index) => this.#row(each, index))}</ol>` : nothing}
      ${mask && !drawing ? this.#chosen(mask) : nothing}</section>`;
  }
}

define("milton-share-mask-tools", MaskTools);
