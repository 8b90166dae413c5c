// What the police ask, what the home checked, and where. Plain templates: they keep nothing.
import { html, nothing, type TemplateResult } from "lit";
import { ended, lengthMs } from "../kit/format";
import { icon } from "../kit/icons";
import "../map/placeholder";
import "./for_auditor";
import "./message";
import type { FootageRequest, HomeState, Logged } from "../api/model";
import type { Context } from "../kit/part";
import { areaSquareMiles, SQUARE_M_PER_SQUARE_MILE } from "../map/plane";
import { notTranslated, offense, SIGNED_LANGUAGE } from "./signed_words";

export const time = (context: Context, at: string | Date, text: string): TemplateResult =>
  html`<time datetime=${new Date(at).toISOString()} title=${context.format.utc(at)}>${text}</time>`;

/** What is asked by whom; `open` while there may be something to decide. */
export function heading(request: FootageRequest, { words }: Context, open: boolean): TemplateResult {
  return html`<header class="head"><p class="who">${icon("law")} ${words.say("asks", { agency: request.agency_name })}
      ${request.refused === null ? html`<span class="chip is-law" data-test="verified">${words.say("signed_logged")}</span>` : nothing}
      ${request.urgent ? html`<span class="chip is-warn" data-test="urgent">${icon("clock")} ${words.say("urgent")}</span>` : nothing}
      ${request.drill ? html`<span class="chip is-warn" data-test="drill">${words.say("drill")}</span>` : nothing}</p>
    <h1 data-test="title">${offense(request.offence_name)}</h1>${open ? html`<p class="muted">${words.say("you_decide")}</p>` : nothing}</header>
    ${request.drill ? html`<p class="banner is-warn" data-test="drill-sends">${icon("warn")}<span><b>${words.say("drill_note")}</b> ${words.say("drill_sends")}</span></p>` : nothing}`;
}

export function notices(request: FootageRequest, { words }: Context): TemplateResult[] {
  return request.notices.map(
    (notice) => html`<p class="banner is-warn" data-test="notice-${notice}">${icon("warn")}<span>${words.notice(notice)}</span></p>`,
  );
}

function facts(request: FootageRequest, context: Context): TemplateResult {
  const { words, format } = context;
  const miles = areaSquareMiles(request.area);
  const officer = [words.say("badge", { badge: request.badge }), request.officer_name].filter(Boolean).join(", ");
  const row = (name: string, value: unknown, test: string) => html`<dt>${name}</dt><dd data-test=${test}>${value}</dd>`;
  return html`<dl class="kv">
    ${row(words.say("when"), html`<b>${time(context, request.from, format.range(request.from, request.until))}</b> (${format.length(lengthMs(request.from, request.until))})`, "when")}
    ${row(words.say("offense"), offense(request.offence_name), "offense")}
    ${row(words.say("case"), html`<span class="num">${request.case_number}</span>`, "case-number")}
    ${row(words.say("officer"), officer, "officer")}
    ${request.approver_name ? row(words.say("also_signed"), request.approver_name, "approver") : nothing}
    ${row(words.say("area"), html`<span title=${words.say("square_meters", { area: format.number(miles * SQUARE_M_PER_SQUARE_MILE) })}>${words.say("square_miles", { area: format.number(miles, 3) })}</span>`, "area")}
    ${row(words.say("call_back"), request.contact, "contact")}
    ${row(words.say("answer_by"), html`${time(context, request.expires_at, ended(format.dayMinute(request.expires_at)))} ${words.say("closes_itself")}`, "answer-by")}
  </dl>`;
}

/** Whom the owner knows outside the city that has seen the log as it is below this request, and when by their own clocks. */
function witnessed({ witnesses }: Logged, context: Context): TemplateResult {
  const { words, format } = context;
  return html`<span data-test="check-witnesses">${words.say("check_witnesses", { count: witnesses.length })} ${witnesses.map(
    ({ name, at }, index) => html`${index > 0 ? ", " : nothing}<bdi><b>${name}</b></bdi> (${time(context, at, format.dayMinute(at))})`,
  )}</span>`;
}

/** What somebody who checks it elsewhere looks up, and whom they ask. */
function logDetail({ log, entry, size, root, witnesses }: Logged, context: Context): TemplateResult {
  const { words, format } = context;
  return html`<details data-test="log-detail"><summary>${words.say("log_detail")} ${icon("go")}</summary><dl class="kv">
    <dt>${words.say("log_name")}</dt><dd class="mono">${log}</dd>
    <dt>${words.say("log_entry")}</dt><dd class="num">${words.say("log_entry_from_0", { entry: format.number(entry) })}</dd>
    <dt>${words.say("log_checkpoint")}</dt><dd class="num">${words.say("log_size", { count: size, size: format.number(size) })}<br><span class="xs mono">${root}</span></dd>
    ${witnesses.length === 0 ? html`<dt>${words.say("log_witness")}</dt><dd>${words.say("log_nobody")}</dd>` : nothing}
    ${witnesses.map(({ name, at, vkey }) => html`<dt>${words.say("log_witness")}</dt><dd data-test="witness"><bdi>${name}</bdi>, ${time(context, at, format.daySecond(at))}<br><span class="xs mono">${vkey}</span></dd>`)}
    </dl><p class="sm muted">${words.say("log_note")}</p></details>`;
}

function checks(request: FootageRequest, state: HomeState, context: Context): TemplateResult {
  const { words, format } = context;
  const { logged } = request;
  const found = [
    words.say("check_city", { city: state.city?.city_name ?? "" }),
    words.say("check_officer", { name: request.officer_name, badge: request.badge }),
    ...(request.approver_name ? [words.say("check_approver", { name: request.approver_name })] : []),
    words.say("check_recipients"),
    ...(logged ? [words.say("check_log", { entry: format.number(logged.entry), size: format.number(logged.size) })] : []),
    ...(logged?.witnesses.length ? [witnessed(logged, context)] : []),
    words.say("check_live"),
    words.say("check_limits"),
  ];
  return html`<details open><summary>${icon("seal")} ${words.say("checked_genuine")} ${icon("go")}</summary>
    <ul class="checks" data-test="checks">${found.map((text) => html`<li>${icon("ok")}<span>${text}</span></li>`)}</ul>
    ${logged ? logDetail(logged, context) : nothing}
    <milton-share-message .context=${context} .requestId=${request.request_id}></milton-share-message></details>`;
}

export function asked(request: FootageRequest, state: HomeState, context: Context): TemplateResult {
  const { words } = context;
  return html`<section class="ask" aria-label=${words.say("what_they_ask")}>
    <div class="card stack"><h2>${words.say("what_they_ask")}</h2><p class="quote" lang=${SIGNED_LANGUAGE} data-test="reason">${request.reason}</p>${notTranslated(words)}
      ${facts(request, context)} ${checks(request, state, context)}</div>
    <figure class="card"><milton-share-map .context=${context} .drawing=${html`<milton-share-area-map .context=${context} .cityMap=${state.map} .area=${request.area} .jurisdiction=${state.city?.jurisdiction ?? []} .cameras=${state.cameras}></milton-share-area-map>`}></milton-share-map></figure></section>`;
}

/** A refused request: the broken rule first, nothing to share, and what to do when in doubt. */
export function refused(request: FootageRequest, context: Context): TemplateResult {
  const { words, format } = context;
  const rule = request.refused ?? "";
  return html`<section class="stack"><div class="banner is-bad" role="alert" data-test="refused">${icon("warn")}
      <div><b>${words.say("do_not_trust")}</b><p>${words.say("says_it_is", { agency: request.agency_name })}</p></div></div>
    <div class="card stack"><h2>${words.say("what_home_found")}</h2>
      <ul class="checks"><li class="x" data-test="refused-rule" data-rule=${rule}>${icon("no")}<span>${words.rule(rule)}
        ${request.refused_detail ? html`<br><span class="muted xs">${words.say("for_checking")} <span class="mono">${rule}: ${request.refused_detail}</span></span>` : html`<br><span class="muted xs">${words.say("for_checking")} <span class="mono">${rule}</span></span>`}</span></li></ul>
      <p class="sm">${words.say("checks_stop")}</p>
      <dl class="kv">${request.drill ? html`<dt>${words.say("drill")}</dt><dd>${words.say("drill_note")}</dd>` : nothing}<dt>${words.say("says_case")}</dt><dd class="num">${request.case_number}</dd><dt>${words.say("says_when")}</dt><dd>${format.range(request.from, request.until)}</dd>
        <dt>${words.say("says_reason")}</dt><dd lang=${SIGNED_LANGUAGE}>${request.reason}</dd></dl>
      <p class="sm muted">${words.say("in_doubt")}</p>
      <milton-share-message .context=${context} .requestId=${request.request_id}></milton-share-message>
      <milton-share-for-auditor .context=${context} .requestId=${request.request_id}></milton-share-for-auditor></div></section>`;
}

/** A request that ended, or can't be checked now: grey, past tense, nothing to press. `nothingLeft`: and for good, without a share. */
export function closed(request: FootageRequest, context: Context, nothingLeft: boolean): TemplateResult {
  const { words, format } = context;
  return html`<section class="card stack" data-test="closed"><p class="who muted">${icon("law")} ${request.agency_name}${request.drill ? html` <span class="chip is-warn" data-test="drill">${words.say("drill")}</span>` : nothing}</p>
    <h1>${offense(request.offence_name)}</h1><p>${words.rule(request.refused ?? "")}${nothingLeft ? html` <span data-test="nothing-left">${words.say("nothing_left")}</span>` : nothing}</p>
    <dl class="kv"><dt>${words.say("when")}</dt><dd>${format.range(request.from, request.until)}</dd><dt>${words.say("case")}</dt><dd class="num">${request.case_number}</dd></dl></section>`;
}
