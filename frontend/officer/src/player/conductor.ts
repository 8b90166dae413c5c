/** Plays several clips on one playhead of true time: they play, pause, step, and jump together, without drift. */
import type { ClipPlayer } from "./clip_player";
import { spanOf, type Span } from "./time/clip_time";
import { steer } from "./time/drift";
import type { FrameIndex } from "./time/frame_index";

const INTO_MS = 1; // a picture's time is told in whole milliseconds: well inside it
const NEAR_MS = 0.5;

/** The times at which a clip's pictures were taken, for looking before and after a moment. */
export interface Pictured {
  readonly frames: FrameIndex | null;
  readonly time: { trueMs(second: number): number };
}

/** When the next picture of any clip was taken, null after the last. */
export function nextPicture(clips: readonly Pictured[], nowMs: number): number | null {
  const found = clips.flatMap(({ frames, time }) => {
    const frame = frames?.first((second) => time.trueMs(second) > nowMs + NEAR_MS) ?? null;
    return frame === null ? [] : [time.trueMs(frames!.at(frame))];
  });
  return found.length === 0 ? null : Math.min(...found);
}

/** When the newest picture of any clip was taken that is not later than a moment; null before the first. */
export function pictureAt(clips: readonly Pictured[], nowMs: number): number | null {
  const found = clips.flatMap(({ frames, time }) => {
    if (frames === null) return [];
    const after = frames.first((second) => time.trueMs(second) > nowMs) ?? frames.count;
    return after === 0 ? [] : [time.trueMs(frames.at(after - 1))];
  });
  return found.length === 0 ? null : Math.max(...found);
}

/** Events: `moment` when the playhead moved, `state` when it plays or rests. */
export class Conductor extends EventTarget {
  readonly span: Span;
  speed = 1;
  #nowMs: number;
  #playing = false;
  #waits = false;
  #last = 0;
  readonly #away = new Set<ClipPlayer>();

  constructor(private readonly players: readonly ClipPlayer[]) {
    super();
    this.span = spanOf(players.map(({ time }) => time));
    this.#nowMs = this.span.fromMs;
    document.addEventListener("visibilitychange", () => document.hidden && this.pause()); // nobody looks, and no clock ticks
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Whether all rest because one of them has no picture yet. */
  get waits(): boolean {
    return this.#playing && this.#waits;
  }

  /** Go on without a clip that can't be shown any more. */
  drop(player: ClipPlayer): void {
    this.#away.add(player);
    player.video.pause();
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.#playing) return;
    if (this.#nowMs >= this.span.untilMs) this.#nowMs = this.span.fromMs;
    this.#playing = true;
    this.#last = performance.now();
    requestAnimationFrame((now) => this.#tick(now));
    this.dispatchEvent(new Event("state"));
  }

  /** Rest, each on the very picture of the moment. */
  pause(): void {
    if (!this.#playing) return;
    this.#playing = false;
    for (const player of this.players) player.video.pause();
    this.dispatchEvent(new Event("state"));
    void this.seek(this.#nowMs);
  }

  /** Go to a moment. */
  async seek(ms: number): Promise<void> {
    this.#nowMs = Math.min(Math.max(ms, this.span.fromMs), this.span.untilMs);
    this.dispatchEvent(new Event("moment"));
    if (this.#playing) return; // the next tick takes them there
    await Promise.all(
      this.#there().map((player) => {
        const second = player.time.secondAt(this.#nowMs);
        return second === null ? undefined : player.seek(second);
      }),
    );
    this.dispatchEvent(new Event("moment"));
  }

  /** Rest, and go to the picture of any clip that is next, or before. */
  async step(way: -1 | 1): Promise<void> {
    this.pause();
    const clips = this.#there();
    const now = pictureAt(clips, this.#nowMs);
    const to = way === 1 ? nextPicture(clips, this.#nowMs) : now === null ? null : pictureAt(clips, now - NEAR_MS);
    if (to !== null) await this.seek(to + INTO_MS);
  }

  /** Show the first moment of which there is a picture. */
  async begin(): Promise<void> {
    if (this.players.some(({ time }) => time.secondAt(this.#nowMs + INTO_MS) !== null)) await this.seek(this.#nowMs + INTO_MS);
    else await this.skip();
  }

  /** Go to the next moment of which there is a picture. */
  async skip(): Promise<void> {
    const to = nextPicture(this.#there(), this.#nowMs);
    if (to !== null) await this.seek(to + INTO_MS);
  }

  #there(): ClipPlayer[] {
    return this.players.filter((player) => !this.#away.has(player));
  }

  #tick(now: number): void {
    if (!this.#playing) return;
    const there = this.#there();
    const passed = Math.max(now - this.#last, 0);
    this.#last = now;
    this.#waits = there.some((player) => this.#isWaiting(player));
    if (!this.#waits) this.#nowMs = Math.min(this.#nowMs + passed * this.speed, this.span.untilMs);
    for (const player of there) this.#follow(player);
    this.dispatchEvent(new Event("moment"));
    if (this.#nowMs >= this.span.untilMs) this.pause();
    else requestAnimationFrame((next) => this.#tick(next));
  }

  #isWaiting({ video, time }: ClipPlayer): boolean {
    if (time.secondAt(this.#nowMs) === null || video.ended) return false;
    return video.seeking || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  #follow(player: ClipPlayer): void {
    const { video } = player;
    const second = player.time.secondAt(this.#nowMs);
    if (second === null || this.#waits || video.ended) {
      if (!video.paused) video.pause();
      if (second === null || !video.ended || player.second <= second) return;
    }
    if (video.seeking) return;
    const way = steer(player.second - second, this.speed);
    if (way === "jump") player.jump(second);
    else video.playbackRate = way.rate;
    if (video.paused) void video.play().catch(() => undefined); // a pause came between
  }
}
