// Directions in words.
const EIGHT = ["north", "north_east", "east", "south_east", "south", "south_west", "west", "north_west"] as const;

export type Direction = `toward_${(typeof EIGHT)[number]}`;

/** The word's key for a heading (0 north, 90 east). */
export const directionOf = (heading_deg: number): Direction => `toward_${EIGHT[Math.round(heading_deg / 45) % 8] ?? "north"}`;
