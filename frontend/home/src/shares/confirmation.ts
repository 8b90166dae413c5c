// As whom, what stays, what goes, and the facts of the last question.
import { html, nothing, type TemplateResult } from "lit";
import { shownMs } from "../kit/format";
import { icon } from "../kit/icons";
import type { Case, Clip, FootageRequest, Recipient } from "../api/model";
import { radios, type Context } from "../kit/part";
import { offense } from "../requests/signed_words";

const WATCHED_ALL = 0.95; // a player stops a little before the end

/** A clip that would be sent, and how much of it was watched. */
export interface Chosen {
  item: Case;
  clip: Clip;
  watchedMs: number;
}

export function identity(
  { words }: Context,
  { drill }: FootageRequest,
  named: boolean,
  keepSources: boolean,
  onNamed: (named: boolean) => void,
  onKeep: (keep: boolean) => void,
): TemplateResult {
  const pick = (value: boolean, title: string, note: string, test: string) => html`<label class="pick"><input type="radio" name="as" data-test=${test}
    .checked=${named === value} @change=${() => onNamed(value)}><span><b>${title}</b><small>${note}</small></span></label>`;
  return radios(html`<fieldset class="card stack"><legend class="vh">${words.say("how_you_appear")}</legend><h2>${words.say("how_you_appear")}</h2>
    <div class="pair">${pick(false, words.say("pseudonymous"), words.say("pseudonymous_note"), "as-pseudonym")}${pick(true, words.say("named"), words.say("named_note"), "as-named")}</div>
    ${drill ? nothing : html`<label class="tick"><input type="checkbox" data-test="keep-sources" .checked=${keepSources} @change=${(event: Event) => onKeep((event.target as HTMLInputElement).checked)}>
      <span>${words.say("keep_sources")}<small>${words.say("keep_sources_note")}</small></span></label>`}</fieldset>`);
}

/** Whom what is sent is sealed to: the hash that an approval names. */
export const sealedTo = (request: FootageRequest, flagged: boolean): string => (flagged ? request.custodians_sha256 : request.recipients_sha256);

const OPENERS = ["officer", "custodian", "recovery"] as const; // in this order

function opener({ role, name, badge }: Recipient, { words }: Context, flagged: boolean): TemplateResult {
  const not = role === "officer" && flagged;
  const key = { officer: not ? "opens_not_officer" : "opens_officer", custodian: name ? "opens_custodian" : "opens_unit", recovery: "opens_recovery" } as const;
  return html`<li data-test=${`opens-${role}`} data-opens=${!not}>${icon(not ? "no" : "ok")} <span>${words.say(key[role], { name, badge })}</span></li>`;
}

/** Who can open what is sent, by name, and the owner's word that it is for the evidence unit alone. */
export function openers(context: Context, request: FootageRequest, flagged: boolean, onFlag: (flagged: boolean) => void): TemplateResult {
  const { words } = context;
  return html`<fieldset class="card stack"><legend class="vh">${words.say("who_opens")}</legend><h2>${words.say("who_opens")}</h2>
    <ul class="openers" data-test="openers">${OPENERS.flatMap((role) => request.recipients.filter((each) => each.role === role)).map((each) => opener(each, context, flagged))}</ul>
    ${request.drill ? nothing : html`<label class="tick"><input type="checkbox" data-test="flag" .checked=${flagged} @change=${(event: Event) => onFlag((event.target as HTMLInputElement).checked)}>
      <span>${words.say("flag_tick")}<small>${words.say("flag_note")}</small></span></label>`}</fieldset>`;
}

export function doorway(context: Context, request: FootageRequest, ready: readonly Chosen[], named: boolean, flagged: boolean): TemplateResult {
  const { words, format } = context;
  const { drill } = request;
  const kept = ready.filter(({ clip }) => clip.audio === "kept").length;
  return html`<div class="doorway"><div class="stays" data-test="what-stays"><h3>${icon("home")} ${words.say("stays")}</h3><ul>
      <li>${words.say("stays_names")}</li>${named ? nothing : html`<li>${words.say("stays_place")}</li>`}<li>${words.say(drill ? "test_card_stays" : "stays_rest")}</li>${drill ? nothing : html`<li data-test="stays-tags">${words.say("stays_tags")}</li>`}${kept < ready.length || ready.length === 0 ? html`<li>${words.say("stays_sound")}</li>` : nothing}${ready.some(({ clip }) => clip.masks.length > 0) ? html`<li>${words.say("stays_hidden")}</li>` : nothing}</ul></div>
    <div class="leaves"><h3>${icon("up")} ${words.say("goes", { agency: request.agency_name })}</h3><ul class="num" data-test="what-goes">
      ${ready.length === 0 ? html`<li>${words.say("goes_nothing")}</li>` : nothing}
      ${ready.map(({ item, clip }) => html`<li data-test="goes-clip" data-sha256=${clip.clip_sha256}>${item.camera_name}: ${drill ? html`<b data-test="goes-test-card">${words.say("test_card")}</b>, ` : nothing}${format.length(shownMs(clip.ranges))}, ${format.size(clip.size_bytes)}${clip.audio === "kept" ? `, ${words.say("sound_kept")}` : ""}${hidden(clip, context)}<br>
        <span class="xs">${words.say("for_checking")} SHA-256 <span class="mono" title=${clip.clip_sha256}>${format.digest(clip.clip_sha256)}</span></span></li>`)}
      <li>${words.say(drill ? "test_card_facts" : "goes_clock")}</li>${named ? html`<li>${words.say("goes_named")}</li>` : nothing}
      ${flagged ? html`<li data-test="goes-flagged"><b>${words.say("goes_flagged")}</b></li>` : nothing}
      <li>${words.say("goes_recipients")}<br><span class="xs">${words.say("for_checking")} <span class="mono" data-test="recipients" title=${sealedTo(request, flagged)}>${format.digest(sealedTo(request, flagged))}</span></span></li><li>${words.say(drill ? "test_card_back" : "goes_back")}</li></ul></div></div>`;
}

const hidden = ({ masks }: Clip, { words }: Context): string => (masks.length === 0 ? "" : `, ${words.say("parts_hidden", { count: masks.length })}`);

function watchedChip({ clip, watchedMs }: Chosen, { words, format }: Context): TemplateResult {
  const length = shownMs(clip.ranges);
  return watchedMs >= length * WATCHED_ALL
    ? html`<span class="chip is-home">${icon("ok")} ${words.say("watched_all")}</span>`
    : html`<span class="chip is-warn">${icon("eye")} ${words.say("watched_part", { watched: format.length(watchedMs), length: format.length(length) })}</span>`;
}

export function shareFacts(context: Context, request: FootageRequest, chosen: readonly Chosen[], named: boolean, keepSources: boolean, flagged: boolean): TemplateResult {
  const { words, format } = context;
  return html`<dl class="kv" data-test="share-facts">${request.drill ? html`<dt>${words.say("drill")}</dt><dd>${words.say("drill_note")} ${words.say("test_card_note")}</dd>` : nothing}<dt>${words.say("to")}</dt><dd>${words.say(flagged ? "to_evidence_unit" : "to_whom", { agency: request.agency_name, case: request.case_number })}</dd><dt>${words.say("offense")}</dt><dd>${offense(request.offence_name)}</dd>
    ${chosen.map((each) => html`<dt>${each.item.camera_name}</dt><dd class="num">${each.clip.ranges.map(({ from, until }) => html`${format.daySecond(from)} – ${format.second(until)}, `)}${words.say(each.clip.audio === "kept" ? "sound_kept" : "no_sound")}, ${format.size(each.clip.size_bytes)}${hidden(each.clip, context)}<br>
      <span class="xs muted">${each.clip.ranges.map(({ from, until }) => html`${format.utc(from, until)}${request.drill ? nothing : html` ± ${format.number(each.clip.uncertainty_ms / 1000, 1)} s`}<br>`)}SHA-256 <span class="mono">${format.digest(each.clip.clip_sha256)}</span></span><br>${watchedChip(each, context)}</dd>`)}
    <dt>${words.say("as")}</dt><dd>${words.say(named ? "as_named" : "as_pseudonym")}</dd>
    <dt>${words.say("recordings")}</dt><dd>${words.say(request.drill ? "test_card_originals" : keepSources ? "sources_kept" : "sources_go")}</dd></dl>
    <p class="sm">${words.say("share_then")} ${words.say(request.drill ? "test_card_gone" : "withdraw_before")}</p>`;
}
