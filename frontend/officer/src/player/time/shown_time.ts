/**
 * The presentation time of the frame that a video shows, on the video's own clock. Chromium's frames carry it at once.
 * Firefox's (as of 153) carry whole seconds as if they were microseconds, so there it is the time the browser reports when
 * it presents a frame, just before or after a seek ends.
 */
type Taken = Pick<VideoFrame, "timestamp">;

export class ShownTime {
  #isCarried = false; // known from the first picture whose own time can't be whole seconds
  #presented: number | null = null;
  #waiting: (() => void)[] = [];

  constructor(private readonly video: Pick<HTMLVideoElement, "currentTime">) {}

  /** Whether pictures carry their times, to the microsecond. */
  get isCarried(): boolean {
    return this.#isCarried;
  }

  /** The browser has presented the picture of this time. */
  present(second: number): void {
    this.#presented = second;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** The next picture that is presented from now on. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The time of a picture that was taken of the video just now; null where the browser has not said it. */
  of({ timestamp }: Taken): number | null {
    this.#isCarried ||= timestamp > this.video.currentTime;
    return this.#isCarried ? timestamp / 1e6 : this.#presented;
  }
}
