/** An opening key wrapped under a security key's secret: what the hub keeps, and nobody without that key can open. */
import { utf8, type Bytes } from "../../../request/src/encoding";
import type { OpeningKey } from "../share/clip/messages";
import { X25519 } from "../share/decryption/key";
import type { PrfSecret } from "./prf";

export interface Wrapped {
  readonly iv: Bytes;
  readonly wrap: Bytes;
}

const INFO = "milton/identity-wrap/v1\0";
const IV_BYTES = 12;

async function wrappingKey({ credentialId, secret }: PrfSecret, usage: "wrapKey" | "unwrapKey"): Promise<CryptoKey> {
  const given = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = new Uint8Array([...utf8(INFO), ...credentialId]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return crypto.subtle.deriveKey(derivation, given, { name: "AES-GCM", length: 256 }, false, [usage]);
}

/** `opening.key` must be extractable; the wrap is bound to its recipient. */
export async function wrapKey(opening: OpeningKey, prf: PrfSecret): Promise<Wrapped> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const under = { name: "AES-GCM", iv, additionalData: utf8(opening.recipient) };
  const wrap = await crypto.subtle.wrapKey("pkcs8", opening.key, await wrappingKey(prf, "wrapKey"), under);
  return { iv, wrap: new Uint8Array(wrap) };
}

/** Throws words for a person when the wrap is not of this security key and this recipient. */
export async function unwrapKey(recipient: string, { iv, wrap }: Wrapped, prf: PrfSecret, extractable = false): Promise<OpeningKey> {
  const under = { name: "AES-GCM", iv, additionalData: utf8(recipient) };
  try {
    const wrapping = await wrappingKey(prf, "unwrapKey");
    const key = await crypto.subtle.unwrapKey("pkcs8", wrap, wrapping, under, X25519, extractable, ["deriveBits"]);
    return { recipient, key };
  } catch {
    throw new Error("What the hub keeps under this security key was altered. Use the other one, and tell your administrator.");
  }
}
