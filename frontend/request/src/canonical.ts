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

const DEEPEST = 12;
const TOKEN = /[{[]|[}\]]|"(?:[^"\\]|\\.)*"(\s*:)?|-?[0-9][-+.0-9Ee]*/g;

/** Read JSON of any form, as strictly as homes do: no key twice, integers alone, 12 levels at most, no lone surrogate. */
export function read(text: string): Json {
  const value = JSON.parse(text) as Json; // so the tokens are those of JSON
  const keys: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") keys.push(new Set());
    else if (token === "}" || token === "]") keys.pop();
    else if (!token.startsWith('"')) {
      if (!/^-?[0-9]+$/.test(token) || !Number.isSafeInteger(Number(token))) throw new Error("not_an_integer");
    } else {
      const said = JSON.parse(colon === undefined ? token : token.slice(0, -colon.length)) as string;
      if (/[\ud800-\udfff]/u.test(said)) throw new Error("not_utf8");
      if (colon !== undefined && keys.at(-1)?.has(said)) throw new Error("duplicate_key");
      if (colon !== undefined) keys.at(-1)?.add(said);
    }
    if (keys.length > DEEPEST) throw new Error("too_deep");
  }
  return value;
}

/** Read bytes that must be canonical. A second key of one name, a fraction or a stray space is refused. */
export function decode(bytes: Uint8Array): Json {
  const text = fromUtf8(bytes);
  const value = JSON.parse(text) as Json;
  if (canonical(value) !== text) throw new Error("not_canonical");
  return value;
}
