/** RFC 8785 for what the protocol uses: objects, arrays, text, integers, booleans, null. */
import { fromUtf8 } from "./encoding";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The canonical text of `value`; throws on a number that is no safe integer. */
export function canonical(value: Json): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("not_an_integer");
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] as Json)}`);
  return `{${members.join(",")}}`;
}

/** Read bytes that must be canonical. A second key of one name, a fraction or a stray space is refused. */
export function decode(bytes: Uint8Array): Json {
  const text = fromUtf8(bytes);
  const value = JSON.parse(text) as Json;
  if (canonical(value) !== text) throw new Error("not_canonical");
  return value;
}
