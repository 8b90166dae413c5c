// A drawing's frame: which place is in its middle, how large it is, and how many pixels a meter has.
import type { Point } from "../api/model";
import { Plane, type XY } from "./plane";

export class Frame {
  readonly plane: Plane;

  constructor(
    readonly middle: Point,
    readonly width: number,
    readonly height: number,
    readonly scale: number,
  ) {
    this.plane = new Plane(middle);
  }

  pixel(point: Point): XY {
    const { x, y } = this.plane.at(point);
    return { x: this.width / 2 + x * this.scale, y: this.height / 2 + y * this.scale };
  }

  point({ x, y }: XY): Point {
    return this.plane.point({ x: (x - this.width / 2) / this.scale, y: (y - this.height / 2) / this.scale });
  }

  path(points: readonly Point[], closed = true): string {
    return `M${points.map((point) => this.pixel(point)).map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${closed ? "z" : ""}`;
  }

  holds({ x, y }: XY, margin = 0): boolean {
    return x >= margin && y >= margin && x <= this.width - margin && y <= this.height - margin;
  }

  /** Its own, for what is drawn once a frame. */
  get key(): string {
    return `${this.middle.join()} ${this.width} ${this.height} ${this.scale}`;
  }
}

/** A round length that fits into a fifth of the picture. */
export function rule(frame: Frame): { meters: number; pixels: number } {
  const fits = [1000, 500, 200, 100, 50, 20, 10, 5].find((meters) => meters * frame.scale <= frame.width / 5) ?? 2;
  return { meters: fits, pixels: fits * frame.scale };
}
