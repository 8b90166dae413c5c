/** Reads an age X25519 recipient, like `milton_protocol.sealing.keys.parse_recipient`. */
import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";

const KEY_BYTES = 32;
const PRIME = 2n ** 255n - 19n;
const PROBE = new Uint8Array(KEY_BYTES); // any scalar will do: once clamped it is a multiple of 8, of no other small number

/** A number of 2^255 - 19 or more is no identity's key; with a point of low order every exchange gives zeros (RFC 7748, section 6.1). */
function isUsable(key: Uint8Array): boolean {
  const number = key.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (number >= PRIME) return false;
  try {
    x25519.getSharedSecret(PROBE, key);
  } catch {
    return false;
  }
  return true;
}

/** The public key of `age1…`. Throws `age_key_malformed` unless something that is sealed to it can be opened. */
export function readRecipient(recipient: string): Uint8Array {
  const decoded = bech32.decodeUnsafe(recipient);
  const key = decoded && bech32.fromWordsUnsafe(decoded.words);
  if (!decoded || !key || decoded.prefix !== "age" || key.length !== KEY_BYTES || recipient !== recipient.toLowerCase() || !isUsable(key)) {
    throw new Error("age_key_malformed");
  }
  return key;
}
