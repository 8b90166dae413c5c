// See what would be sent: the newest seconds of one camera, cut as a share would be. No request, and nothing for the hub.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { shownMs } from "../kit/format";
import { icon } from "../kit/icons";
import type { Camera, Clip, HomeState } from "../api/model";
import { define, Part } from "../kit/part";
import "../clips/player";
import { resizedNote } from "../clips/resized_note";
import { clockWords } from "../clips/times";

export class Trial extends Part {
  static override properties = {
    context: { attribute: false },
    camera: { attribute: false },
    home: { attribute: false },
    asked: { state: true },
    failure: { state: true },
    poster: { state: true },
  };
  declare camera: Camera;
  declare home: HomeState;
  declare asked: boolean;
  declare failure: string | undefined;
  declare poster: string | undefined;
  #pictured = "";
  #stopped = false;
  #turn = 0; // of what was pressed: what an earlier one came to is no matter any more

  /** What was tried goes with the page that showed it. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.asked || this.#own) void this.context.api.forgetTrial().catch(() => undefined);
  }

  get #own() {
    const { trial } = this.home;
    return trial?.clips.some(({ camera_id }) => camera_id === this.camera.camera_id) ? trial : undefined;
  }

  protected override willUpdate(): void {
    const one = this.#own?.clips[0];
    const id = one?.clip ? one.clip_id : "";
    if (this.#pictured === id) return;
    [this.#pictured, this.poster] = [id, undefined];
    if (id) void this.#picture(id);
  }

  /** Without it the page is the same but for it. */
  async #picture(id: string): Promise<void> {
    const url = await this.context.api.ownUrl(id, "poster").catch(() => undefined);
    if (this.#pictured === id) this.poster = url;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    const turn = (this.#turn += 1);
    [this.asked, this.failure] = [true, undefined];
    try {
      await work();
    } catch (error) {
      if (turn === this.#turn) this.failure = failure(this.context.words, error, "failed_cut");
    }
    if (turn === this.#turn) this.asked = false;
  }

  /** Who closed the form or stopped it before it had begun wants none of it. */
  #begin(): Promise<void> {
    this.#stopped = false;
    return this.#run(async () => {
      await this.context.api.tryOut(this.camera.camera_id);
      if (!this.isConnected || this.#stopped) await this.context.api.forgetTrial();
    });
  }

  #throwAway(): Promise<void> {
    return this.#run(() => this.context.api.forgetTrial());
  }

  /** Also while a slow recorder is asked what it has: what then comes of that is not wanted. */
  #stop(): void {
    this.#stopped = true;
    void this.#throwAway();
  }

  #facts(clip: Clip): TemplateResult {
    const { words, format } = this.context;
    const { household, city } = this.home;
    const sound = clip.audio === "kept" ? words.say("sound_kept") : words.say(clip.audio === "absent" ? "sound_absent" : "no_sound");
    return html`<dl class="kv" data-test="trial-facts"><dt>${words.say("when")}</dt><dd class="num">${format.daySecond(clip.from)} – ${format.second(clip.until)}</dd>
        <dt>${words.say("trial_length")}</dt><dd class="num">${format.length(shownMs(clip.ranges))}</dd><dt>${words.say("trial_size")}</dt><dd class="num">${format.size(clip.size_bytes)}</dd>
        <dt>${words.say("trial_sound")}</dt><dd>${sound}</dd><dt>SHA-256</dt><dd class="mono xs" data-test="trial-sha256">${clip.clip_sha256}</dd></dl>
      ${resizedNote(this.context, clip)}
      <div class="row wrap">${clip.gaps.map((gap) => html`<span class="chip is-warn">${icon("warn")} ${words.say("gap", { range: format.seconds(gap.from, gap.until) })}</span>`)}</div>
      <div class="doorway"><div class="stays"><h3>${icon("home")} ${words.say("stays")}</h3><ul><li>${words.say("stays_names")}</li>${household.named ? nothing : html`<li>${words.say("stays_place")}</li>`}<li>${words.say("stays_rest")}</li><li>${words.say("stays_tags")}</li>${clip.audio === "kept" ? nothing : html`<li>${words.say("stays_sound")}</li>`}</ul></div>
        <div class="leaves"><h3>${icon("up")} ${words.say("trial_would_go", { agency: city?.agency_name ?? words.say("police") })}</h3><ul><li>${words.say("trial_bytes")}</li><li>${words.say("goes_clock")}</li>${household.named ? html`<li>${words.say("goes_named")}</li>` : nothing}</ul></div></div>
      <p class="sm muted">${words.say("trial_more")}</p>`;
  }

  #shown(id: string, clip: Clip): TemplateResult {
    const { api } = this.context;
    const { text, unsure } = clockWords(this.context, clip);
    return html`<milton-share-player .context=${this.context} .item=${{ case_id: id }} .clip=${clip} .poster=${this.poster}
        .sign=${(digest: string) => api.ownUrl(id, digest === clip.preview_sha256 ? "preview" : "clip")}></milton-share-player>
      <p class=${unsure ? "banner is-warn" : "sm"}>${icon(unsure ? "warn" : "clock")} <span>${text}</span></p>${this.#facts(clip)}`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const own = this.#own;
    const one = own?.clips[0];
    const cutting = own?.cutting ?? null;
    const busy = this.asked || cutting !== null;
    return html`<section class="trial stack" data-test="trial" aria-label=${words.say("trial_title")}><h3>${words.say("trial_title")}</h3><p class="sm muted">${words.say("trial_lead")}</p>
      <p class="sm" data-test="trial-kept">${icon("lock")} ${words.say("trial_kept")}</p>
      ${one?.clip ? this.#shown(one.clip_id, one.clip) : nothing}
      ${one?.refused ? html`<p class="banner is-warn" role="alert" data-test="trial-refused">${icon("warn")}<span>${words.rule(one.refused)}</span></p>` : nothing}
      ${this.failure ? html`<p class="banner is-warn" role="alert" data-test="trial-refused">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${busy
        ? html`<div role="status"><progress class="home" max="100" value=${Math.round((cutting ?? 0) * 100)} data-test="trial-cutting" aria-label=${words.say("cutting")}></progress><div class="row wrap"><p class="sm muted grow">${words.say(cutting === null ? "own_looking" : "cutting")}</p><button type="button" class="btn" data-test="trial-stop" @click=${this.#stop}>${words.say(cutting === null ? "trial_stop" : "stop_cutting")}</button></div></div>`
        : html`<div class="row wrap"><button type="button" class="btn" data-test="trial-cut" @click=${this.#begin}>${icon("eye")} ${words.say(one?.clip ? "trial_again" : "trial_cut")}</button>
            ${one ? html`<button type="button" class="btn" data-test="trial-forget" @click=${this.#throwAway}>${icon("bin")} ${words.say("own_forget")}</button>` : nothing}</div>`}</section>`;
  }
}

define("milton-share-trial", Trial);
