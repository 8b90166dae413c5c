// What happened in the time asked for, in words: each ring and movement can be chosen without seeing the timeline.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Case, FootageRequest, Mark } from "../api/model";
import type { Context } from "../kit/part";
import { bounds, type Range } from "./ranges";

const LISTED = 40; // more is read by nobody; the timeline draws all of them
const BEFORE_MS = 10_000; // what the home records around an event when it records no more
const AFTER_MS = 60_000;

/** What happened, in words: what the owner named by its name. */
export const markName = ({ kind, name }: Mark, { words }: Context): string => {
  if (kind === "other") return name ?? words.say("mark_other");
  const said = words.say(kind === "ring" ? "mark_ring" : "mark_motion");
  return name ? `${name}: ${said}` : said;
};

/** The part around an event, as far as there is a recording. */
export function around(request: FootageRequest, item: Case, mark: Pick<Mark, "from" | "until">): Range | undefined {
  const limits = bounds(request, item);
  const from = Math.max(limits.from.getTime(), Date.parse(mark.from) - BEFORE_MS);
  const until = Math.min(limits.until.getTime(), Date.parse(mark.until) + AFTER_MS);
  return until - from >= 1000 ? { from: new Date(from), until: new Date(until) } : undefined;
}

export function marksList(
  context: Context, request: FootageRequest, item: Case, marks: readonly Mark[], disabled: boolean, choose: (range: Range) => void,
): TemplateResult | typeof nothing {
  const { words, format } = context;
  const shown = marks.flatMap((mark) => {
    const range = around(request, item, mark);
    return range ? [{ mark, range }] : [];
  });
  if (shown.length === 0) return nothing;
  const listed = shown.slice(0, LISTED);
  return html`<details class="marks" data-test="marks"><summary>${icon("bell")} ${words.say("marks_count", { count: shown.length })} ${icon("go")}</summary>
    <ul>${listed.map(({ mark, range }) => html`<li><button type="button" class="btn" data-test="choose-mark" ?disabled=${disabled} @click=${() => choose(range)}>
      <span class="num">${format.second(mark.from)}</span> ${markName(mark, context)}${mark.until !== mark.from ? html` <span class="muted">${format.length(Math.max(1000, Date.parse(mark.until) - Date.parse(mark.from)))}</span>` : nothing}</button></li>`)}</ul>
    <p class="sm muted">${words.say("marks_note")}</p></details>`;
}
