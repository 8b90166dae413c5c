/**
 * The account key: 128 random bits, made in this browser and printed as `MK-` and 26 characters of Crockford's base32.
 *
 * It opens the account and signs each entry. The city is told its SHA-256 when the account is made, and the key itself
 * only when somebody signs in with it. It is never in a cookie.
 */
import { sha256Hex, toHex, utf8, type Bytes } from "../../request/src/encoding";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // crockford.com/base32.html
const PREFIX = "MK";
/** Of the key of a share that was answered from a browser. */
export const SHARE_PREFIX = "MR";
const [KEY_BYTES, KEY_CHARS, BITS_PER_CHAR, GROUP] = [16, 26, 5, 5];

export interface Account {
  readonly id: string;
  /** The 26 characters. */
  readonly key: string;
}

const random = (): Bytes => crypto.getRandomValues(new Uint8Array(KEY_BYTES));

/** The characters of some bytes, first bit first; the last one is filled up with zeros. */
export function crockford(bytes: Uint8Array): string {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS_PER_CHAR) {
      bits -= BITS_PER_CHAR;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (BITS_PER_CHAR - bits)) & 31] : text;
}

/** The characters that somebody means: case, dashes, spaces and look-alikes are forgiven; null for anything but a key. */
export function readKey(typed: string, prefix = PREFIX, chars = KEY_CHARS): string | null {
  const plain = typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const body = plain.length === chars + prefix.length && plain.startsWith(prefix) ? plain.slice(prefix.length) : plain;
  const key = body.replaceAll("O", "0").replace(/[IL]/g, "1");
  return key.length === chars && [...key].every((each) => ALPHABET.includes(each)) ? key : null;
}

/** How a key is printed: `MK-` (or another prefix) and five groups of five, then the last one. */
export function shownKey(key: string, prefix = PREFIX): string {
  return [prefix, ...(key.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [])].join("-");
}

/** What the city keeps of a key. */
export function keyDigest(key: string): Promise<string> {
  return sha256Hex(utf8(key));
}

/** The 26 characters of a new key. */
export const newKey = (): string => crockford(random());

/** A new account of this browser's own making. */
export function newAccount(): Account {
  return { id: toHex(random()), key: newKey() };
}
