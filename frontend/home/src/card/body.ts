// What the card shows to a person who may see it: one thing, what can be done about it, and what else there is.
import { html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { Api } from "../api/commands";
import type { CardConfig } from "./config";
import { foot, head, notes, PANEL_URL, rows, subject, type CardContext } from "./parts";
import { cardView, isQuiet, type CardView } from "./view";
import { dismiss, dismissed } from "./dismissed";
import { failure } from "../kit/failure";
import { Format } from "../kit/format";
import { navigate, type HomeAssistant } from "../api/hass";
import { icon } from "../kit/icons";
import { schemeOf } from "../kit/ink";
import type { StateEvent } from "../api/model";
import { define } from "../kit/part";
import tokens from "../../../style/tokens.css";
import sheet from "../../style/card.css";
import { loadWords, withoutWords, Words } from "../words/words";

type Home = Extract<StateEvent, { state: unknown }>;

const CLOCK_MS = 60_000; // holds are shown as time left

export class CardBody extends LitElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(sheet)];
  static override properties = {
    hass: { attribute: false },
    config: { attribute: false },
    home: { attribute: false },
    refusal: { attribute: false },
    busy: { state: true },
    failure: { state: true },
    said: { state: true },
  };
  declare hass: HomeAssistant | undefined;
  declare config: CardConfig;
  declare home: Home | undefined;
  declare refusal: string | undefined;
  declare busy: boolean;
  declare failure: string | undefined;
  declare said: string | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #isSaidBefore = false; // it stood at the last turn of the clock already
  #shownFor: readonly unknown[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.#turn(), CLOCK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  get quiet(): boolean {
    const view = this.#view();
    return view !== null && isQuiet(view) && this.said === undefined;
  }

  #view(): CardView | null {
    return this.home ? cardView(this.home.state, new Date(), this.home.retention.hold_after_expiry_s, dismissed()) : null;
  }

  /** What became of an answer is seen for a minute or two, and not on a dashboard for ever. */
  #turn(): void {
    if (this.#isSaidBefore) this.said = undefined;
    this.#isSaidBefore = this.said !== undefined;
    this.#again();
  }

  /** Where the person is: the button that they pressed is gone. */
  async #say(said: string): Promise<void> {
    [this.said, this.#isSaidBefore] = [said, false];
    this.#again();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".said")?.focus();
  }

  #again(): void {
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("changed"));
  }

  /** Home Assistant hands a new `hass` over with every state of every entity. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    const { hass } = this;
    if (!hass) return false;
    const now = [hass.connection, hass.locale?.language ?? hass.language, hass.config.time_zone, hass.locale?.time_format, hass.themes];
    const same = changed.size === 1 && changed.has("hass") && now.every((part, index) => part === this.#shownFor[index]);
    this.#shownFor = now;
    return !same;
  }

  /** By the ink that the theme gives: a dark theme, also of one view or one card, need not be Home Assistant's dark mode. It comes slowly. */
  protected override updated(): void {
    this.#wear();
  }

  #wear(): void {
    const card = this.renderRoot.querySelector("ha-card");
    if (card && this.hass) this.style.colorScheme = schemeOf(this, card, this.hass.themes.darkMode);
  }

  async #notThisTime(requestId: string): Promise<void> {
    const { words, api } = this.#context();
    this.busy = true;
    this.failure = this.said = undefined;
    try {
      await api.notThisTime(requestId);
      void this.#say(words.say("card_said_no"));
    } catch (error) {
      this.failure = failure(words, error, "failed_answer");
    }
    this.busy = false;
  }

  #context(): CardContext {
    const hass = this.hass as HomeAssistant;
    const language = hass.locale?.language ?? hass.language;
    return {
      api: new Api(hass),
      words: new Words(language),
      format: new Format(language, hass.config.time_zone, hass.locale?.time_format),
      holdS: this.home?.retention.hold_after_expiry_s ?? 0,
      now: new Date(),
      plain: this.config.without_details === true,
      name: this.config.name,
      busy: this.busy,
      open: (event, path) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigate(path);
      },
      notThisTime: (requestId) => void this.#notThisTime(requestId),
      dismiss: (ids) => {
        dismiss(ids);
        this.#again();
      },
    };
  }

  /** In an editor, for a person who may not see more; or for one who has to set a PIN first. */
  #closed(context: CardContext): TemplateResult {
    const { words } = context;
    const pin = this.refusal === "no_pin";
    return html`<div class="top off"><div class="grow"><b>${words.say(pin ? "set_pin_first" : "card_closed")}</b><span>${words.say(pin ? "card_pin_note" : "card_closed_note")}</span></div></div>
      ${pin ? html`<div class="foot"><a class="btn" href=${PANEL_URL} data-test="card-set-pin" @click=${(event: MouseEvent) => context.open(event, PANEL_URL)}>${words.say("card_open_page")}</a></div>` : nothing}`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const language = this.hass?.locale?.language ?? this.hass?.language ?? "";
    const loading = loadWords(language);
    if (loading) {
      void loading.then(() => this.#again());
      return nothing;
    }
    const missing = withoutWords(language);
    if (missing) return html`<ha-card class="ha"><p class="fail" role="alert">${missing}</p></ha-card>`;
    const context = this.#context();
    const view = this.#view();
    const content = view && this.home
      ? html`${head(view, this.home.state, context)} ${context.plain ? nothing : subject(view, context)}
          ${this.failure ? html`<p class="fail" role="alert">${this.failure}</p>` : nothing}
          ${view.head === "refused" ? nothing : foot(view, context)} ${context.plain ? nothing : rows(view, this.home.state, context)}
          ${view.head === "refused" ? foot(view, context) : nothing} ${notes(view, this.home.state, context)}`
      : this.#closed(context);
    return html`<ha-card class="ha" lang=${context.words.language} @transitionend=${() => this.#wear()}><div class="in" role="group" aria-label=${this.config.name ?? context.words.say("title")} data-test="card" data-head=${view?.head ?? "closed"} @held-wiped=${() => this.#say(context.words.say("held_wiped"))}>
      <p class=${this.said === undefined ? "vh" : "said"} role="status" tabindex="-1" data-test="card-said">${this.said === undefined ? nothing : html`${icon("ok")} <span>${this.said}</span>`}</p>${content}</div></ha-card>`;
  }
}

define("milton-share-card-body", CardBody);
