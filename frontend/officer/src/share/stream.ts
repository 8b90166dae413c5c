/**
 * age's payload (C2SP age, "STREAM") at any place: a nonce of 16 bytes, then chunks of 64 KiB, each sealed with its
 * number and whether it is the last. A body that was cut has no last chunk where its length says that one is.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

export const CHUNK_BYTES = 65_536;
export const NONCE_BYTES = 16;
const TAG_BYTES = 16;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

/** The key of a body's chunks; `nonce` are the body's first 16 bytes. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdf(sha256, fileKey, nonce, new TextEncoder().encode("payload"), 32);
}

/** How many plain bytes a body of `bodyBytes` holds. Throws `body_size` where no body is so long. */
export function plainBytes(bodyBytes: number): number {
  const sealed = bodyBytes - NONCE_BYTES;
  const [whole, rest] = [Math.floor(sealed / SEALED_CHUNK_BYTES), sealed % SEALED_CHUNK_BYTES];
  const isEmptyLast = rest === TAG_BYTES && whole > 0; // only an empty body has an empty chunk
  if (sealed < TAG_BYTES || (rest > 0 && rest < TAG_BYTES) || isEmptyLast) throw new Error("body_size");
  return sealed - TAG_BYTES * (whole + (rest > 0 ? 1 : 0));
}

export function chunkCount(plain: number): number {
  return Math.max(1, Math.ceil(plain / CHUNK_BYTES));
}

/** Where chunk `index` begins in the body. */
export function chunkOffset(index: number): number {
  return NONCE_BYTES + index * SEALED_CHUNK_BYTES;
}

/** Open one chunk. Throws `chunk_broken` when it is not the very one of this place. */
export function openChunk(key: Uint8Array, index: number, isLast: boolean, sealed: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index); // eleven bytes of number: a clip has fewer than 2^32 chunks
  nonce[11] = isLast ? 1 : 0;
  try {
    return chacha20poly1305(key, nonce).decrypt(sealed);
  } catch {
    throw new Error("chunk_broken");
  }
}
