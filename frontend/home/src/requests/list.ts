// Everything that came, by what there is to do: usually nothing, and that is fine.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { lockedPin, recentAttempts } from "../approvers/attempts";
import { contactLost, lastContact } from "../city/contact";
import { failure } from "../kit/failure";
import { goTo } from "../kit/focus";
import { ended, lengthMs } from "../kit/format";
import { navigate } from "../api/hass";
import { icon, type IconName } from "../kit/icons";
import type { FootageRequest, HomeState } from "../api/model";
import "../city/new_log";
import { define, Part } from "../kit/part";
import "./door_code";
import { pausedWords } from "../household/pause";
import { offense } from "./signed_words";
import { canLook, heldUntil, isUnclear, openQuestions, recordedMs, sectionOf, standingOf, wantsCode, wantsTime, type Section } from "../cases/state";

const ORDER: readonly Section[] = ["shared", "held", "paused", "refused", "unasked", "elsewhere", "past"];

export class RequestList extends Part {
  static override properties = {
    context: { attribute: false },
    home: { attribute: false },
    base: { attribute: false },
    answered: { attribute: false },
    failure: { state: true },
  };
  declare home: HomeState;
  declare base: string;
  declare answered: string | undefined; // the request that was answered just now
  declare failure: string | undefined;

  #open(event: MouseEvent, request: FootageRequest): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    navigate(`${this.base}/request/${request.request_id}`);
  }

  async #notThisTime(request: FootageRequest): Promise<void> {
    try {
      await this.context.api.notThisTime(request.request_id);
      this.tell("answered", request.request_id);
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_answer");
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    const heading = changed.has("answered") && this.querySelector<HTMLElement>('[data-test="answered"] h2');
    if (heading) goTo(heading);
  }

  /** What waits, and in its own place what was answered just now: there the person is who pressed. */
  #first(): TemplateResult[] {
    const waiting = this.#of("waiting");
    return this.home.requests.flatMap((request) => (request.request_id === this.answered ? [this.#said(request)] : waiting.includes(request) ? [this.#waiting(request)] : []));
  }

  #said(request: FootageRequest): TemplateResult {
    const { words } = this.context;
    return html`<section class="card stack" data-test="answered" data-request-id=${request.request_id}><h2>${words.say("you_said_no")}</h2>
      <p>${offense(request.offence_name)}</p><p class="muted">${words.say("said_no_note")}</p></section>`;
  }

  #of(section: Section): FootageRequest[] {
    const now = new Date();
    return this.home.requests.filter((request) => sectionOf(request, this.home, now, this.context.retention.hold_after_expiry_s) === section);
  }

  #waiting(request: FootageRequest): TemplateResult {
    const { words, format } = this.context;
    return html`<section class="card stack" data-test="waiting" data-request-id=${request.request_id}>
      <p class="who">${icon("law")} ${words.say("asks_badge", { agency: request.agency_name, badge: request.badge })}
        ${request.urgent ? html`<span class="chip is-warn">${icon("clock")} ${words.say("urgent")}</span>` : nothing}${request.drill ? html`<span class="chip is-warn">${words.say("drill")}</span>` : nothing}</p>
      <h2>${offense(request.offence_name)}</h2>
      <p class="muted">${ended(format.range(request.from, request.until))} ${words.say("answer_or_not", { time: format.dayMinute(request.expires_at) })}</p>
      <div class="find"><b>${icon("home")} ${words.say("found_here")}</b><ul>${request.cases.filter(canLook).map((item) => html`<li>${item.camera_name}: ${request.drill ? words.say("test_card") : words.say("recorded_of", {
        recorded: format.length(recordedMs(request, item)),
        asked: format.length(lengthMs(request.from, request.until)),
      })}</li>`)}</ul></div>
      <div class="choices"><button type="button" class="btn" data-test="not-this-time" @click=${() => this.#notThisTime(request)}>${words.say("not_this_time")}</button>
        <a class="btn" href="${this.base}/request/${request.request_id}" data-test="look-at-it" @click=${(event: MouseEvent) => this.#open(event, request)}>${words.say("look_at_it")}</a></div>
      <p class="sm muted">${words.say("looking_tells")} ${words.say("same_to_police")}</p>
    </section>`;
  }

  #detail(request: FootageRequest, section: Section): string {
    const { words, format, retention } = this.context;
    if (section === "refused" || section === "paused") return words.rule(request.refused ?? "");
    if (section === "held") return words.say("held_short", { left: format.away(heldUntil(request, retention.hold_after_expiry_s).getTime() - Date.now()) });
    return format.range(request.from, request.until);
  }

  #chip(request: FootageRequest, section: Section): TemplateResult {
    const { words } = this.context;
    const chip = (kind: string, name: IconName, text: string) => html`<span class="chip ${kind}">${icon(name)} ${text}</span>`;
    if (section === "shared") {
      const states = request.cases.flatMap((item) => (item.share ? [item.share] : []));
      if (states.some((share) => openQuestions(share, new Date()).length > 0)) return chip("is-warn", "law", words.say("asks_you"));
      if (states.some(({ state, unflagged }) => state === "receipted" && unflagged)) return chip("is-warn", "eye", words.say("event_unflagged"));
      return {
        police: () => chip("is-law", "up", words.say("with_police")),
        way: () => chip("is-law", "up", words.say("on_its_way")),
        deleted: () => chip("", "bin", words.say("event_deleted")),
        withdrawn: () => chip("", "undo", words.say("was_withdrawn")),
        lapsed: () => chip("", "clock", words.say("was_lapsed")),
      }[standingOf(states)]();
    }
    if (section === "held") return chip("is-warn", "clock", words.say("held"));
    if (section === "refused") return chip("is-bad", "warn", words.say("not_trusted"));
    if (section === "paused") return chip("is-warn", "clock", words.say("not_checked"));
    if (section === "unasked") return chip("is-warn", "clock", words.say("not_looked"));
    if (section === "elsewhere" && wantsTime(request)) return chip("is-warn", "clock", words.say("file_wants_time"));
    if (section === "elsewhere" && request.cases.some(isUnclear)) return chip("is-warn", "clock", words.say("footage_unclear"));
    if (section === "elsewhere" && wantsCode(request)) return chip("", "lock", words.say("code_wanted"));
    if (section === "elsewhere") return chip("", "camera", words.say("no_footage"));
    return chip("", request.refused ? "clock" : "no", words.say(request.refused ? "closed" : "said_no"));
  }

  /** Requests that can't even be read say nothing but why. */
  #unreadable(): TemplateResult | typeof nothing {
    const { words } = this.context;
    const { unreadable, unreadable_count } = this.home;
    const reasons = [...new Set(unreadable.map(({ refused }) => words.rule(refused)))];
    return unreadable_count === 0
      ? nothing
      : html`<section class="card" data-test="unreadable"><h2>${words.say("unreadable", { count: unreadable_count })}</h2>
          <p class="lead">${words.say("unreadable_note")}</p><ul class="checks">${reasons.map((reason) => html`<li class="x">${icon("no")}<span>${reason}</span></li>`)}</ul></section>`;
  }

  #rows(section: Section): TemplateResult | typeof nothing {
    const { words } = this.context;
    const requests = this.#of(section);
    if (requests.length === 0) return nothing;
    return html`<section class="card rows" data-test="section-${section}"><h2>${words.say(`section_${section}`)}</h2><ul class="list">${requests.map(
      (request) => html`<li><a href="${this.base}/request/${request.request_id}" data-test="row" data-request-id=${request.request_id} @click=${(event: MouseEvent) => this.#open(event, request)}>
        <b>${request.drill ? `${words.say("drill")}: ` : ""}${offense(request.offence_name)}</b><small>${this.#detail(request, section)}</small>${this.#chip(request, section)}${icon("go")}</a></li>`,
    )}</ul></section>`;
  }

  #link(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { link, trust_rule } = this.home.snapshot;
    const { approver } = this.home;
    return html`${link === "away" || link === "refused"
        ? html`<p class="banner is-warn" data-test="link-${link}">${icon("warn")}<span><b>${contactLost(this.home.snapshot, words, format)}</b> ${words.say("nothing_lost")}</span></p>`
        : nothing}
      ${this.home.new_log ? html`<milton-share-new-log .context=${this.context} .log=${this.home.new_log} .isOwner=${approver.is_owner} .triesLeft=${approver.tries_left}></milton-share-new-log>` : nothing}
      ${trust_rule && trust_rule !== "papers_missing" && !this.home.new_log ? html`<p class="banner is-warn" role="alert" data-test="trust-rule">${icon("warn")}<span><b>${words.say("papers_refused")}</b> ${words.rule(trust_rule)}</span></p>` : nothing}
      ${this.home.city?.demo ? html`<p class="banner is-warn" data-test="demo-city">${icon("warn")}<span>${words.notice("demo_city")}</span></p>` : nothing}`;
  }

  /** That no camera is asked now, for all who may share; the owner alone can end it. */
  #paused(): TemplateResult | typeof nothing {
    const { words } = this.context;
    const { household, approver } = this.home;
    if (!household.paused) return nothing;
    return html`<section class="card stack" data-test="paused"><p class="row">${icon("clock")} <b>${pausedWords(this.context, household)}</b></p><p class="sm muted">${words.say("paused_note")}</p>
      ${approver.is_owner ? html`<div><button type="button" class="btn" data-test="resume" @click=${this.#resume}>${words.say("resume")}</button></div>` : html`<p class="sm muted">${words.say("owner_sets")}</p>`}</section>`;
  }

  async #resume(): Promise<void> {
    try {
      await this.context.api.setPause(null);
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_saved");
    }
  }

  #calm(): TemplateResult {
    const { words, format } = this.context;
    const may = this.home.cameras.filter((camera) => camera.settings.eligible).length;
    return html`<section class="card calm" data-test="calm"><div class="ico">${icon("home")}</div><div class="grow"><b>${words.say("nothing_waiting")}</b>
      <p class="sm muted">${may === 0 ? words.say("no_camera_may") : words.say("cameras_may", { count: may })} ${lastContact(this.home.snapshot, words, format)}</p>
      ${may === 0 ? html`<p><button type="button" class="btn" data-test="choose-cameras" @click=${() => navigate(`${this.base}/settings`)}>${words.say("choose_cameras")}</button></p>` : nothing}</div></section>`;
  }

  #doorCode(): TemplateResult {
    return html`<section class="card"><details data-test="door-code-entry"><summary>${icon("inbox")} ${this.context.words.say("code_title")} ${icon("go")}</summary>
      <milton-share-door-code .context=${this.context} .base=${this.base}></milton-share-door-code></details></section>`;
  }

  #own(): TemplateResult {
    const { words } = this.context;
    const open = (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      navigate(`${this.base}/own`);
    };
    return html`<section class="card rows own-entry"><ul class="list"><li><a href="${this.base}/own" data-test="open-own" @click=${open}><b>${words.say("own_title")}</b><small>${words.say("own_entry_note")}</small>${icon("go")}</a></li></ul></section>`;
  }

  protected override render(): TemplateResult {
    const first = this.#first();
    const waits = this.#of("waiting").some(({ request_id }) => request_id !== this.answered);
    return html`<div class="scroll"><main class="page narrow" data-test="list">
      ${this.#link()} ${this.failure ? html`<p class="banner is-bad" role="alert">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${lockedPin(this.home.approver, this.context)}
      ${this.#paused()} ${first} ${waits ? nothing : this.#calm()}
      ${ORDER.map((section) => this.#rows(section))} ${this.#doorCode()} ${this.#own()}
      ${this.#unreadable()} ${recentAttempts(this.home.attempts, new Date(), this.context)}</main></div>`;
  }
}

define("milton-share-list", RequestList);
