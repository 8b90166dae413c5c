/**
 * One opened clip in a video element, frame by frame: the position is read from the frame that is shown, and seeks go to
 * the exact frame by the times in the clip's own file.
 */
import type { OpenedClip } from "../share/clip/opened";
import { ClipTime } from "./time/clip_time";
import { fetchFrameTimes } from "./mp4/fetch";
import { FrameIndex } from "./time/frame_index";
import { ShownTime } from "./time/shown_time";

const PICTURE_WITHIN_MS = 2_000; // else the page goes on without it
const SETTLED_WITHIN_MS = 1_000; // after a seek, until the browser has the new picture in place
const LOOK_EVERY_MS = 15;
const BEFORE = [1, 3, 16]; // pictures; codecs put none off by more than sixteen
const PICTURE_STAYS_S = 0.15;
const SLOWEST = 0.0625; // that Chromium plays
const ROLLS_MOST_MS = 4_000;
const TRIES_MOST = 3; // a busy machine sees too late that a picture was reached
const PRESENTED_WITHIN_MS = 250; // after a seek; the picture that was there before may stay
const TURN_WITHIN_MS = 100; // a page that is not seen has none

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The browser's next turn at drawing. */
function turn(): Promise<void> {
  return Promise.race([new Promise<void>((resolve) => requestAnimationFrame(() => resolve())), later(TURN_WITHIN_MS)]);
}

function heard(video: HTMLVideoElement, events: readonly string[], withinMs = Infinity): Promise<void> {
  const stop = new AbortController();
  const first = new Promise<void>((resolve) => {
    for (const event of events) video.addEventListener(event, () => resolve(), { signal: stop.signal });
    if (withinMs !== Infinity) setTimeout(resolve, withinMs);
  });
  return first.finally(() => stop.abort());
}

/** Events: `picture` when another picture is shown, `state` when it plays, rests, or its frames are known. */
export class ClipPlayer extends EventTarget {
  readonly time: ClipTime;
  /** The times of the pictures, null while, or where, they are not known. */
  frames: FrameIndex | null = null;
  hiddenPictures = 0;
  #frame: number | null = null;
  #begins = 0; // where the player's clock has the first picture
  #wanted: number | null = null;
  #going = false;
  #rolls = false; // it plays by itself, to reach a picture
  readonly #shownTime: ShownTime;

  constructor(
    readonly video: HTMLVideoElement,
    readonly clip: OpenedClip,
  ) {
    super();
    this.time = new ClipTime(clip.proven.manifest);
    this.#shownTime = new ShownTime(video);
    for (const event of ["play", "pause", "ended"]) video.addEventListener(event, () => this.#rolls || this.dispatchEvent(new Event("state")));
  }

  /** Show the first picture, and read when all are shown. Throws where that can't be read; the clip plays all the same. */
  async begin(): Promise<void> {
    const { video, clip } = this;
    const loaded = heard(video, ["loadeddata", "error"], PICTURE_WITHIN_MS);
    video.addEventListener("loadeddata", () => (this.#begins = this.#second() ?? 0), { once: true });
    video.src = clip.url;
    this.#listen();
    await loaded;
  }

  async readFrames(): Promise<void> {
    const { seconds, hidden } = await fetchFrameTimes(this.clip.url, this.clip.sizeBytes);
    this.hiddenPictures = hidden;
    this.frames = new FrameIndex(seconds);
    this.#tell(this.frames.shownAt(this.#clipSecond(this.#second() ?? this.video.currentTime)));
    this.dispatchEvent(new Event("state"));
  }

  /** The picture that is shown, from 0; null while it is not known. */
  get frame(): number | null {
    return this.#frame;
  }

  /** Where the player stands, in seconds after the first picture. */
  get second(): number {
    return this.#clipSecond(this.video.currentTime);
  }

  /** The true time of the picture that is shown, in ms. */
  get pictureMs(): number {
    const second = this.frames !== null && this.#frame !== null ? this.frames.at(this.#frame) : this.second;
    return this.time.trueMs(second);
  }

  toggle(): void {
    if (!this.video.paused) this.video.pause();
    else void this.video.play().catch(() => undefined); // what stops it is told by the clip's own failure
  }

  /** Rest, and go so many pictures on (negative: back). Calls that come while it goes add up. */
  step(pictures: number): void {
    if (this.frames === null) return;
    this.video.pause();
    const from = this.#wanted ?? this.#frame ?? 0;
    this.#wanted = Math.min(Math.max(from + pictures, 0), this.frames.count - 1);
    void this.#go();
  }

  /** Go to a place, and show what is there; where nothing was recorded, the last picture before. */
  async seek(second: number): Promise<void> {
    this.#wanted = null;
    await this.#place(Math.max(second, 0), this.frames?.shownAt(Math.max(second, 0)) ?? null);
  }

  /** Go to a picture. */
  async show(frame: number): Promise<void> {
    if (this.frames !== null) await this.#place(this.frames.target(frame), frame);
  }

  /** Let the video go to a place by itself, while it plays. */
  jump(second: number): void {
    this.video.currentTime = this.#begins + second;
  }

  /** Rest, until what the browser says is of the picture that stays. */
  async rest(): Promise<void> {
    this.video.pause();
    await turn();
    await turn();
  }

  /** The number of a picture that was taken of the video just now; null where the browser does not say it. */
  numberOf(picture: VideoFrame): number | null {
    const second = this.#shownTime.of(picture);
    if (this.frames === null || second === null) return null;
    const at = this.#clipSecond(second);
    return this.#shownTime.isCarried ? this.frames.exactly(at) : this.frames.shownAt(at);
  }

  async #go(): Promise<void> {
    if (this.#going) return;
    this.#going = true;
    try {
      while (this.#wanted !== null) {
        const frame = this.#wanted;
        await this.show(frame);
        if (this.#wanted === frame) this.#wanted = null;
      }
    } finally {
      this.#going = false;
    }
  }

  async #place(second: number, frame: number | null): Promise<void> {
    let shown = await this.#seek(second, frame);
    for (let tries = 0; frame !== null && shown !== null && shown > frame && tries < TRIES_MOST; tries += 1) shown = await this.#from(frame);
    if (this.frames !== null) this.#tell(shown ?? frame ?? 0);
  }

  /** Seek; return the picture that is shown then, null where that is not known. */
  async #seek(second: number, frame: number | null): Promise<number | null> {
    const [arrived, presented] = [heard(this.video, ["seeked", "error", "emptied"]), this.#shownTime.next()];
    this.jump(second);
    await arrived;
    if (this.#shown() !== null && !this.#shownTime.isCarried) await Promise.race([presented, later(PRESENTED_WITHIN_MS)]);
    for (let waited = 0; frame !== null && waited < SETTLED_WITHIN_MS; waited += LOOK_EVERY_MS) {
      const shown = this.#shown();
      if (shown === null || shown >= frame) break;
      await later(LOOK_EVERY_MS);
    }
    return this.#shown();
  }

  /**
   * Reach a picture that a seek jumps over: where pictures are decoded in another order than they are shown, a browser
   * begins at a key frame that is decoded before this one and shown after it. From a picture before it goes on by itself.
   */
  async #from(frame: number): Promise<number | null> {
    const { frames, video } = this;
    for (const back of BEFORE) {
      const begin = Math.max(frame - back, 0);
      const shown = await this.#seek(frames!.target(begin), begin);
      if (shown === null || shown === frame) return shown;
      if (shown < frame) break;
    }
    const [muted, rate] = [video.muted, video.playbackRate];
    this.#rolls = true;
    try {
      [video.muted, video.playbackRate] = [true, this.#slowly(frame)];
      const there = this.#until(frame);
      await video.play().catch(() => undefined);
      await there;
      video.pause();
    } finally {
      [video.muted, video.playbackRate] = [muted, rate];
      this.#rolls = false;
    }
    return this.#shown();
  }

  /** So slow that a picture stays while one reacts to it. */
  #slowly(frame: number): number {
    const lasts = frame + 1 < this.frames!.count ? this.frames!.at(frame + 1) - this.frames!.at(frame) : 1;
    return Math.min(Math.max(lasts / PICTURE_STAYS_S, SLOWEST), 1);
  }

  #until(frame: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ROLLS_MOST_MS);
      const look = (): void => {
        const shown = this.#shown();
        if (shown === null || shown >= frame || this.video.ended) resolve();
        else this.video.requestVideoFrameCallback(look);
      };
      look();
    });
  }

  #shown(): number | null {
    const second = this.#second();
    return second === null || this.frames === null ? null : this.frames.shownAt(this.#clipSecond(second));
  }

  /** When the picture that is shown now is shown, on the video's own clock; null where the browser can't say. */
  #second(): number | null {
    try {
      const picture = new VideoFrame(this.video);
      const second = this.#shownTime.of(picture);
      picture.close();
      return second;
    } catch {
      return null;
    }
  }

  #clipSecond(videoSecond: number): number {
    return videoSecond - this.#begins;
  }

  #listen(): void {
    const next = (): void => {
      this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
        this.#shownTime.present(mediaTime);
        if (this.frames !== null && !this.#rolls) this.#tell(this.frames.shownAt(this.#clipSecond(mediaTime)));
        next();
      });
    };
    next();
  }

  #tell(frame: number): void {
    this.#frame = frame;
    this.dispatchEvent(new Event("picture"));
  }
}
