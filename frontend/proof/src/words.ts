/** A key's fingerprint as words that people can compare with what the city publishes (docs/protocol.md section 2). Pure. */
import { WORDS } from "./bip39_english";

const [COUNT, BITS] = [8, 11];

/** The words of a key by the hex SHA-256 of its raw bytes: the first 88 bits, eleven bits a word. */
export function fingerprintWords(sha256: string): string {
  const bits = [...sha256].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
  return Array.from({ length: COUNT }, (_, place) => WORDS[parseInt(bits.slice(place * BITS, (place + 1) * BITS), 2)]).join(" ");
}
