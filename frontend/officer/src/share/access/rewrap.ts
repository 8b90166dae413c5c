/**
 * Age headers for one more X25519 recipient (C2SP age); the body stays as it is. Like
 * `milton_protocol.sealing.age.rewrap`.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad } from "@scure/base";
import { utf8 } from "../../../../request/src/encoding";
import { readRecipient } from "../../../../proof/src/recipient";

const KEY_BYTES = 32;
const FILE_KEY_BYTES = 16;

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** The header that gives `fileKey` to `recipient` alone; `secret` is of one use. */
export function wrapFileKey(fileKey: Uint8Array, recipient: string, secret = x25519.utils.randomSecretKey()): Uint8Array<ArrayBuffer> {
  if (fileKey.length !== FILE_KEY_BYTES) throw new Error("sealed_file_key_malformed");
  const theirs = readRecipient(recipient);
  const share = x25519.getPublicKey(secret);
  const shared = x25519.getSharedSecret(secret, theirs); // throws where it is all zero
  const wrapKey = hkdf(sha256, shared, joined(share, theirs), utf8("age-encryption.org/v1/X25519"), KEY_BYTES);
  const wrapped = chacha20poly1305(wrapKey, new Uint8Array(12)).encrypt(fileKey);
  const covered = `age-encryption.org/v1\n-> X25519 ${base64nopad.encode(share)}\n${base64nopad.encode(wrapped)}\n---`;
  const mac = hmac(sha256, hkdf(sha256, fileKey, undefined, utf8("header"), KEY_BYTES), utf8(covered));
  return new Uint8Array(utf8(`${covered} ${base64nopad.encode(mac)}\n`));
}
