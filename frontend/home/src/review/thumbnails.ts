// What a camera saw in the time asked for, roughly, before anything is cut: small pictures, each leads to its part.
import { html, nothing, type TemplateResult } from "lit";
import { answered } from "../kit/retry";
import { icon } from "../kit/icons";
import { around } from "./marks";
import type { Case, FootageRequest, RoughPicture } from "../api/model";
import { define, Part } from "../kit/part";
import type { Range } from "./ranges";

const TO_THE_MINUTE = "2026-11-10T08:40".length;
const QUARTERS = 4; // to make them anew costs the home some seconds

export class Rough extends Part {
  static override properties = {
    context: { attribute: false },
    request: { attribute: false },
    item: { attribute: false },
    ranges: { attribute: false },
    disabled: { type: Boolean },
    found: { state: true },
    failed: { state: true },
  };
  declare request: FootageRequest;
  declare item: Case;
  declare ranges: readonly Range[]; // what is chosen now
  declare disabled: boolean;
  declare found: readonly RoughPicture[] | undefined;
  declare failed: boolean;
  #asked = "";

  /** Asked again when there is more to see: with each quarter that is copied, and once all is; of what is still filmed each minute. */
  protected override willUpdate(): void {
    const { case_id, footage_from, footage_until, gaps, copied } = this.item;
    const within = gaps.filter(({ from }) => footage_until === null || Date.parse(from) < Date.parse(footage_until)); // what is still to come begins later with each file
    const seen = copied === null ? JSON.stringify([footage_from, footage_until?.slice(0, TO_THE_MINUTE), within]) : Math.floor(copied * QUARTERS);
    const key = `${case_id} ${seen}`;
    if (this.#asked === key) return;
    if (!this.#asked.startsWith(`${case_id} `)) [this.found, this.failed] = [undefined, false]; // another camera's
    this.#asked = key;
    void this.#look(case_id, key);
  }

  async #look(caseId: string, key: string): Promise<void> {
    const isShown = () => this.#asked === key;
    const found = await answered(() => this.context.api.rough(caseId), isShown, () => { this.failed = !this.found; });
    if (isShown()) [this.found, this.failed] = [found?.pictures ?? this.found, !found && !this.found];
  }

  #picture({ at, jpeg }: RoughPicture): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const range = around(this.request, this.item, { from: at, until: at });
    if (!range) return nothing;
    const time = Date.parse(at);
    const inside = this.ranges.some(({ from, until }) => from.getTime() <= time && time < until.getTime());
    return html`<li><button type="button" data-test="rough-picture" class=${inside ? "inside" : ""} ?disabled=${this.disabled} aria-label=${words.say("rough_choose", { time: format.second(at) })} @click=${() => this.tell<Range>("choose", range)}>
      <img src="data:image/jpeg;base64,${jpeg}" alt=""><span class="num">${format.second(at)}</span></button></li>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words } = this.context;
    if (this.failed || this.found?.length === 0) return html`<p class="sm muted" data-test="rough-none">${words.say("rough_none")}</p>`;
    return html`<div class="rough" data-test="rough"><h3>${icon("eye")} ${words.say("rough_title")}</h3>
      ${this.found
        ? html`<ul>${this.found.map((each) => this.#picture(each))}</ul><p class="sm muted">${words.say("rough_note")}</p>`
        : html`<p class="sm muted" role="status">${words.say("rough_looking")}</p>`}</div>`;
  }
}

define("milton-share-rough", Rough);
