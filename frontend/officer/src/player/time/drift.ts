/** Keeps several videos on one clock. Pure. */

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;
const NEAR_S = 0.02; // less than a picture at 30 a second
const FAR_S = 0.35; // a jump is seen less than a chase of many seconds
const CHASE_MOST = 0.2;

/** What a video does that is `aheadS` before the clock (negative: behind): go on at a rate, or jump to its place. */
export function steer(aheadS: number, speed: number): { readonly rate: number } | "jump" {
  if (Math.abs(aheadS) > FAR_S * Math.max(speed, 1)) return "jump";
  if (Math.abs(aheadS) <= NEAR_S) return { rate: speed };
  return { rate: speed * (1 - Math.min(Math.max(aheadS, -CHASE_MOST), CHASE_MOST)) };
}

/** The next speed up or down; the ends stay. */
export function otherSpeed(speed: number, steps: -1 | 1): number {
  const at = SPEEDS.findIndex((each) => each === speed) + steps;
  return SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)] as number;
}
