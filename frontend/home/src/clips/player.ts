// Plays the very bytes that would be sent, and says which time is seen and how much was watched.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { answered } from "../kit/retry";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import type { Case, Clip } from "../api/model";
import { define, Part } from "../kit/part";
import { wallTime } from "../cases/state";
import { doubtWords } from "./times";

const SIGN_AGAIN_AT_MOST = 3; // a signed path lives 15 minutes; a file that can't be played fails at once, again and again

export class Player extends Part {
  static override properties = {
    context: { attribute: false },
    item: { attribute: false },
    clip: { attribute: false },
    poster: { attribute: false },
    sign: { attribute: false },
    over: { attribute: false },
    under: { attribute: false },
    shape: { state: true },
    source: { state: true },
    shown: { state: true },
    failure: { state: true },
  };
  declare item: Case;
  declare clip: Clip;
  declare poster: string | undefined;
  declare sign: ((sha256: string) => Promise<string>) | undefined; // where the clip is no case's
  declare over: TemplateResult | undefined; // what is drawn on the picture: it takes the place of the player's own buttons
  declare under: TemplateResult | undefined; // and what belongs to that
  declare shape: string;
  declare source: string | undefined;
  declare shown: number;
  declare failure: string | undefined;
  #signed = "";
  #tries = 0;
  #resumeAt = 0;

  constructor() {
    super();
    this.shown = 0;
    this.shape = "16 / 9";
  }

  get #digest(): string {
    return this.clip.preview_sha256 ?? this.clip.clip_sha256;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("clip") && this.#signed !== this.#digest) {
      this.#signed = this.#digest;
      [this.#tries, this.#resumeAt, this.shown, this.failure, this.source] = [0, 0, 0, undefined, undefined];
      void this.#sign();
    }
  }

  async #sign(): Promise<void> {
    const digest = this.#digest;
    const isShown = () => digest === this.#digest;
    const sign = () => this.sign ? this.sign(digest) : this.context.api.previewUrl(this.item.case_id, digest);
    const url = await answered(sign, isShown, (error) => { this.failure = failure(this.context.words, error, "failed_play"); });
    if (url !== undefined && isShown()) [this.source, this.failure] = [url, undefined];
  }

  /** The path's signature may have ended: ask for a new one and go on from where it was. */
  #failed(event: Event): void {
    this.#resumeAt = (event.target as HTMLVideoElement).currentTime;
    this.#tries += 1;
    if (this.#tries > SIGN_AGAIN_AT_MOST) this.failure = this.context.words.say("player_failed");
    else void this.#sign();
  }

  #loaded(event: Event): void {
    const video = event.target as HTMLVideoElement;
    if (this.#resumeAt > 0) video.currentTime = this.#resumeAt;
    if (video.videoWidth > 0) this.shape = `${video.videoWidth} / ${video.videoHeight}`;
    this.#turned(video);
  }

  /** Whether it plays, and how long it is; while it plays under a drawing, that is moved with each picture. */
  #turned(video: HTMLVideoElement): void {
    this.tell("turned", { playing: !video.paused, lengthMs: Number.isFinite(video.duration) ? video.duration * 1000 : 0 });
    const follow = () => {
      if (video.paused || !this.over || !video.isConnected) return;
      this.shown = video.currentTime;
      this.tell("shown", { shownMs: this.shown * 1000 });
      requestAnimationFrame(follow);
    };
    requestAnimationFrame(follow);
  }

  #moved(event: Event): void {
    const video = event.target as HTMLVideoElement;
    this.shown = video.currentTime;
    this.tell("shown", { shownMs: this.shown * 1000 });
    let watched = 0;
    for (let index = 0; index < video.played.length; index += 1) watched += video.played.end(index) - video.played.start(index);
    this.tell("watched", { caseId: this.item.case_id, sha256: this.clip.clip_sha256, watchedMs: watched * 1000 });
  }

  #wallTime(): Date {
    return wallTime(this.clip, this.shown * 1000);
  }

  /** Ask for the file once more: the home has not sent enough of it to this session. */
  again(): void {
    [this.#resumeAt, this.source] = [0, undefined];
    void this.#sign();
  }

  /** Show another moment of the clip. */
  seek(seconds: number): void {
    const video = this.querySelector("video");
    if (video) video.currentTime = seconds;
  }

  /** Play, or stop. */
  async turn(play: boolean): Promise<void> {
    const video = this.querySelector("video");
    if (!play) video?.pause();
    else await video?.play().catch(() => undefined); // it may be stopped before it began
  }

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const clock = doubtWords(this.context, this.clip);
    const turned = (event: Event) => this.#turned(event.target as HTMLVideoElement);
    return html`<div class=${this.over ? "player drawn" : "player"} .style=${this.over ? `--shape:${this.shape}` : ""}>${this.source
        ? html`<video data-test="player" ?controls=${!this.over} playsinline preload="auto" controlslist="nodownload" poster=${this.poster ?? nothing} .src=${this.source}
            @error=${this.#failed} @loadedmetadata=${this.#loaded} @timeupdate=${this.#moved} @seeked=${this.#moved} @play=${turned} @pause=${turned}></video>`
        : nothing}${this.over ?? nothing}</div>
      <p class="stamp num" title=${format.utc(this.#wallTime())}><b data-test="wall-time">${format.second(this.#wallTime())}</b> ${clock}</p>${this.under ?? nothing}
      ${this.failure ? html`<p class="banner is-warn" role="alert">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.clip.preview_sha256
        ? html`<p class="banner is-warn" data-test="transcode">${icon("warn")}<span>${words.say("transcode", { digest: format.digest(this.clip.preview_sha256) })}</span></p>`
        : nothing}`;
  }
}

define("milton-share-player", Player);
