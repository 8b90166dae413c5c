/** Which frame is shown at a time, and where to seek to show one. Pure. */

const ROUNDED_S = 0.00002; // players count in microseconds; no two pictures are so near
const INTO_FRAME_S = 0.004; // well inside a picture, however times are rounded

/** Pictures are counted from 0 here; people read them from 1. `seconds` ascends from 0. */
export class FrameIndex {
  constructor(readonly seconds: Float64Array) {}

  get count(): number {
    return this.seconds.length;
  }

  at(frame: number): number {
    return this.seconds[frame] as number;
  }

  /** The picture that is shown at `second`: the last that is not later; the first where all are. */
  shownAt(second: number): number {
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.at(middle) <= second + ROUNDED_S) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The very picture that begins at `second`, null where none does. */
  exactly(second: number): number | null {
    const frame = this.shownAt(second);
    return Math.abs(this.at(frame) - second) <= ROUNDED_S ? frame : null;
  }

  /** Where a player goes to show a picture: a little after it begins, before the next does. */
  target(frame: number): number {
    const begins = this.at(frame);
    const next = frame + 1 < this.count ? this.at(frame + 1) : Infinity;
    return begins + Math.min((next - begins) / 2, INTO_FRAME_S);
  }

  /** The first picture for whose time `isLater` holds, null where it holds for none; it holds for all later ones too. */
  first(isLater: (second: number) => boolean): number | null {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isLater(this.at(middle))) high = middle;
      else low = middle + 1;
    }
    return low < this.count ? low : null;
  }
}
