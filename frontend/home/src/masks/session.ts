// What is being drawn on the picture: which part is chosen, which corners are set, and what can't be done, by its reason.
import {
  boxOf, type Corner, CORNERS_MAX, CORNERS_MIN, cornersAt, cornersOf, type Drawn, inside, isBox, MASKS_MAX, placeAt, PLACES_MAX, reshaped, SMALLEST, withCorner,
  withoutCorner,
} from "./shapes";
import type { Key } from "../words/words";

/** What the drawing belongs to: the masks that were chosen, and the moment (UTC ms) that is shown. */
export interface Picture {
  read: () => readonly Drawn[];
  write: (masks: readonly Drawn[]) => void;
  now: () => number;
  show: (time: number) => void;
  pause: () => void;
  changed: () => void;
}

/** Why something was not done. */
export interface Hint {
  key: Key;
  count: number;
}

const SMALLEST_DRAWN = 150; // less is a tap, not a box
const MIDDLE = cornersOf({ left: 3_750, top: 3_750, right: 6_250, bottom: 6_250 });
const STEP_ASIDE = 400; // the next box is put a little beside the last

export class MaskSession {
  readonly #picture: Picture;
  revision = 0;
  selected: number;
  drawing: Corner[] | undefined;
  hint: Hint | undefined;

  constructor(picture: Picture) {
    this.#picture = picture;
    this.selected = picture.read().length - 1;
  }

  get masks(): readonly Drawn[] {
    return this.#picture.read();
  }

  get mask(): Drawn | undefined {
    return this.masks[this.selected];
  }

  get full(): boolean {
    return this.masks.length >= MASKS_MAX;
  }

  #changed(hint?: Hint): void {
    this.hint = hint;
    this.revision += 1;
    this.#picture.changed();
  }

  #write(masks: readonly Drawn[], hint?: Hint): void {
    this.#picture.write(masks);
    this.#changed(hint);
  }

  #put(mask: Drawn, hint?: Hint): void {
    this.#write(this.masks.map((other, index) => (index === this.selected ? mask : other)), hint);
  }

  pick(index: number): void {
    if (index === this.selected) return;
    this.selected = index;
    this.#changed();
  }

  /** One mask more, which stays where it is until it is told to follow. */
  add(corners: readonly Corner[]): void {
    this.drawing = undefined;
    if (this.full) return this.#changed({ key: "mask_most", count: MASKS_MAX });
    const at = new Date(this.#picture.now()).toISOString();
    this.selected = this.masks.length;
    this.#write([...this.masks, { keys: [{ at, corners: corners.map(inside) }], follows: false }]);
  }

  addBox(): void {
    const aside = (this.masks.length % 5) * STEP_ASIDE;
    this.add(MIDDLE.map(([x, y]) => [x + aside, y + aside]));
  }

  /** A box between two opposite corners, if it is big enough to be meant. */
  addBetween(a: Corner, b: Corner): void {
    const box = boxOf([inside(a), inside(b)]);
    if (box.right - box.left < SMALLEST_DRAWN || box.bottom - box.top < SMALLEST_DRAWN) return this.pick(-1);
    return this.add(cornersOf(box));
  }

  remove(index: number): void {
    const masks = this.masks.filter((_, other) => other !== index);
    this.selected = Math.min(index, masks.length - 1);
    this.#write(masks);
  }

  /** The corners of the chosen one, now; where no place more can be kept nothing changes, and that is said. */
  reshape(change: (corners: Corner[]) => Corner[]): void {
    const { mask } = this;
    if (!mask) return;
    if (mask.follows) this.#picture.pause(); // a place belongs to a picture that can be looked at
    const now = this.#picture.now();
    const next = reshaped(mask, now, change(cornersAt(mask, now)));
    if (next) this.#put(next);
    else this.#changed({ key: "mask_places_most", count: PLACES_MAX });
  }

  /** Whether the chosen one follows; one that stays, stays where it is now. */
  follow(follows: boolean): void {
    const { mask } = this;
    if (!mask || mask.follows === follows) return;
    const now = this.#picture.now();
    this.#put({ follows, keys: [{ at: new Date(now).toISOString(), corners: cornersAt(mask, now) }] });
  }

  forgetPlace(): void {
    const { mask } = this;
    const place = mask ? placeAt(mask, this.#picture.now()) : -1;
    if (mask && place >= 0 && mask.keys.length > 1) this.#put({ ...mask, keys: mask.keys.filter((_, index) => index !== place) });
  }

  /** Show the kept place before or after the moment that is shown. */
  goTo(step: -1 | 1): void {
    const times = (this.mask?.keys ?? []).map(({ at }) => Date.parse(at));
    const [now, here] = [this.#picture.now(), this.mask ? placeAt(this.mask, this.#picture.now()) : -1];
    const goal = here >= 0 ? times[here + step] : step > 0 ? times.find((time) => time > now) : times.findLast((time) => time < now);
    if (goal !== undefined) this.#picture.show(goal);
  }

  addCorner(index: number): void {
    const { mask } = this;
    if (!mask) return;
    const corners = mask.keys[0]?.corners.length ?? 0;
    if (corners >= CORNERS_MAX) this.#changed({ key: "mask_corners_most", count: CORNERS_MAX });
    else this.#put(withCorner(mask, index));
  }

  removeCorner(index: number): void {
    const { mask } = this;
    if (!mask || isBox(mask)) return this.remove(this.selected);
    if ((mask.keys[0]?.corners.length ?? 0) <= CORNERS_MIN) return this.#changed({ key: "mask_corners_least", count: CORNERS_MIN });
    return this.#put(withoutCorner(mask, index));
  }

  /** Corner by corner from now on. */
  draw(): void {
    this.selected = -1;
    this.drawing = this.full ? undefined : [];
    this.#changed(this.full ? { key: "mask_most", count: MASKS_MAX } : undefined);
  }

  corner(at: Corner): void {
    if (!this.drawing) return;
    this.drawing = [...this.drawing, inside(at)];
    if (this.drawing.length >= CORNERS_MAX) {
      this.close();
      this.#changed({ key: "mask_corners_most", count: CORNERS_MAX });
    } else this.#changed();
  }

  undoCorner(): void {
    this.drawing = this.drawing?.slice(0, -1);
    this.#changed();
  }

  /** The shape is whole: with too few corners, or none in between, it would hide nothing. */
  close(): void {
    const corners = this.drawing ?? [];
    const box = boxOf(corners.length > 0 ? corners : [[0, 0]]);
    const flat = box.right - box.left < SMALLEST || box.bottom - box.top < SMALLEST;
    if (corners.length < CORNERS_MIN || flat) return this.#changed({ key: "mask_corners_least", count: CORNERS_MIN });
    return this.add(corners);
  }

  stopDrawing(): void {
    this.drawing = undefined;
    this.#changed();
  }
}
