/** A person's decryption key, from an age identity on this device. It never leaves the browser and isn't stored. */
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";
import type { OpeningKey } from "../clip/messages";
import { readIdentity } from "./identity";

export const X25519 = { name: "X25519" } as const;
const PKCS8_HEAD = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20]; // RFC 8410

/** The key of an age identity; `extractable` only where it is about to be wrapped. */
export async function importIdentity(secret: string, extractable = false): Promise<OpeningKey> {
  const { bytes } = bech32.decodeToBytes(secret);
  const key = await crypto.subtle.importKey("pkcs8", new Uint8Array([...PKCS8_HEAD, ...bytes]), X25519, extractable, ["deriveBits"]);
  return { recipient: await identityToRecipient(secret), key };
}

/** The opening key in the text of an age key file. Throws words for a person when there is none. */
export async function readOpeningKey(text: string): Promise<OpeningKey> {
  return importIdentity((await readIdentity(text)).secret);
}
