// The parts of the time in words: chosen, taken out and added without seeing or dragging on the timeline.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Case, FootageRequest } from "../api/model";
import type { Context } from "../kit/part";
import { added, bounds, type Parts, PARTS_MAX, removed } from "./ranges";

/** `choose` gets the new parts, and whether the button that was pressed may be gone. */
export function partsList(
  { words, format }: Context, request: FootageRequest, item: Case, parts: Parts, disabled: boolean, choose: (parts: Parts, settle: boolean) => void,
): TemplateResult {
  const { ranges, active } = parts;
  const more = added(ranges, item.gaps, bounds(request, item));
  const row = (index: number, from: Date, until: Date) => html`<li>
    <button type="button" class="btn grow" data-test="choose-part" aria-pressed=${index === active} ?disabled=${disabled} @click=${() => choose({ ranges, active: index }, false)}>
      <b>${words.say("part", { part: index + 1 })}</b> <span class="num">${format.seconds(from, until)}</span> <span class="muted">${format.length(until.getTime() - from.getTime())}</span></button>
    <button type="button" class="btn icon" data-test="remove-part" aria-label=${words.say("remove_part", { part: index + 1 })} ?disabled=${disabled} @click=${() => choose(removed(parts, index), true)}>${icon("bin")}</button></li>`;
  const total = ranges.reduce((sum, { from, until }) => sum + until.getTime() - from.getTime(), 0);
  return html`<div class="parts stack tight">
    ${ranges.length > 1
      ? html`<ol data-test="parts" aria-label=${words.say("parts")}>${ranges.map(({ from, until }, index) => row(index, from, until))}</ol>
          <p class="sm muted" role="status" data-test="parts-total">${words.say("parts_total", { count: ranges.length, length: format.length(total) })}</p>`
      : nothing}
    <div class="row wrap"><button type="button" class="btn" data-test="add-part" ?disabled=${disabled || !more} @click=${() => { if (more) choose(more, true); }}>${icon("plus")} ${words.say("add_part")}</button>
      ${more ? nothing : html`<p class="sm muted beside" data-test="no-more-parts">${ranges.length >= PARTS_MAX ? words.say("parts_most", { count: PARTS_MAX }) : words.say("parts_no_room")}</p>`}</div></div>`;
}
