// The parts of the card. Plain templates: they keep nothing.
import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "../api/commands";
import { camerasOf, isOpen, isSending, sharesOf, timesViewed, type CardView, type Head, type Row, type RowKind } from "./view";
import { contactLost, lastContact } from "../city/contact";
import { ended, lengthMs, type Format } from "../kit/format";
import "../cases/held";
import { icon, type IconName } from "../kit/icons";
import type { FootageRequest, HomeState, Share } from "../api/model";
import { pausedWords } from "../household/pause";
import { offense } from "../requests/signed_words";
import { canLook, heldUntil, isLeft, isUnclear, recordedMs } from "../cases/state";
import type { Words } from "../words/words";

export const PANEL_URL = "/milton-share";
const HOUR_S = 3600;

type Text = string | TemplateResult;

export interface CardContext {
  api: Api;
  words: Words;
  format: Format;
  holdS: number;
  now: Date;
  plain: boolean; // without details
  name: string | undefined;
  busy: boolean;
  open(event: MouseEvent, path: string): void;
  notThisTime(requestId: string): void;
  dismiss(requestIds: readonly string[]): void;
}

const LOOKS: Record<Head, readonly [tone: string, icon: IconName]> = {
  waiting: ["asked", "bell"],
  sending: ["asked", "up"],
  withdrawn: ["off", "undo"],
  refused: ["stop", "warn"],
  held: ["due", "clock"],
  papers: ["due", "warn"],
  away: ["off", "warn"],
  calm: ["calm", "home"],
};

const joined = (...parts: readonly (string | false)[]): string => parts.filter(Boolean).join(" · ");
const requestUrl = (request: FootageRequest): string => `${PANEL_URL}/request/${request.request_id}`;
const sendingShares = (view: CardView, home: HomeState) => (view.head === "sending" ? home.requests.flatMap(sharesOf).filter(isSending) : []);

/** How far what is under way is: sealing counts until something is sealed, then sending alone. */
function underWay(shares: readonly Share[]): { sealing: boolean; done: number; size: number } {
  const sealed = shares.filter(({ state }) => state !== "approved");
  const sealing = sealed.length === 0;
  const counted = sealing ? shares : sealed;
  return { sealing, done: sum(counted.map((share) => (sealing ? share.sealed_bytes : share.sent_bytes))), size: sum(counted.map(({ size_bytes }) => size_bytes)) };
}

/** Title and line of what is told first. */
function told(view: CardView, home: HomeState, context: CardContext): [title: string, line: Text] {
  const { words, format, plain } = context;
  const { counts, subject: one } = view;
  const name = context.name || words.say("title");
  const shares = counts.shared > 0 && words.say("card_shares", { count: counts.shared });
  if (plain && view.rows.length + counts.waiting + counts.held + counts.sending > 0) {
    return [name, counts.waiting > 0 ? words.say("card_requests", { count: counts.waiting }) : words.say("card_something")];
  }
  switch (view.head) {
    case "waiting":
      return [name, joined(words.say("card_requests", { count: counts.waiting }), one !== null && words.say("card_asked", { time: format.dayMinute(one.created_at) }), shares)];
    case "sending": {
      const sending = sendingShares(view, home);
      const { sealing, done, size } = underWay(sending);
      const trouble = sending.find((share) => share.trouble !== null)?.trouble;
      const name = words.say(sealing ? "card_sealing" : "card_sending", { count: sending.length });
      if (trouble) return [name, words.say("trouble", { rule: words.rule(trouble) })];
      if (size === 0) return [name, words.say("sealing")];
      const amounts = { [sealing ? "sealed" : "sent"]: format.size(done), size: format.size(size) };
      return [name, sealing ? words.say("sealing_of", amounts) : words.say("sending", { ...amounts, agency: view.sending?.agency_name ?? words.say("police") })];
    }
    case "withdrawn":
      return [one ? words.say("card_withdrawn", { agency: one.agency_name }) : words.say("card_withdrawn_many", { count: counts.withdrawn }), one ? offense(one.offence_name) : words.say("card_nothing_left")];
    case "refused":
      return [words.say("card_refused", { count: counts.refused }), words.say(view.rows.some(({ kind, request }) => kind === "refused" && request.cases.length > 0) ? "card_refused_later" : "card_refused_note")];
    case "held":
      return [words.say("card_held", { left: format.away(one ? heldUntil(one, context.holdS).getTime() - context.now.getTime() : 0) }), words.say("card_held_where", { count: one?.cases.filter(isLeft).length ?? 0 })];
    case "papers":
      return [words.say("papers_refused"), words.rule(home.snapshot.trust_rule ?? "")];
    case "away":
      return [contactLost(home.snapshot, words, format), words.say("nothing_lost")];
    case "calm":
      return [name, `${words.say("nothing_waiting")}. ${lastContact(home.snapshot, words, format)}`];
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export function head(view: CardView, home: HomeState, context: CardContext): TemplateResult {
  const [tone, name] = LOOKS[view.head];
  const [title, line] = told(view, home, context);
  const sending = context.plain ? [] : sendingShares(view, home);
  const { sealing, done, size } = underWay(sending);
  return html`<div class="top ${tone}"><div class="ico">${icon(name)}</div><div class="grow"><b data-test="card-title">${title}</b><span data-test="card-line">${line}</span></div></div>
    ${size > 0 ? html`<div class="about"><p>${offense(view.sending?.offence_name ?? "")}</p><progress max=${size} value=${done} aria-label=${context.words.say(sealing ? "card_sealing_bar" : "card_upload")}></progress></div>` : nothing}`;
}

/** What the one request says, and what this home found. */
export function subject(view: CardView, context: CardContext): TemplateResult | typeof nothing {
  const { words, format, holdS, now } = context;
  const request = view.subject;
  if (!request) return nothing;
  if (view.head === "withdrawn") return html`<div class="about"><p>${words.say("card_withdrawn_note")}</p></div>`;
  if (view.head === "held") {
    const until = heldUntil(request, holdS);
    const used = Math.min(holdS, Math.max(0, holdS - (until.getTime() - now.getTime()) / 1000));
    const hours = { used: Math.floor(used / HOUR_S), all: Math.round(holdS / HOUR_S) };
    return html`<div class="about"><h3>${offense(request.offence_name)}</h3><progress class="due" max=${holdS} value=${used} aria-label=${words.say("card_held_bar", hours)}></progress>
      <p>${words.say("card_held_note", { agency: request.agency_name, expired: format.dayMinute(request.expires_at), until: format.dayMinute(until) })}</p></div>`;
  }
  return html`<div class="about"><p class="who">${icon("law")} <span>${words.say("asks_badge", { agency: request.agency_name, badge: request.badge })}</span>
      ${request.urgent ? html`<span class="chip is-warn">${icon("clock")} ${words.say("urgent")}</span>` : nothing}${request.drill ? html`<span class="chip is-warn">${words.say("drill")}</span>` : nothing}</p>
    <h3 data-test="card-offense">${offense(request.offence_name)}</h3>
    <p>${ended(format.range(request.from, request.until))} ${words.say("answer_or_not", { time: format.dayMinute(request.expires_at) })}</p>
    <div class="find"><b>${icon("home")} ${words.say("found_here")}</b><ul>${request.cases.filter(canLook).map((item) => html`<li>${item.camera_name}: ${request.drill ? words.say("test_card") : words.say("recorded_of", {
      recorded: format.length(recordedMs(request, item)),
      asked: format.length(lengthMs(request.from, request.until)),
    })}</li>`)}</ul></div></div>`;
}

/** What can be done here. The two answers to a request look the same; a dashboard shows neither without the request. */
export function foot(view: CardView, context: CardContext): TemplateResult | typeof nothing {
  const { words, plain } = context;
  const link = (path: string, text: string, test = "card-look") => html`<a class="btn" href=${path} data-test=${test} @click=${(event: MouseEvent) => context.open(event, path)}>${text}</a>`;
  const button = (text: string, test: string, act: () => void) => html`<button type="button" class="btn" data-test=${test} ?disabled=${context.busy} @click=${act}>${text}</button>`;
  const inside = (...controls: TemplateResult[]) => html`<div class="foot">${controls}</div>`;
  const one = view.subject;
  if (view.head === "calm") return nothing;
  if (plain) return inside(link(PANEL_URL, words.say("card_open_page")));
  if (view.head === "waiting") {
    if (!one) return nothing;
    return html`${inside(link(requestUrl(one), words.say("look_at_it")), button(words.say("not_this_time"), "card-not-this-time", () => context.notThisTime(one.request_id)))}
      <p class="then">${words.say("looking_tells")} ${words.say("same_to_police")}</p>`;
  }
  if (view.ended.length > 0) return inside(button(words.say("card_dismiss"), "card-dismiss", () => context.dismiss(view.ended)));
  if (view.head === "held" && one) return html`<milton-share-held .context=${context} .requestId=${one.request_id} .base=${PANEL_URL} look="foot" .open=${context.open}></milton-share-held>`;
  if (view.head === "sending" && view.sending) return inside(link(requestUrl(view.sending), `${words.say("stop_delete")}…`, "card-stop"));
  return nothing;
}

function chip({ kind, request }: Row, { words }: CardContext): TemplateResult {
  const of = (look: string, name: IconName, text: string) => html`<span class="chip ${look}">${icon(name)} ${text}</span>`;
  const chips: Record<RowKind, () => TemplateResult> = {
    waiting: () => of("is-home", "home", words.say("card_cameras", { count: camerasOf(request) })),
    sending: () => of("is-law", "up", words.say("on_its_way")),
    withdrawn: () => of("", "undo", words.say("was_withdrawn")),
    refused: () => of("is-bad", "warn", words.say("not_trusted")),
    held: () => of("is-warn", "clock", words.say("held")),
    elsewhere: () => request.cases.some(isUnclear) ? of("is-warn", "clock", words.say("footage_unclear")) : of("", "camera", words.say("no_footage")),
    shared: () => of("is-law", "up", words.say("with_police")),
  };
  return chips[kind]();
}

function row(each: Row, context: CardContext): TemplateResult {
  const { words, format, holdS, now } = context;
  const { kind, request } = each;
  const name = html`${request.drill ? `${words.say("drill")}: ` : ""}${offense(request.offence_name)}`;
  const when = () => joined(format.dayMinute(request.from), format.length(lengthMs(request.from, request.until)));
  const open = sharesOf(request).filter(isOpen);
  const viewed = timesViewed(open);
  const lines: Record<RowKind, () => [Text, Text]> = {
    waiting: () => [name, when()],
    sending: () => [name, when()],
    withdrawn: () => [name, words.rule("withdrawn")],
    refused: () => [words.rule(request.refused ?? ""), html`${name} · ${format.dayMinute(request.created_at)}`],
    held: () => [name, words.say("held_short", { left: format.away(heldUntil(request, holdS).getTime() - now.getTime()) })],
    elsewhere: () => [name, when()],
    shared: () => [
      words.say("card_shared", { count: open.length, day: format.day(open[0]?.approved_at ?? request.created_at) }),
      `${viewed > 0 ? words.say("card_viewed", { count: viewed }) : words.say("card_not_viewed")} ${words.say("card_can_withdraw")}`,
    ],
  };
  const [title, line] = lines[kind]();
  return link(requestUrl(request), title, line, chip(each, context), context, kind);
}

function link(path: string, title: Text, line: Text, beside: TemplateResult | typeof nothing, context: CardContext, test: string): TemplateResult {
  return html`<li><a href=${path} data-test="card-row" data-kind=${test} @click=${(event: MouseEvent) => context.open(event, path)}><b>${title}</b><small>${line}</small>${beside}${icon("go")}</a></li>`;
}

export function rows(view: CardView, home: HomeState, context: CardContext): TemplateResult | typeof nothing {
  const { words, format } = context;
  const may = home.cameras.filter(({ settings }) => settings.eligible).length;
  const never = home.cameras.filter(({ settings }) => settings.placing !== "outdoor").length;
  const { quiet_from: from, quiet_until: until } = home.household;
  const quiet = from && until ? ` ${words.say("card_quiet", { from: format.wall(from), until: format.wall(until) })}` : "";
  const last =
    view.head === "calm"
      ? link(`${PANEL_URL}/settings`, words.say("card_may", { count: may }), `${never > 0 ? words.say("card_never", { count: never }) : words.say("card_all_outdoors")}${quiet}`, nothing, context, "cameras")
      : view.more > 0
        ? link(PANEL_URL, words.say("card_more", { count: view.more }), words.say("card_more_note"), nothing, context, "more")
        : view.head === "away" || view.head === "papers"
          ? link(PANEL_URL, words.say("card_open_page"), lastContact(home.snapshot, words, format), nothing, context, "page")
          : nothing;
  if (view.rows.length === 0 && last === nothing) return nothing;
  return html`<ul class="list">${view.rows.map((each) => row(each, context))}${last}</ul>`;
}

/** What holds for all of it: no city at all, or a hub that is away while something else comes first. */
export function notes(view: CardView, home: HomeState, context: CardContext): TemplateResult | typeof nothing {
  const { words, format } = context;
  const away = view.head !== "away" && (home.snapshot.link === "away" || home.snapshot.link === "refused");
  const texts = [...(home.city?.demo ? [words.notice("demo_city")] : []), ...(away ? [contactLost(home.snapshot, words, format)] : [])];
  const paused = home.household.paused && !context.plain ? html`<p class="note" data-test="card-paused">${icon("clock")}<span>${ended(pausedWords(context, home.household))} ${words.say("card_paused")}</span></p>` : nothing;
  return html`${paused}${texts.map((text) => html`<p class="note" data-test="card-note">${icon("warn")}<span>${text}</span></p>`)}`;
}
