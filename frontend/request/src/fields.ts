/** A strict reader over one JSON object: every field is asked for by its type, and none may be left over. */
import { fromB64, type Bytes } from "./encoding";
import type { Json } from "./canonical";

// Controls and bidirectional controls could make a text read as something else, what nobody sees could be all of it, and
// spaces, private-use code points and noncharacters look like others or differ from device to device.
export const HIDDEN =
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}-\u{10ffff}]/u;
const LETTER_OR_DIGIT = /[0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]/;
const CODE = /^(?=.*[A-Za-z0-9])[A-Za-z0-9./#_-]+(?: [A-Za-z0-9./#_-]+)*$/;
const PHONE_NUMBER = /^\+?[0-9][0-9 ().-]{5,37}[0-9]$/;

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

  #string(name: string): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw new Error(`wrong_type: ${name}`);
    return value;
  }

  #formed(name: string, form: RegExp, rule: string): string {
    const value = this.#string(name);
    if (!form.test(value)) throw new Error(`${rule}: ${name}`);
    return value;
  }

  /** Require the fields `type` and `version` to be these. */
  header(type: string): void {
    if (this.#string("type") !== type) throw new Error("unknown_type");
    this.version();
  }

  version(): void {
    if (this.integer("version", -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) !== 1) throw new Error("unknown_version");
  }

  text(name: string, maxChars: number): string {
    const value = this.#string(name);
    if (value.length < 1 || [...value].length > maxChars) throw new Error(`out_of_bounds: ${name}`);
    if (HIDDEN.test(value) || value.startsWith(" ") || value.endsWith(" ")) throw new Error(`forbidden_character: ${name}`);
    return value;
  }

  /** A text that says something: it has a Latin letter or a digit. */
  words(name: string, maxChars: number, minChars = 1): string {
    const value = this.text(name, maxChars);
    if ([...value].length < minChars || !LETTER_OR_DIGIT.test(value)) throw new Error(`out_of_bounds: ${name}`);
    return value;
  }

  /** A case number, a badge or an offense code: of two that look alike, both are the same. */
  code(name: string, maxChars: number, none?: "-"): string {
    const value = this.text(name, maxChars);
    if (value !== none && !CODE.test(value)) throw new Error(`not_a_code: ${name}`);
    return value;
  }

  phoneNumber(name: string, maxChars: number): string {
    const value = this.text(name, maxChars);
    if (!PHONE_NUMBER.test(value)) throw new Error(`not_a_phone_number: ${name}`);
    return value;
  }

  id(name: string): string {
    return this.#formed(name, /^[a-z0-9-]{1,64}$/, "not_an_id");
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#string(name);
    if (!choices.includes(value as T)) throw new Error(`unknown_choice: ${name}`);
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
    return this.#formed(name, new RegExp(`^[0-9a-f]{${chars}}$`), "not_hex");
  }

  b64(name: string, maxBytes: number): Bytes {
    const bytes = fromB64(this.#string(name));
    if (bytes.length > maxBytes) throw new Error(`out_of_bounds: ${name}`);
    return bytes;
  }

  time(name: string): Date {
    return this.#moment(name, /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, ".000Z");
  }

  timeMs(name: string): Date {
    return this.#moment(name, /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "Z");
  }

  #moment(name: string, form: RegExp, end: string): Date {
    const value = this.#formed(name, form, "not_a_time");
    const time = new Date(value);
    // What no calendar has is another day to some browsers, and no time to others.
    if (Number.isNaN(time.getTime()) || time.toISOString() !== value.replace("Z", end)) throw new Error(`not_a_time: ${name}`);
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
