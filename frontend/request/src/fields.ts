/** A strict reader over one JSON object: every field is asked for by its type, and none may be left over. */
import { fromB64, type Bytes } from "./encoding";
import type { Json } from "./canonical";

// Controls and bidirectional controls could make a text read as something else, and what nobody sees could be all of it.
export const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;

export class Fields {
  readonly #left: Map<string, Json>;

  constructor(value: Json | undefined) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("wrong_type");
    this.#left = new Map(Object.entries(value));
  }

  #take(name: string): Json {
    const value = this.#left.get(name);
    if (value === undefined) throw new Error(`missing_field: ${name}`);
    this.#left.delete(name);
    return value;
  }

  text(name: string, maxChars: number): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw new Error(`wrong_type: ${name}`);
    if (value.length < 1 || [...value].length > maxChars || HIDDEN.test(value)) throw new Error(`out_of_bounds: ${name}`);
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name, 200);
    if (!choices.includes(value as T)) throw new Error(`out_of_bounds: ${name}`);
    return value as T;
  }

  integer(name: string, lowest: number, highest: number): number {
    const value = this.#take(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new Error(`wrong_type: ${name}`);
    if (value < lowest || value > highest) throw new Error(`out_of_bounds: ${name}`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") throw new Error(`wrong_type: ${name}`);
    return value;
  }

  hex(name: string, chars: number): string {
    const value = this.text(name, chars);
    if (value.length !== chars || !/^[0-9a-f]+$/.test(value)) throw new Error(`out_of_bounds: ${name}`);
    return value;
  }

  b64(name: string, maxBytes: number): Bytes {
    const bytes = fromB64(this.text(name, maxBytes * 2));
    if (bytes.length > maxBytes) throw new Error(`out_of_bounds: ${name}`);
    return bytes;
  }

  time(name: string): Date {
    const value = this.text(name, 24);
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(value)) throw new Error(`out_of_bounds: ${name}`);
    const time = new Date(value);
    if (Number.isNaN(time.getTime())) throw new Error(`out_of_bounds: ${name}`);
    return time;
  }

  items(name: string, fewest: number, most: number): Json[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw new Error(`wrong_type: ${name}`);
    if (value.length < fewest || value.length > most) throw new Error(`out_of_bounds: ${name}`);
    return value;
  }

  child(name: string): Fields {
    return new Fields(this.#take(name));
  }

  /** A child object, or null where the field is null. */
  optional(name: string): Fields | null {
    const value = this.#take(name);
    return value === null ? null : new Fields(value);
  }

  /** A text, or null where the field is null. */
  optionalText(name: string, maxChars: number): string | null {
    if (this.#left.get(name) !== null) return this.text(name, maxChars);
    this.#left.delete(name);
    return null;
  }

  json(name: string): Json {
    return this.#take(name);
  }

  /** Refuse whatever nobody asked for. */
  done(): void {
    for (const name of this.#left.keys()) throw new Error(`unknown_field: ${name}`);
  }
}
