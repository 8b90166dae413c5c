// What became of a share: on its way, received, seen by whom; and the way back.
import { html, nothing, type TemplateResult } from "lit";
import { time } from "../requests/ask";
import "../kit/dialog";
import { failure } from "../kit/failure";
import { icon, type IconName } from "../kit/icons";
import type { Case, FootageRequest, Receipt, Share } from "../api/model";
import { define, Part } from "../kit/part";
import { saveAsFile } from "../kit/save_file";
import { openQuestions, questionsOf } from "../cases/state";

const EVENT_ICONS: Record<Receipt["event"], IconName> = {
  received: "up", fetched: "eye", accepted: "seal", asked: "law", passed_on: "go", viewed: "eye", revoked: "undo", exported: "down", withdrawn: "undo", held: "lock", released: "clock", unflagged: "eye", deleted: "bin",
};

const OWNERS_HOURS_MS = 24 * 3_600_000; // the police accept it after that
const UNACCEPTED_MS = 30 * 86_400_000; // the most that an agency may keep what nobody accepted

export class Custody extends Part {
  static override properties = {
    context: { attribute: false },
    request: { attribute: false },
    item: { attribute: false },
    share: { attribute: false },
    triesLeft: { attribute: false },
    isOwner: { type: Boolean },
    asking: { state: true },
    deciding: { state: true },
    failure: { state: true },
  };
  declare request: FootageRequest;
  declare item: Case;
  declare share: Share;
  declare triesLeft: number;
  declare isOwner: boolean;
  declare asking: "withdraw" | "flag" | "early" | "give-up" | undefined;
  declare deciding: { asked: Receipt; agrees: boolean } | undefined;
  declare failure: string | undefined;

  #has(event: Receipt["event"]): boolean {
    return this.share.receipts.some((receipt) => receipt.event === event);
  }

  get #canWithdraw(): boolean {
    const { state, withdraw_wanted, withdraw_refused } = this.share;
    if (withdraw_wanted || withdraw_refused !== null || state === "withdrawn" || state === "lapsed") return false;
    return !["accepted", "withdrawn", "deleted"].some((event) => this.#has(event as Receipt["event"]));
  }

  async #save(): Promise<void> {
    this.failure = undefined;
    try {
      saveAsFile(await this.context.api.evidence(this.request.request_id), `milton-share-${this.request.request_id.slice(0, 12)}.json`);
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_receipts");
    }
  }

  #chip(): TemplateResult {
    const { words } = this.context;
    const { share } = this;
    if (share.state === "withdrawn") return html`<span class="chip" data-test="share-state" data-state="withdrawn">${icon("undo")} ${words.say("was_withdrawn")}</span>`;
    if (share.state === "lapsed") return html`<span class="chip" data-test="share-state" data-state="lapsed">${words.say("was_lapsed")}</span>`;
    if (this.#has("deleted")) return html`<span class="chip" data-test="share-state" data-state="deleted">${icon("bin")} ${words.say("event_deleted")}</span>`;
    if (share.withdraw_wanted) return html`<span class="chip is-warn" data-test="share-state" data-state="withdrawing">${icon("undo")} ${words.say("being_withdrawn")}</span>`;
    if (this.#has("accepted")) return html`<span class="chip is-law" data-test="share-state" data-state="accepted">${icon("seal")} ${words.say("was_accepted")}</span>`;
    if (share.state === "receipted" && this.request.drill) return html`<span class="chip is-warn" data-test="share-state" data-state="test-card">${words.say("drill")}: ${words.say("test_card")}</span>`;
    if (share.state === "receipted") return html`<span class="chip is-law" data-test="share-state" data-state="receipted">${words.say("not_accepted_yet")}</span>`;
    return html`<span class="chip is-law" data-test="share-state" data-state=${share.state}>${icon("up")} ${words.say("on_its_way")}</span>`;
  }

  /** Each stage is said once, and what stands in the way: not each number. */
  #progress(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { state, sealed_bytes, sent_bytes, size_bytes, trouble } = this.share;
    if (!["approved", "sealed", "uploaded"].includes(state)) return nothing;
    const sealing = state === "approved";
    const text = !sealing
      ? words.say("sending", { sent: format.size(sent_bytes), size: format.size(size_bytes), agency: this.request.agency_name })
      : size_bytes > 0 ? words.say("sealing_of", { sealed: format.size(sealed_bytes), size: format.size(size_bytes) }) : words.say("sealing");
    return html`<div class="stack tight"><progress data-test=${sealing ? "sealing" : "sending"} max=${Math.max(size_bytes, 1)} value=${sealing ? sealed_bytes : sent_bytes} aria-label=${text}></progress>
      <p class="sm muted num">${text}. ${words.say("goes_on")}</p>
      <div role="status"><p class="vh">${words.say(sealing ? "sealing" : "on_its_way")}</p>
      ${trouble ? html`<p class="banner is-warn" data-test="trouble">${icon("warn")}<span>${words.say("trouble", { rule: words.rule(trouble) })}</span></p>` : nothing}</div></div>`;
  }

  #step(name: IconName, title: string, at: string, detail: unknown, kind = ""): TemplateResult {
    const { format } = this.context;
    return html`<li class=${kind} data-test="receipt">${icon(name)}<b>${title}</b>${time(this.context, at, format.daySecond(at))}${detail}</li>`;
  }

  #history(): TemplateResult {
    const { words, format } = this.context;
    const { share } = this;
    const id = share.share_id.slice(0, 8);
    const sealed = share.size_bytes > 0 && share.sealed_bytes === share.size_bytes;
    return html`<ol class="custody num">
      ${this.#step("lock", words.say(sealed ? "sealed_at_home" : "approved_at_home"), share.approved_at, sealed ? words.say("share_number", { id, size: format.size(share.size_bytes) }) : words.say("share_id", { id }), "home")}
      ${share.receipts.map((receipt) => this.#step(
        EVENT_ICONS[receipt.event], words.event(receipt.event), receipt.at,
        html`${receipt.to ? html`${receipt.to.name}, ${receipt.to.organisation} · ` : nothing}${receipt.by ? words.say("by_badge", { badge: receipt.by.badge, device: receipt.by.device }) : words.say("signed_receipt", { number: receipt.sequence })}`,
      ))}${this.#ifNotAccepted()}</ol>`;
  }

  /** What comes by itself where nobody does anything; what is held for a court stays longer. */
  #ifNotAccepted(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const received = this.share.receipts.find(({ event }) => event === "received");
    if (!received || this.request.drill || !this.#canWithdraw || this.#has("held")) return nothing;
    const until = new Date(Date.parse(received.at) + UNACCEPTED_MS);
    return html`<li data-test="if-not-accepted">${icon("clock")}<b>${words.say("if_not_accepted")}</b>${time(this.context, until, format.dayMinute(until))}${words.say("if_not_accepted_then")}</li>`;
  }

  #takeBack(): TemplateResult | typeof nothing {
    const { words } = this.context;
    if (this.share.withdraw_refused) return html`<p class="banner is-warn" data-test="withdraw-refused">${icon("warn")}<span>${words.say("withdraw_refused", { rule: words.rule(this.share.withdraw_refused) })}</span></p>`;
    if (this.#has("accepted") && !this.#has("withdrawn") && !this.#has("deleted")) return html`<p class="sm" data-test="no-way-back">${words.say("no_way_back")}</p>`;
    if (this.share.state === "withdrawn" && !this.request.drill && !this.#has("deleted")) return html`<p class="sm" data-test="taken-back">${words.say("taken_back")}</p>`;
    if (!this.#canWithdraw) return nothing;
    const sending = ["approved", "sealed"].includes(this.share.state);
    return html`<div class="stack tight"><h3>${words.say("can_take_back")}</h3><p class="sm">${this.request.drill ? words.say("test_card_take_back") : words.say("take_back_note", { case: this.request.case_number })}${this.request.drill || sending ? nothing : ` ${words.say("take_back_seen")}`}</p>
      <div><button type="button" class="btn bad" data-test="withdraw" @click=${() => { this.asking = "withdraw"; }}>${icon("undo")} ${words.say(sending ? "stop_delete" : "withdraw_clip")}</button></div></div>`;
  }

  /** Whether the evidence unit alone sees it, by the owner's word, and that word where it was not given. */
  #flagged(): TemplateResult | typeof nothing {
    const { words } = this.context;
    const { custodians_only: sealed, flag_wanted: wanted, flag_refused: refused, unflagged, state } = this.share;
    if (["withdrawn", "lapsed"].includes(state) || this.#has("deleted")) return nothing;
    if (refused) return html`<p class="banner is-warn" data-test="flag-refused">${icon("warn")}<span>${words.say("flag_refused", { rule: words.rule(refused) })}</span></p>`;
    if ((sealed || wanted) && !unflagged) return html`<p class="sm" data-test="flagged">${icon("lock")} ${words.say(wanted ? "flagged_later" : "flagged_sealed")}</p>`;
    if (state !== "receipted" || this.share.withdraw_wanted || this.request.drill) return nothing;
    return html`<div class="stack tight">${unflagged ? html`<p class="banner is-warn" data-test="unflagged">${icon("warn")}<span>${words.say("unflagged")}</span></p>` : html`<p class="sm">${words.say("flag_offer")}</p>`}
      <div><button type="button" class="btn" data-test="flag-later" @click=${() => { this.asking = "flag"; }}>${icon("lock")} ${words.say("flag_later")}</button></div></div>`;
  }

  /** The owner's 24 hours before the evidence unit may accept it, which the owner may shorten. */
  #early(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { early_wanted: wanted, early_refused: refused, receipts } = this.share;
    const received = receipts.find(({ event }) => event === "received");
    if (!received || this.request.drill || !this.#canWithdraw || this.share.state !== "receipted") return nothing;
    const until = new Date(Date.parse(received.at) + OWNERS_HOURS_MS);
    if (until.getTime() <= Date.now()) return nothing;
    const time = format.dayMinute(until.toISOString());
    if (refused) return html`<p class="banner is-warn" data-test="early-refused">${icon("warn")}<span>${words.say("early_refused", { rule: words.rule(refused) })}</span></p>`;
    if (wanted) return html`<p class="sm" data-test="early-agreed">${words.say("early_agreed", { time })}</p>`;
    return html`<div class="stack tight"><p class="sm">${words.say("early", { time })}</p>
      <div><button type="button" class="btn" data-test="early" @click=${() => { this.asking = "early"; }}>${icon("seal")} ${words.say("agree_early")}</button></div></div>`;
  }

  /** What waits for an answer: before all else. */
  #asked(): TemplateResult[] {
    return openQuestions(this.share, new Date()).map((asked) => this.#askedAbout(asked));
  }

  #askedAbout(asked: Receipt): TemplateResult {
    const { words } = this.context;
    const facts = this.#passingFacts(asked);
    const decide = (agrees: boolean) => () => { this.deciding = { asked, agrees }; };
    return html`<div class="stack tight card" data-test="passing-question"><h3>${words.say("passing_question", facts)}</h3><p class="sm">${words.say("passing_facts", facts)}</p>
      <div class="choices"><button type="button" class="btn" data-test="passing-yes" @click=${decide(true)}>${words.say("passing_yes")}</button>
      <button type="button" class="btn" data-test="passing-no" @click=${decide(false)}>${words.say("passing_no")}</button></div></div>`;
  }

  #passingFacts(asked: Receipt): { agency: string; name: string; organisation: string; until: string } {
    const { name, organisation, until } = asked.to!;
    return { agency: this.request.agency_name, name, organisation, until: this.context.format.dayYear(until) };
  }

  /** Each person outside whom it may or might have been passed on to, and what the owner said of it. */
  #passing(): (TemplateResult | typeof nothing)[] {
    return questionsOf(this.share).map((asked) => this.#passingTo(asked));
  }

  #passingTo(asked: Receipt): TemplateResult | typeof nothing {
    const { words } = this.context;
    const facts = this.#passingFacts(asked);
    const said = this.share.passing.find(({ question }) => question === asked.sequence);
    if (Date.parse(asked.to!.until) <= Date.now()) return html`<p class="sm" data-test="passing-over">${words.say("passing_over", facts)}</p>`;
    if (said === undefined) return nothing;
    return html`<div class="stack tight" data-test="passing-said" data-agrees=${said.agrees}><p class="sm">${words.say(said.agrees ? "passing_agreed" : "passing_refused", facts)}</p>
      ${said.refused ? html`<p class="banner is-warn" data-test="passing-not-told">${icon("warn")}<span>${words.say("passing_not_told", { rule: words.rule(said.refused) })}</span></p>` : nothing}
      <div><button type="button" class="btn" data-test="passing-change" @click=${() => { this.deciding = { asked, agrees: !said.agrees }; }}>${words.say(said.agrees ? "passing_take_back" : "passing_after_all")}</button></div></div>`;
  }

  /** What became of the recordings that were to be kept for a court. */
  #originals(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { sources_said_until: said, sources_kept_until: kept } = this.share;
    if (said === null || kept === null || ["withdrawn", "lapsed"].includes(this.share.state)) return this.#kept();
    if (Date.parse(kept) > Date.now()) {
      return html`<div class="stack tight" data-test="originals">${this.#kept()}
        ${this.isOwner
          ? html`<div><button type="button" class="btn" data-test="give-up" @click=${() => { this.asking = "give-up"; }}>${icon("bin")} ${words.say("give_up")}</button></div>`
          : nothing}</div>`;
    }
    const key = Date.parse(kept) < Date.parse(said) ? "originals_given_up" : "originals_over";
    return html`<p class="sm" data-test="originals">${icon("bin")} ${words.say(key, { until: format.dayYear(said), at: format.dayYear(kept) })}</p>`;
  }

  #question(): TemplateResult | typeof nothing {
    const { words, format, api } = this.context;
    const closed = () => { this.asking = undefined; };
    if (this.deciding) {
      const { asked, agrees } = this.deciding;
      const facts = this.#passingFacts(asked);
      return html`<milton-share-pin-dialog .context=${this.context} name="pass" .triesLeft=${this.triesLeft} .heading=${words.say("passing_question", facts)}
        .facts=${html`<p><b>${words.say("custody_of", { camera: this.item.camera_name })}</b></p><p>${words.say(agrees ? "passing_facts" : "passing_no_facts", facts)}</p>`} .yes=${words.say(agrees ? "passing_yes" : "passing_no")}
        .act=${(pin: string) => api.sayOfPassing(this.share.share_id, asked.sequence, agrees, pin)} @closed=${() => { this.deciding = undefined; }}></milton-share-pin-dialog>`;
    }
    if (this.asking === "withdraw") {
      return html`<milton-share-pin-dialog .context=${this.context} name="withdraw" .triesLeft=${this.triesLeft} .heading=${words.say("withdraw_question")}
        .facts=${html`<p><b>${words.say("custody_of", { camera: this.item.camera_name })}</b></p><p>${words.say("withdraw_facts")}</p>`} .yes=${words.say("withdraw_clip")}
        .act=${(pin: string) => api.withdraw(this.share.share_id, pin)} @closed=${closed}></milton-share-pin-dialog>`;
    }
    if (this.asking === "flag") {
      return html`<milton-share-pin-dialog .context=${this.context} name="flag" .triesLeft=${this.triesLeft} .heading=${words.say("flag_question")}
        .facts=${html`<p><b>${words.say("custody_of", { camera: this.item.camera_name })}</b></p><p>${words.say("flag_facts")}</p>`} .yes=${words.say("flag_later")}
        .act=${(pin: string) => api.flag(this.share.share_id, pin)} @closed=${closed}></milton-share-pin-dialog>`;
    }
    if (this.asking === "early") {
      return html`<milton-share-pin-dialog .context=${this.context} name="early" .triesLeft=${this.triesLeft} .heading=${words.say("agree_early_question")}
        .facts=${html`<p><b>${words.say("custody_of", { camera: this.item.camera_name })}</b></p><p>${words.say("agree_early_facts", { case: this.request.case_number })}</p>`} .yes=${words.say("agree_early")}
        .act=${(pin: string) => api.agreeEarly(this.share.share_id, pin)} @closed=${closed}></milton-share-pin-dialog>`;
    }
    if (this.asking === "give-up") {
      return html`<milton-share-pin-dialog .context=${this.context} name="give-up" .triesLeft=${this.triesLeft} .heading=${words.say("give_up_question")}
        .facts=${html`<p>${words.say("give_up_facts", { until: format.dayYear(this.share.sources_said_until ?? "") })}</p>`} .yes=${words.say("give_up")}
        .act=${(pin: string) => api.giveUpSources(this.share.share_id, pin)} @closed=${closed}></milton-share-pin-dialog>`;
    }
    return nothing;
  }

  /** The recordings that the owner promised to keep for the court. */
  #kept(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const until = this.item.kept_until;
    if (!until) return nothing;
    const left = format.countdown(Math.max(0, Date.parse(until) - Date.now()));
    return html`<p class="sm" data-test="kept-for-court">${icon("lock")} ${words.say("kept_for_court", { time: format.dayMinute(until), left })}</p>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`<section class="card stack" data-test="share" data-share-id=${this.share.share_id}>
      <div class="row wrap"><h2 class="grow">${words.say("custody_of", { camera: this.item.camera_name })}</h2>${this.#chip()}</div>
      ${this.#progress()} ${this.#asked()} ${this.#history()} ${this.#takeBack()} ${this.#flagged()} ${this.#early()} ${this.#passing()} ${this.#originals()}
      <div><button type="button" class="btn" data-test="save-evidence" @click=${this.#save}>${icon("down")} ${words.say("save_receipts")}</button></div>
      ${this.failure ? html`<p class="banner is-warn" role="alert" data-test="receipts-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.#question()}</section>`;
  }
}

define("milton-share-custody", Custody);
