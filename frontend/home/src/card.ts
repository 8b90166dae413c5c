// The card for dashboards. Every page of Home Assistant loads this file: it holds the card's name, its form and its line
// to the home. What the card shows is loaded only where there is somebody who may see it (law 6), or an editor.
import { check, early, form, type CardConfig } from "./card/config";
import type { CardBody } from "./card/body";
import type { Connection, HomeAssistant } from "./api/hass";
import type { StateEvent } from "./api/model";

const NAME = "milton-share-card";
const PANEL = "milton-share";
const ROW_PX = 50; // as Home Assistant's masonry counts
const ROWS_UNKNOWN = 3;

type Home = Extract<StateEvent, { state: unknown }>;
type Ends = () => Promise<void> | void;
interface Line {
  end?: Ends;
}

class Card extends HTMLElement {
  readonly connectedWhileHidden = true; // it must hear that there is something to show
  #config: CardConfig | undefined;
  #hass: HomeAssistant | undefined;
  #connection: Connection | undefined; // that tells when it is there again
  #line: Line | undefined;
  #home: Home | undefined;
  #refusal: string | undefined;
  #preview = false;
  #body: CardBody | undefined;

  static getConfigForm = form;

  static getStubConfig(): Partial<CardConfig> {
    return {};
  }

  setConfig(config: unknown): void {
    check(config);
    if (!this.#config) this.hidden = true; // until somebody is known to be allowed to see it
    this.#config = config;
    void this.#show();
  }

  getCardSize(): number {
    return Math.ceil(this.offsetHeight / ROW_PX) || ROWS_UNKNOWN;
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  set hass(hass: HomeAssistant) {
    const before = this.#hass;
    this.#hass = hass;
    // The page comes and goes with the integration: a new one is a home that may answer now.
    if (before && before.panels?.[PANEL] !== hass.panels?.[PANEL]) this.#again();
    else void this.#start();
    if (this.#body) this.#body.hass = hass;
  }

  get hass(): HomeAssistant | undefined {
    return this.#hass;
  }

  set preview(preview: boolean) {
    this.#preview = preview;
    void this.#show();
  }

  connectedCallback(): void {
    this.style.height = "100%"; // of the rows that an owner gives it; elsewhere what it needs
    this.style.display = this.hidden ? "none" : "block";
    void this.#start();
  }

  disconnectedCallback(): void {
    this.#hangUp();
    this.#listenTo(undefined);
  }

  #listenTo(connection: Connection | undefined): void {
    if (this.#connection === connection) return;
    this.#connection?.removeEventListener("ready", this.#again);
    connection?.addEventListener("ready", this.#again);
    this.#connection = connection;
  }

  async #start(): Promise<void> {
    if (!this.#hass || !this.isConnected || this.#line) return;
    const { connection } = this.#hass;
    const line: Line = (this.#line = {});
    this.#listenTo(connection);
    try {
      const heard = (event: StateEvent) => void (this.#line === line && this.#heard(event));
      const end = await connection.subscribeMessage<StateEvent>(heard, { type: "milton_share/subscribe" }, { resubscribe: false });
      if (this.#line === line) line.end = end;
      else await hungUp(end);
    } catch (error) {
      if (this.#line === line) this.#heard({ refused: String((error as { code?: unknown } | null)?.code ?? "unknown") });
    }
  }

  #hangUp(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line?.end) void hungUp(line.end);
  }

  /** A line that came back, or a home that was set up again: what was refused before may be allowed now. */
  readonly #again = (): void => {
    this.#hangUp();
    void this.#start();
  };

  #heard(event: StateEvent): void {
    this.#home = "state" in event ? event : undefined;
    this.#refusal = "refused" in event ? event.refused : undefined;
    void this.#show();
  }

  #isSeen(): boolean {
    return this.#config !== undefined && (this.#home !== undefined || this.#refusal === "no_pin" || this.#preview);
  }

  readonly #show = async (): Promise<void> => {
    if (!this.#isSeen()) return this.#nothing();
    const parts = await import("./card/body").catch(() => undefined);
    if (!this.#isSeen()) return this.#nothing(); // it was taken back meanwhile
    if (!parts) {
      this.textContent = early().outdated; // after an update the parts of an earlier build are gone
      return this.#hide(false);
    }
    const body = (this.#body ??= this.#newBody(parts.CardBody));
    Object.assign(body, { hass: this.#hass, config: this.#config, home: this.#home, refusal: this.#refusal });
    body.inert = this.#preview; // a look at the card while a dashboard is edited must decide nothing
    if (body.parentElement !== this) this.replaceChildren(body);
    this.#fit();
  };

  #newBody(Body: typeof CardBody): CardBody {
    const body = new Body();
    body.addEventListener("changed", () => this.#fit());
    return body;
  }

  #fit(): void {
    if (!this.#body) return;
    this.#hide(this.#body.quiet && this.#config?.hide_when_quiet === true && !this.#preview);
  }

  #nothing(): void {
    this.#body = undefined;
    this.replaceChildren();
    this.#hide(true);
  }

  /** Home Assistant's dashboards take a hidden card out of the layout when they are told. */
  #hide(hidden: boolean): void {
    if (this.hidden === hidden) return;
    this.hidden = hidden;
    this.style.display = hidden ? "none" : "block";
    this.dispatchEvent(new CustomEvent("card-visibility-changed", { detail: { value: !hidden }, bubbles: true, composed: true }));
  }
}

/** The other side may be gone already, and the subscription with it. */
async function hungUp(end: Ends): Promise<void> {
  try {
    await end();
  } catch {
    // nothing is left to end
  }
}

const picker = ((window as { customCards?: object[] }).customCards ??= []);
picker.push({ type: NAME, get name() { return early().card; }, get description() { return early().description; }, preview: true });

// Home Assistant's page puts a registry of its own in place of the browser's when it starts; what was defined before is
// not in it. Either is its root element: of the app, or of what is cast to a screen.
void Promise.race(["home-assistant", "hc-main"].map((root) => customElements.whenDefined(root))).then(() => {
  if (!window.customElements.get(NAME)) window.customElements.define(NAME, Card);
  // It starts for another second before it asks for the page it was opened at; ours comes meanwhile.
  if (location.pathname.split("/")[1] === PANEL) void import("./panel");
});