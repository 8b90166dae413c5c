// What was cut for own use: each clip to be watched, hidden in part, downloaded, saved in the house.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { shownMs } from "../kit/format";
import { icon } from "../kit/icons";
import { drawn, type Drawn, said, sameMasks } from "../masks/shapes";
import type { Clip, Own, OwnClip } from "../api/model";
import { define, Part } from "../kit/part";
import "../clips/picture";
import { resizedNote } from "../clips/resized_note";
import { clockWords } from "../clips/times";

export class OwnClips extends Part {
  static override properties = {
    context: { attribute: false },
    own: { attribute: false },
    masks: { state: true },
    shown: { state: true },
    busy: { state: true },
    failures: { state: true },
  };
  declare own: Own;
  declare masks: ReadonlyMap<string, readonly Drawn[]>; // by clip, where they were changed
  declare shown: ReadonlyMap<string, number>;
  declare busy: string | undefined; // what is being done
  declare failures: ReadonlyMap<string, string>;

  constructor() {
    super();
    [this.masks, this.shown, this.failures] = [new Map(), new Map(), new Map()];
  }

  async #run(id: string, work: () => Promise<unknown>): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = id;
    this.failures = new Map([...this.failures].filter(([other]) => other !== id));
    try {
      await work();
    } catch (error) {
      this.failures = new Map(this.failures).set(id, failure(this.context.words, error));
    }
    this.busy = undefined;
  }

  /** A link that the browser follows to its own downloads; it is signed for this session and lives minutes. */
  async #download({ clip_id, name }: OwnClip): Promise<void> {
    const link = document.createElement("a");
    link.href = await this.context.api.ownUrl(clip_id, "clip");
    link.download = name;
    link.click();
  }

  #again(): Promise<void> {
    const { from, until, audio, clips } = this.own;
    const masks = clips.map((one) => ({ camera_id: one.camera_id, masks: said(this.#masksOf(one)) }));
    return this.context.api.ownCut(clips.map(({ camera_id }) => camera_id), new Date(from), new Date(until), audio, masks);
  }

  #masksOf({ clip_id, clip }: OwnClip): readonly Drawn[] {
    return this.masks.get(clip_id) ?? drawn(clip?.masks ?? []);
  }

  #failure(id: string): TemplateResult | typeof nothing {
    const failure = this.failures.get(id);
    return failure ? html`<p class="banner is-bad" role="alert" data-test="own-error">${icon("warn")}<span>${failure}</span></p>` : nothing;
  }

  #clip(one: OwnClip, clip: Clip): TemplateResult {
    const { words, format, api } = this.context;
    const id = one.clip_id;
    const { text, unsure } = clockWords(this.context, clip);
    return html`<milton-share-picture .context=${this.context} .item=${{ case_id: id }} .clip=${clip} .masks=${this.#masksOf(one)} .shownMs=${this.shown.get(id) ?? 0} ?disabled=${this.own.cutting !== null}
        .sign=${(digest: string) => api.ownUrl(id, digest === clip.preview_sha256 ? "preview" : "clip")}
        @masks=${(event: CustomEvent<readonly Drawn[]>) => { this.masks = new Map(this.masks).set(id, event.detail); }}
        @shown=${(event: CustomEvent<{ shownMs: number }>) => { this.shown = new Map(this.shown).set(id, event.detail.shownMs); }}></milton-share-picture>
      <p class="stamp" data-test="own-name">${one.name}</p>
      <p class="sm num" data-test="own-facts">${format.length(shownMs(clip.ranges))}, ${format.size(clip.size_bytes)}, ${words.say(clip.audio === "kept" ? "sound_kept" : "no_sound")}</p>
      <p class=${unsure ? "banner is-warn" : "sm"}>${icon(unsure ? "warn" : "clock")} <span>${text}</span></p>
      ${resizedNote(this.context, clip)}
      <div class="row wrap">${clip.gaps.map((gap) => html`<span class="chip is-warn" data-test="own-gap">${icon("warn")} ${words.say("gap", { range: format.seconds(gap.from, gap.until) })}</span>`)}</div>
      <div class="row wrap"><button type="button" class="btn" data-test="own-download" aria-label="${words.say("own_download")}: ${one.camera_name}" ?disabled=${this.busy !== undefined} @click=${() => this.#run(id, () => this.#download(one))}>${icon("down")} ${words.say("own_download")}</button>
        ${one.saved_as
          ? html`<p class="chip is-home" role="status" data-test="own-saved">${icon("ok")} ${words.say("own_saved", { name: one.saved_as })}</p>`
          : html`<button type="button" class="btn" data-test="own-save" aria-label="${words.say("own_save")}: ${one.camera_name}" ?disabled=${this.busy !== undefined} @click=${() => this.#run(id, () => api.ownSave(id))}>${icon("home")} ${words.say("own_save")}</button>`}</div>`;
  }

  #one(one: OwnClip): TemplateResult {
    const { words } = this.context;
    return html`<article class="own-clip stack" data-test="own-clip" data-camera-id=${one.camera_id}><h3>${one.camera_name}</h3>
      ${one.clip ? this.#clip(one, one.clip) : nothing}
      ${one.refused ? html`<p class="banner is-warn" data-test="own-refused">${icon("warn")}<span>${words.rule(one.refused)}</span></p>` : nothing}${this.#failure(one.clip_id)}</article>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    const { kept_until, clips, cutting } = this.own;
    const there = clips.filter(({ clip, refused }) => clip !== null || refused !== null);
    if (there.length === 0) return nothing;
    const changed = clips.some((one) => one.clip !== null && !sameMasks(this.#masksOf(one), one.clip.masks));
    return html`<section class="card stack" data-test="own-result"><h2>${words.say("own_result")}</h2>
      ${kept_until ? html`<p class="sm" data-test="own-kept">${icon("lock")} ${words.say("own_kept", { time: format.minute(kept_until) })}</p>` : nothing}
      ${there.map((one) => this.#one(one))}
      ${changed && cutting === null ? html`<button type="button" class="btn" data-test="own-again" ?disabled=${this.busy !== undefined} @click=${() => this.#run("", () => this.#again())}>${icon("mask")} ${words.say("own_again")}</button>` : nothing}
      <p class="sm muted">${words.say("own_media_note")}</p>${this.#failure("")}
      ${cutting === null ? html`<div><button type="button" class="btn" data-test="own-forget" ?disabled=${this.busy !== undefined} @click=${() => this.#run("", () => this.context.api.ownForget())}>${icon("bin")} ${words.say("own_forget")}</button></div>` : nothing}</section>`;
  }
}

define("milton-share-own-clips", OwnClips);
