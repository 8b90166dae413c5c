// The clip's picture: it plays, and parts of it can be hidden, which comes as a script of its own.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { MaskSession } from "../masks/editor";
import type { Drawn } from "../masks/shapes";
import type { Case, Clip } from "../api/model";
import { define, Part } from "../kit/part";
import type { Player } from "./player";
import "./player";
import { clipMs, wallTime } from "../cases/state";

export class Picture extends Part {
  static override properties = {
    context: { attribute: false },
    item: { attribute: false },
    clip: { attribute: false },
    poster: { attribute: false },
    sign: { attribute: false },
    masks: { attribute: false },
    shownMs: { attribute: false },
    disabled: { type: Boolean },
    plain: { type: Boolean },
    session: { state: true },
    turned: { state: true },
    missing: { state: true },
  };
  declare item: Case;
  declare clip: Clip;
  declare poster: string | undefined;
  declare sign: Player["sign"];
  declare masks: readonly Drawn[];
  declare shownMs: number;
  declare disabled: boolean;
  declare plain: boolean; // there is nothing to hide in it
  declare session: MaskSession | undefined; // while parts of it are being hidden
  declare turned: { playing: boolean; lengthMs: number };
  declare missing: boolean;
  #drawnOn = "";

  constructor() {
    super();
    this.turned = { playing: false, lengthMs: 0 };
  }

  /** What is drawn belongs to this clip; while another is cut nothing can be drawn. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("clip") && !changed.has("disabled")) return;
    if (this.disabled || this.#drawnOn !== this.clip.clip_sha256) this.session = undefined;
    this.#drawnOn = this.clip.clip_sha256;
  }

  get #player(): Player | null {
    return this.querySelector<Player>("milton-share-player");
  }

  get #time(): Date {
    return wallTime(this.clip, this.shownMs);
  }

  /** Show another moment of the clip. */
  seek(seconds: number): void {
    this.#player?.seek(seconds);
    this.tell("shown", { shownMs: seconds * 1000 });
  }

  async #open(): Promise<void> {
    try {
      const { MaskSession } = await import("../masks/editor");
      this.missing = false;
      this.session = new MaskSession({
        read: () => this.masks,
        write: (masks) => this.tell<readonly Drawn[]>("masks", masks),
        now: () => this.#time.getTime(),
        show: (time) => this.seek(clipMs(this.clip, time) / 1000),
        pause: () => void this.#player?.turn(false),
        changed: () => this.requestUpdate(),
      });
      await this.#player?.turn(false);
    } catch {
      this.missing = true;
    }
  }

  /** The keyboard goes on at the button that opened it. */
  #close(): void {
    this.session = undefined;
    this.#focus('[data-test="edit-masks"]');
  }

  #layer(): TemplateResult | undefined {
    if (!this.session) return undefined;
    return html`<milton-share-mask-layer .context=${this.context} .session=${this.session} .revision=${this.session.revision} .masks=${this.masks} .ms=${this.#time.getTime()}
      @mask-none=${() => this.#focus('[data-test="add-box"]')}></milton-share-mask-layer>`;
  }

  #moment(): TemplateResult | undefined {
    if (!this.session) return undefined;
    return html`<milton-share-mask-moment .context=${this.context} .shownMs=${this.shownMs} .time=${this.#time} .turned=${this.turned}
      @seek=${(event: CustomEvent<{ seconds: number }>) => this.seek(event.detail.seconds)} @turn=${(event: CustomEvent<{ play: boolean }>) => void this.#player?.turn(event.detail.play)}></milton-share-mask-moment>`;
  }

  /** As soon as it is there. */
  #focus(selector: string): void {
    requestAnimationFrame(() => this.querySelector<HTMLElement>(selector)?.focus());
  }

  protected override render(): TemplateResult {
    return html`<milton-share-player .context=${this.context} .item=${this.item} .clip=${this.clip} .poster=${this.poster} .sign=${this.sign} .over=${this.#layer()} .under=${this.#moment()}
        @turned=${(event: CustomEvent<Picture["turned"]>) => { this.turned = event.detail; }}></milton-share-player>
      ${this.plain ? nothing : this.#hiding()}`;
  }

  #hiding(): TemplateResult {
    const { words } = this.context;
    return html`${this.session
        ? html`<milton-share-mask-tools .context=${this.context} .session=${this.session} .revision=${this.session.revision} .masks=${this.masks} .time=${this.#time} ?burned=${this.clip.masks.length > 0}
            @mask-added=${() => this.#focus('.mask-body[aria-pressed="true"]')} @closed=${this.#close}></milton-share-mask-tools>`
        : html`<div class="row wrap"><button type="button" class="btn" data-test="edit-masks" ?disabled=${this.disabled} @click=${this.#open}>${icon("mask")} ${words.say(this.masks.length > 0 ? "mask_change" : "mask_start")}</button>
            ${this.missing ? html`<p class="banner is-bad" role="alert" data-test="part-missing">${icon("warn")}<span>${words.say("part_missing")}</span></p>` : html`<p class="sm muted beside">${words.say("mask_note")}</p>`}</div>`}`;
  }
}

define("milton-share-picture", Picture);
