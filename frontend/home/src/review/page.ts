// One request: what is asked, what would be sent, and the two equal answers.
import { html, nothing, type TemplateResult } from "lit";
import { isRefusal } from "../api/commands";
import { asked, closed, heading, notices, refused } from "../requests/ask";
import "../requests/door_code";
import { answered } from "../kit/retry";
import "./case_card";
import "../shares/custody";
import "../kit/dialog";
import { failure } from "../kit/failure";
import "../files/added";
import "../cases/held";
import { doorway, identity, openers, sealedTo, shareFacts, type Chosen } from "../shares/confirmation";
import { lengthMs } from "../kit/format";
import { navigate } from "../api/hass";
import { icon } from "../kit/icons";
import type { Lane } from "./lane";
import "./lanes";
import { around } from "./marks";
import type { Case, FootageRequest, HomeState, Mark } from "../api/model";
import { define, Part } from "../kit/part";
import type { Player } from "../clips/player";
import { bounds, replaced } from "./ranges";
import { canLook, heldUntil, isHeldPastExpiry, isLeft, isUnclear, isUndecided, recordedMs, sectionOf, wantsCode } from "../cases/state";
import { firstSelection, isAsAsked, isCurrent, type Selection } from "./selection";
import "./timeline";
import { footageWords } from "../clips/times";

const NO_MARKS: readonly Mark[] = [];

export class Review extends Part {
  static override properties = {
    context: { attribute: false },
    home: { attribute: false },
    request: { attribute: false },
    base: { attribute: false },
    selections: { state: true },
    watched: { state: true },
    marks: { state: true },
    named: { state: true },
    keepSources: { state: true },
    flagged: { state: true },
    confirming: { state: true },
    hint: { state: true },
    overtaken: { state: true },
    wiped: { state: true },
  };
  declare home: HomeState;
  declare request: FootageRequest;
  declare base: string;
  declare selections: Map<string, Selection>;
  declare watched: Map<string, number>;
  declare marks: ReadonlyMap<string, readonly Mark[]>; // by case, what Home Assistant remembers
  declare named: boolean | undefined;
  declare keepSources: boolean;
  declare flagged: boolean; // a child or something intimate can be seen
  declare confirming: readonly Chosen[] | undefined;
  declare hint: string | undefined;
  declare overtaken: boolean;
  declare wiped: boolean; // what was held past the request's end
  readonly #mine = new Set<string>(); // cases that were shared here
  #sharing = false;
  readonly #remembered = new Set<string>();

  constructor() {
    super();
    this.marks = new Map();
    this.selections = new Map();
    this.watched = new Map();
    this.keepSources = false;
    this.flagged = false;
    this.overtaken = false;
  }

  protected override willUpdate(): void {
    this.#takeBack();
    for (const item of this.request.cases.filter(isUndecided)) {
      if (this.#remembered.has(item.case_id) || item.file) continue;
      this.#remembered.add(item.case_id);
      void this.#remember(item.case_id);
    }
  }

  /** A question about what somebody else decided or cut anew meanwhile is taken back, and that is said. */
  #takeBack(): void {
    const asked = this.#sharing ? [] : (this.confirming ?? []);
    if (asked.every(({ item, clip }) => this.#mine.has(item.case_id) || isAsAsked(this.request, item.case_id, clip.clip_sha256))) return;
    [this.confirming, this.overtaken] = [undefined, true];
  }

  /** Without it the page is the same but for the marks: nothing is said of a failure. */
  async #remember(caseId: string): Promise<void> {
    const found = await answered(() => this.context.api.marks(caseId), () => this.request.cases.some((item) => item.case_id === caseId && isUndecided(item)));
    if (found?.known) this.marks = new Map(this.marks).set(caseId, found.marks);
  }

  /** As the owner chose here, else as the household begins. */
  get #asNamed(): boolean {
    return this.named ?? this.home.household.named;
  }

  get #open(): Case[] {
    return this.request.cases.filter(canLook);
  }

  #selection(item: Case): Selection {
    return this.selections.get(item.case_id) ?? firstSelection(this.request, item, this.home.household.audio);
  }

  /** Each camera that looks at the area, also one that has nothing of that time; of files those that have. */
  get #lanes(): Lane[] {
    return this.request.cases.filter((item) => isUndecided(item) && (item.file === null || canLook(item))).map((item) => {
      const selection = canLook(item) ? this.#selection(item) : undefined;
      return { item, marks: this.marks.get(item.case_id) ?? [], chosen: selection?.included ? selection.parts.ranges : [] };
    });
  }

  /** The part around one moment, on each camera that has it. */
  #momentChosen({ detail }: CustomEvent<{ at: number; caseIds: readonly string[] }>): void {
    const at = new Date(detail.at).toISOString();
    const selections = new Map(this.selections);
    for (const item of this.#open.filter(({ case_id, cutting }) => detail.caseIds.includes(case_id) && cutting === null)) {
      const range = around(this.request, item, { from: at, until: at });
      const selection = this.#selection(item);
      if (range) selections.set(item.case_id, { ...selection, included: true, parts: replaced(selection.parts, range, bounds(this.request, item)) });
    }
    [this.selections, this.hint] = [selections, undefined];
  }

  #goTo({ detail }: CustomEvent<{ caseId: string }>): void {
    const card = this.querySelector(`[data-test="case"][data-case-id="${CSS.escape(detail.caseId)}"]`);
    card?.scrollIntoView({ block: "start" });
    card?.querySelector<HTMLElement>('[data-test="handle-from"]')?.focus({ preventScroll: true });
  }

  /** Clips that are exactly what was chosen. */
  get #ready(): Chosen[] {
    return this.#open.flatMap((item) => {
      const selection = this.#selection(item);
      if (!selection.included || !isCurrent(item.clip, selection)) return [];
      return [{ item, clip: item.clip, watchedMs: this.watched.get(item.clip.clip_sha256) ?? 0 }];
    });
  }

  #chosen(event: CustomEvent<{ caseId: string; selection: Selection }>): void {
    this.selections = new Map(this.selections).set(event.detail.caseId, event.detail.selection);
    this.hint = undefined;
  }

  #watched(event: CustomEvent<{ sha256: string; watchedMs: number }>): void {
    const { sha256, watchedMs } = event.detail;
    if (watchedMs > (this.watched.get(sha256) ?? 0)) this.watched = new Map(this.watched).set(sha256, watchedMs);
  }

  #share(): void {
    const ready = this.#ready;
    const included = this.#open.filter((item) => this.#selection(item).included);
    this.overtaken = false;
    if (ready.length > 0 && ready.length === included.length) this.confirming = ready;
    else this.hint = this.context.words.say(included.length === 0 ? "include_first" : "look_first");
  }

  async #approve(pin: string): Promise<void> {
    this.#sharing = true;
    try {
      for (const { item, clip } of this.confirming ?? []) {
        if (this.#mine.has(item.case_id)) continue; // an earlier try got that far
        const approving = this.context.api.approve({
          caseId: item.case_id,
          clipSha256: clip.clip_sha256,
          recipientsSha256: sealedTo(this.request, this.flagged),
          pin,
          named: this.#asNamed,
          keepSources: this.keepSources,
        });
        await approving.catch((error: unknown) => {
          if (isRefusal(error) && error.code === "clip_not_shown") this.#playerOf(item)?.again(); // Home Assistant was restarted since it played
          throw error;
        });
        this.#mine.add(item.case_id);
      }
    } finally {
      this.#sharing = false;
      this.requestUpdate();
    }
  }

  #playerOf(item: Case): Player | null {
    return this.querySelector<Player>(`[data-test="case"][data-case-id="${CSS.escape(item.case_id)}"] milton-share-player`);
  }

  async #notThisTime(): Promise<void> {
    try {
      await this.context.api.notThisTime(this.request.request_id);
      this.tell("answered", this.request.request_id);
      navigate(this.base);
    } catch (error) {
      this.hint = failure(this.context.words, error, "failed_answer");
    }
  }

  #nothing(): TemplateResult {
    const { words } = this.context;
    if (this.home.household.paused && this.request.cases.length === 0 && !wantsCode(this.request)) {
      return html`<section class="card stack" data-test="unasked"><h2>${words.say("unasked_title")}</h2><p>${words.say("paused_note")}</p></section>`;
    }
    const cameras = this.request.cases.filter((item) => isUndecided(item) && item.file === null);
    const added = this.request.cases.some((item) => isUndecided(item) && item.file !== null); // a file whose time is still to be said
    if (added && cameras.length === 0) return html``;
    return html`<section class="card stack" data-test="no-footage"><h2>${words.say(cameras.some(isUnclear) ? "unclear_for_time" : "nothing_for_time")}</h2>
      ${cameras.map((item) => html`<p class="none">${icon("camera")}<span><b>${item.camera_name}</b> ${footageWords(this.context, item)}</span></p>`)}
      ${this.request.cases.length === 0 ? html`<p class="none">${icon("camera")}<span>${words.say(wantsCode(this.request) ? "by_code" : "no_camera_looks")}</span></p>` : nothing}
      ${added ? nothing : html`<p class="banner is-home">${icon("home")}<span>${words.say(cameras.some(isUnclear) ? "nothing_to_decide_yet" : "nothing_to_decide", { agency: this.request.agency_name })}</span></p>`}
      ${wantsCode(this.request) ? html`<h3>${words.say("code_title")}</h3><milton-share-door-code .context=${this.context} .base=${this.base}></milton-share-door-code>` : nothing}</section>`;
  }

  #decided(): TemplateResult {
    const { words } = this.context;
    return html`<section class="card stack" data-test="declined"><h2>${words.say("you_said_no")}</h2><p class="muted">${words.say("said_no_note")}</p></section>`;
  }

  #held(): TemplateResult {
    const { words, format, retention } = this.context;
    const until = heldUntil(this.request, retention.hold_after_expiry_s);
    return html`<section class="card stack" data-test="held"><h2>${words.say("held_until", { time: format.dayMinute(until), left: format.away(until.getTime() - Date.now()) })}</h2><p>${words.say("held_note")}</p>
      ${this.request.cases.filter(isLeft).map((item) => html`<p class="sm">${icon("camera")} ${item.camera_name}: ${words.say("recorded_of", { recorded: format.length(recordedMs(this.request, item)), asked: format.length(lengthMs(this.request.from, this.request.until)) })}</p>`)}
      <milton-share-held .context=${this.context} .requestId=${this.request.request_id} .base=${this.base} look="choices" .open=${this.#follow}></milton-share-held></section>`;
  }

  readonly #follow = (event: MouseEvent, path: string): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    navigate(path);
  };

  #work(): TemplateResult {
    const items = this.#open;
    const lanes = this.#lanes;
    return html`${lanes.length > 1
        ? html`<milton-share-lanes .context=${this.context} .request=${this.request} .lanes=${lanes} @moment-chosen=${this.#momentChosen} @lane-go=${this.#goTo}></milton-share-lanes>`
        : nothing}
      ${items.map((item) => html`<milton-share-case .context=${this.context} .request=${this.request} .item=${item} .selection=${this.#selection(item)} .marks=${this.marks.get(item.case_id) ?? NO_MARKS} ?alone=${items.length === 1}></milton-share-case>`)}
      ${identity(this.context, this.request, this.#asNamed, this.keepSources, (named) => { this.named = named; }, (keep) => { this.keepSources = keep; })}
      ${openers(this.context, this.request, this.flagged, (flagged) => { this.flagged = flagged; })}
      ${doorway(this.context, this.request, this.#ready, this.#asNamed, this.flagged)}`;
  }

  #decide(): TemplateResult {
    const { words } = this.context;
    return html`<section class="decide" data-test="decide" aria-label=${words.say("your_answer")}><div>
      ${this.hint ? html`<p class="hint-now" role="alert" data-test="hint">${icon("warn")} ${this.hint}</p>` : html`<p>${words.say("same_to_police")}</p>`}
      <div class="choices"><button type="button" class="btn" data-test="not-this-time" @click=${this.#notThisTime}>${words.say("not_this_time")}</button>
        <button type="button" class="btn" data-test="share-button" @click=${this.#share}>${words.say("share_with", { agency: this.request.agency_name })}</button></div></div></section>`;
  }

  #confirm(chosen: readonly Chosen[]): TemplateResult {
    const { words } = this.context;
    return html`<milton-share-pin-dialog .context=${this.context} name="share" .triesLeft=${this.home.approver.tries_left}
      .heading=${words.say("share_question", { count: chosen.length, agency: this.request.agency_name })}
      .facts=${shareFacts(this.context, this.request, chosen, this.#asNamed, this.keepSources, this.flagged)} .yes=${words.say("share_clips", { count: chosen.length })}
      .act=${(pin: string) => this.#approve(pin)} @closed=${() => { this.confirming = undefined; }}></milton-share-pin-dialog>`;
  }

  #shares(): TemplateResult[] {
    return this.request.cases.flatMap((item) => item.share
      ? [html`<milton-share-custody .context=${this.context} .request=${this.request} .item=${item} .share=${item.share} .triesLeft=${this.home.approver.tries_left} ?isOwner=${this.home.approver.is_owner}></milton-share-custody>`]
      : []);
  }

  #body(): TemplateResult {
    const { request, home, context } = this;
    const now = new Date();
    const section = sectionOf(request, home, now, context.retention.hold_after_expiry_s);
    const shares = this.#shares();
    if (request.refused !== null && section === "refused") return refused(request, context);
    if (request.refused !== null) {
      const held = isHeldPastExpiry(request, now, context.retention.hold_after_expiry_s);
      return html`${closed(request, context, section === "past")} ${held ? this.#held() : nothing} ${shares}`;
    }
    const open = this.#open.length > 0;
    const declined = request.cases.some((item) => item.state === "declined");
    const said = declined && !open && shares.length === 0; // what became of it comes before what was asked
    const files = wantsCode(request) || request.drill || (declined && !open) ? nothing : html`<milton-share-files .context=${context} .home=${home} .request=${request}></milton-share-files>`;
    return html`${heading(request, context, open || (shares.length === 0 && !said))} ${notices(request, context)} ${shares} ${said ? this.#decided() : nothing} ${asked(request, home, context)}
      ${open ? this.#work() : shares.length > 0 || said ? nothing : this.#nothing()} ${files}`;
  }

  protected override render(): TemplateResult {
    const answerable = this.request.refused === null && this.#open.length > 0;
    return html`<div class="scroll"><main class="page" data-test="review" data-request-id=${this.request.request_id} @held-wiped=${() => { this.wiped = true; }}
        @chosen=${this.#chosen} @watched=${this.#watched}>
        ${this.overtaken ? html`<p class="banner is-warn" role="alert" data-test="overtaken">${icon("warn")}<span>${this.context.words.say("overtaken")}</span></p>` : nothing}${this.#body()}
        <p class="vh" role="status" data-test="held-wiped">${this.wiped ? this.context.words.say("held_wiped") : nothing}</p></main></div>
      ${answerable ? this.#decide() : nothing} ${this.confirming ? this.#confirm(this.confirming) : nothing}`;
  }
}

define("milton-share-review", Review);
