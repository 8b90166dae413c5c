// The page in Home Assistant's sidebar: who is here, what may be shown, and which part of the page it is.
import { html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Api, isRefusal } from "./api/commands";
import { FocusKeeper } from "./kit/focus";
import { Format } from "./kit/format";
import { navigate, type HomeAssistant, type Route } from "./api/hass";
import { icon } from "./kit/icons";
import { schemeOf } from "./kit/ink";
import "./requests/list";
import type { HomeState, Retention, StateEvent } from "./api/model";
import { define, type Context } from "./kit/part";
import "./approvers/pin_form";
import "./review/page";
import tokens from "../../style/tokens.css";
import sheet from "../style/panel.css";
import { loadWords, withoutWords, Words } from "./words/words";

/** What is a script of its own, loaded when it is opened. */
const LATER = { own: () => import("./own_clips/page"), settings: () => import("./settings") };
const TRY_AGAIN_MS = 5000;
const UNKNOWN = "unknown"; // nothing that Home Assistant said
const AGAIN: readonly string[] = ["not_enrolled", "unknown_command", "unknown_error", "timeout", UNKNOWN]; // it may still be starting
const CLOCK_MS = 30_000; // holds and expiries are shown as time left

class Panel extends LitElement {
  static override styles = [unsafeCSS(tokens), unsafeCSS(sheet)];
  static override properties = {
    hass: { attribute: false },
    narrow: { type: Boolean },
    route: { attribute: false },
    panel: { attribute: false },
    home: { state: true },
    refusal: { state: true },
    outdated: { state: true },
    missing: { state: true },
    answered: { state: true },
  };
  declare hass: HomeAssistant;
  declare narrow: boolean;
  declare route: Route;
  declare panel: { config: { version: string } };
  declare home: HomeState | undefined;
  declare refusal: string | undefined;
  declare outdated: boolean;
  declare missing: keyof typeof LATER | undefined;
  declare answered: string | undefined; // said at once, and no more once the person is on another page
  #retention: Retention = { storage_gb: 0, hold_after_expiry_s: 0 };
  #unsubscribe: (() => Promise<void> | void) | undefined;
  #starting = false;
  readonly #loaded = new Set<keyof typeof LATER>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #focus: FocusKeeper | undefined;
  #minute = 0;
  #worn: HomeAssistant["themes"] | undefined;
  #context: Context | undefined;
  #contextOf: readonly unknown[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => {
      this.#minute += 1;
      this.requestUpdate();
    }, CLOCK_MS);
    this.#focus ??= new FocusKeeper(this.renderRoot as ShadowRoot);
    this.#focus.start();
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#focus?.stop();
    clearTimeout(this.#retry);
    void this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("route") && this.#path !== "") this.answered = undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#wear();
    if (!changed.has("hass")) return;
    if (!this.#unsubscribe && this.refusal === undefined) void this.#start();
  }

  /** Once for each theme that is applied: Home Assistant hands a new `hass` over with every state of every entity. */
  #wear(): void {
    const page = this.renderRoot.querySelector(".ha");
    if (!page || !this.hass) return;
    const { themes } = this.hass;
    if (themes === this.#worn) return;
    this.#worn = themes;
    this.style.colorScheme = schemeOf(this, page, themes.darkMode);
  }

  async #start(): Promise<void> {
    if (!this.hass || this.#starting || this.#unsubscribe || !this.isConnected) return;
    this.#starting = true;
    this.refusal = undefined;
    try {
      const api = new Api(this.hass);
      const { refusal } = await api.whoami();
      if (refusal === null) this.#unsubscribe = await api.subscribe((event) => this.#heard(event));
      else this.refusal = refusal;
    } catch (error) {
      this.refusal = isRefusal(error) ? error.code : UNKNOWN;
      if (AGAIN.includes(this.refusal)) this.#retry = setTimeout(() => void this.#start(), TRY_AGAIN_MS);
    }
    this.#starting = false;
  }

  #heard(event: StateEvent): void {
    if ("refused" in event) {
      this.home = undefined;
      this.refusal = event.refused;
      this.#unsubscribe = undefined;
      return;
    }
    if (JSON.stringify(event.retention) !== JSON.stringify(this.#retention)) this.#retention = event.retention;
    this.outdated = event.panel_version !== this.panel.config.version;
    this.home = event.state;
  }

  /** The same object until something in it changes: Home Assistant hands a new `hass` over with every state. */
  #contextNow(): Context {
    const { hass } = this;
    const language = hass.locale?.language ?? hass.language;
    const parts = [hass.connection, language, hass.config.time_zone, hass.locale?.time_format, this.#retention, this.#minute];
    if (this.#context && parts.every((part, index) => part === this.#contextOf[index])) return this.#context;
    this.#contextOf = parts;
    this.#context = {
      hass,
      api: new Api(hass),
      words: new Words(language),
      format: new Format(language, hass.config.time_zone, hass.locale?.time_format),
      retention: this.#retention,
    };
    return this.#context;
  }

  #bar(context: Context, base: string, path: string): TemplateResult {
    const { words } = context;
    const inside = path !== "";
    return html`<header class="bar">${inside
        ? html`<button type="button" class="plain" data-test="back" aria-label=${words.say("back")} @click=${() => navigate(base)}>${icon("back")}</button>`
        : html`<ha-menu-button .hass=${this.hass} .narrow=${this.narrow}></ha-menu-button>`}
      <div class="grow" role="heading" aria-level="1">${words.say(/^(request|open)\//.test(path) ? "title_request" : path === "settings" ? "title_settings" : /^own(\/|$)/.test(path) ? "own_title" : "title")}</div>
      ${this.home && path !== "settings" ? html`<button type="button" class="plain" data-test="open-settings" aria-label=${words.say("title_settings")} @click=${() => navigate(`${base}/settings`)}>${icon("sliders")}</button>` : nothing}</header>`;
  }

  /** A person who may not see this sees one plain sentence; one who lacks only a PIN can set it. What is no rule of ours is no fault of theirs. */
  #closed(context: Context, refusal: string): TemplateResult {
    const { words } = context;
    const form = refusal === "no_pin";
    const known = words.knows(refusal);
    return html`<div class="scroll"><main class="page narrow"><section class="card stack" data-test="closed-page" data-rule=${refusal}>
      <h2>${words.say(form ? "set_pin_first" : known ? "not_for_you" : "failed_page")}</h2><p>${known ? words.rule(refusal) : words.say("failed_page_note")}</p>
      ${form ? html`<milton-share-pin-form .context=${context} .hasPin=${false} @pin-set=${() => { this.refusal = undefined; void this.#start(); }}></milton-share-pin-form>` : nothing}</section></main></div>`;
  }

  /** A notification names a request by chance alone; one that is forgotten leads to the list. */
  #opened(context: Context, home: HomeState, base: string, tag: string): TemplateResult {
    const request = home.requests.find((one) => one.tag === tag);
    return this.#content(context, home, base, request ? `request/${request.request_id}` : "");
  }

  /** A part that isn't there any more after an update of a running Home Assistant is said. */
  #later(name: keyof typeof LATER, part: TemplateResult, { words }: Context): TemplateResult {
    if (!this.#loaded.has(name)) {
      this.#loaded.add(name);
      LATER[name]().catch(() => { this.missing = name; });
    }
    return this.missing === name
      ? html`<div class="scroll"><main class="page narrow"><p class="banner is-bad" role="alert" data-test="part-missing">${icon("warn")}<span>${words.say("outdated")}</span> <button type="button" class="btn" @click=${() => location.reload()}>${words.say("reload")}</button></p></main></div>`
      : part;
  }

  #content(context: Context, home: HomeState, base: string, path: string): TemplateResult {
    if (path === "settings") return this.#later("settings", html`<milton-share-settings .context=${context} .home=${home}></milton-share-settings>`, context);
    if (/^own(\/|$)/.test(path)) {
      const request = home.requests.find(({ request_id }) => request_id === path.slice("own/".length));
      return this.#later("own", html`<milton-share-own .context=${context} .home=${home} .request=${request}></milton-share-own>`, context);
    }
    if (path.startsWith("open/")) return this.#opened(context, home, base, path.slice("open/".length));
    if (!path.startsWith("request/")) return html`<milton-share-list .context=${context} .home=${home} .base=${base} .answered=${this.answered}></milton-share-list>`;
    const id = path.slice("request/".length);
    const request = home.requests.find(({ request_id }) => request_id === id);
    return request
      ? html`${keyed(id, html`<milton-share-review .context=${context} .home=${home} .request=${request} .base=${base}></milton-share-review>`)}`
      : html`<div class="scroll"><main class="page narrow"><p class="card" data-test="gone">${context.words.say("request_gone")}</p></main></div>`;
  }

  get #path(): string {
    return (this.route?.path ?? "").replace(/^\/|\/$/g, "");
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.hass) return nothing;
    const language = this.hass.locale?.language ?? this.hass.language;
    const loading = loadWords(language);
    if (loading) {
      void loading.then(() => this.requestUpdate());
      return nothing;
    }
    const missing = withoutWords(language);
    if (missing) return html`<p class="banner is-bad" role="alert" data-test="no-words">${missing}</p>`;
    const context = this.#contextNow();
    const base = this.route?.prefix ?? "/milton-share";
    const { words } = context;
    return html`<div class="ha" lang=${words.language} @answered=${(event: CustomEvent<string>) => { this.answered = event.detail; }}>${this.#bar(context, base, this.#path)}
      ${this.outdated ? html`<p class="banner is-warn outdated" role="status" data-test="outdated">${icon("warn")}<span>${words.say("outdated")}</span> <button type="button" class="btn" @click=${() => location.reload()}>${words.say("reload")}</button></p>` : nothing}
      ${this.refusal !== undefined
        ? this.#closed(context, this.refusal)
        : this.home
          ? this.#content(context, this.home, base, this.#path)
          : html`<div class="scroll"><p class="page loading muted" role="status">${words.say("loading")}</p></div>`}</div>`;
  }
}

define("milton-share-panel", Panel);
