/** Small mp4 tables and manifests, made box by box. */
import type { Timed } from "../../src/player/time/clip_time";

type Word = number;

export const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
export const zeros = (count: number): number[] => Array<number>(count).fill(0);

export function u32(...words: Word[]): number[] {
  return words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
}

export function box(type: string, ...content: readonly (readonly number[])[]): number[] {
  const bytes = content.flat();
  return [...u32(bytes.length + 8), ...letters(type), ...bytes];
}

const unit = (first: number, ...more: number[]): number[] => [0, 1 + more.length, first, ...more];
const head = (profile: number): number[] => [1, profile, 0, 30, 0xff];

/** An `avcC` of one set of each kind; `more` follows them. */
export const avcC = (profile = 66, ...more: number[]): number[] => box("avcC", head(profile), [0xe1], unit(0x67, profile, 0, 30, 1), [1], unit(0x68, 1), more);

/** A `hvcC` of these sets, each one of its kind, by their first two bytes; `more` follows them. */
export const hvcC = (sets: readonly (readonly [type: number, first: number, second: number])[] = [[32, 0x40, 1], [33, 0x42, 1], [34, 0x44, 1]], ...more: number[]): number[] =>
  box("hvcC", [1], zeros(21), [sets.length], ...sets.map(([type, first, second]) => [type, 0, 1, ...unit(first, second, 7)]), more);

export interface Made {
  readonly steps: readonly (readonly [count: number, ticks: number])[];
  readonly shifts?: readonly (readonly [count: number, ticks: number])[];
  readonly edits?: readonly (readonly [length: number, from: number])[];
  readonly count?: number;
  readonly ticks?: number;
  readonly handler?: string;
  readonly tracks?: number;
}

/** The content of a `moov` box; a thousand ticks a second where nothing else is said. */
export function moov({ steps, shifts, edits, count, ticks = 1000, handler = "vide", tracks = 1 }: Made): Uint8Array {
  const frames = count ?? steps.reduce((sum, [run]) => sum + run, 0);
  const table = (type: string, runs: readonly (readonly [number, number])[]): number[] => box(type, u32(0, runs.length, ...runs.flat()));
  const samples = [table("stts", steps), ...(shifts === undefined ? [] : [table("ctts", shifts)]), box("stsz", u32(0, 0, frames))];
  const list = edits === undefined ? [] : [box("edts", box("elst", u32(0, edits.length, ...edits.flatMap(([length, from]) => [length, from, 0x10000]))))];
  const hdlr = box("hdlr", u32(0, 0), letters(handler));
  const mdia = box("mdia", box("mdhd", u32(0, 0, 0, ticks, 0, 0)), hdlr, box("minf", box("stbl", ...samples)));
  const track = box("trak", ...list, mdia);
  return new Uint8Array([...box("mvhd", u32(0, 0, 0, 1000, 0)), ...Array.from({ length: tracks }, () => track).flat()]);
}

const at = (text: string): Date => new Date(`2026-11-10T08:${text}Z`);
type Range = readonly [from: string, until: string, first: string | null, storedMs: number | null];

/** What a manifest says of time: minutes and seconds of one hour. */
export function timed(ranges: readonly Range[], gaps: readonly (readonly [string, string])[] = [], uncertaintyMs = 600): Timed {
  return {
    ranges: ranges.map(([from, until, first, storedMs]) => ({ from: at(from), until: at(until), firstFrame: first === null ? null : at(first), storedMs })),
    gaps: gaps.map(([from, until]) => ({ from: at(from), until: at(until) })),
    uncertaintyMs,
    clockMethod: "rtcp",
  };
}

export const ms = (text: string): number => at(text).getTime();
