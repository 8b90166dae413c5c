/**
 * Random access to age's payload (C2SP age, "STREAM"): a 16-byte nonce, then 64 KiB chunks, each sealed with its number
 * and whether it is the last. A truncated body has no last chunk where its length says there is one.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../../../../request/src/encoding";

export const CHUNK_BYTES = 65_536;
export const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const CIPHER = "ChaCha20-Poly1305";
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

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

/** The bytes that say which chunk of its body one is. */
function placeOf(index: number, isLast: boolean): Bytes {
  const place = new Uint8Array(12);
  new DataView(place.buffer).setUint32(7, index); // eleven bytes of number: a clip has fewer than 2^32 chunks
  place[11] = isLast ? 1 : 0;
  return place;
}

/** The browser's own cipher for a key, which works beside this thread, or null where a browser has none yet. */
async function ownCipher(key: Bytes): Promise<CryptoKey | null> {
  const format = "raw-secret" as "raw"; // as WebCrypto’s newer algorithms name it, which TypeScript does not know yet
  return crypto.subtle.importKey(format, key, CIPHER, false, ["decrypt"]).catch(() => null);
}

/** The plain bytes of chunks that lie one behind the other. */
export function joined(chunks: readonly Bytes[]): Bytes {
  const plain = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  chunks.forEach((chunk, index) => plain.set(chunk, index * CHUNK_BYTES));
  return plain;
}

/** Opens the chunks of one body. */
export class Opener {
  private constructor(
    private readonly key: Bytes,
    private readonly own: CryptoKey | null,
  ) {}

  /** The opener of a body; `nonce` are the body's first 16 bytes. */
  static async of(fileKey: Uint8Array, nonce: Uint8Array): Promise<Opener> {
    const key = hkdf(sha256, fileKey, nonce, new TextEncoder().encode("payload"), 32) as Bytes;
    return new Opener(key, await ownCipher(key));
  }

  /** Open one chunk. Throws `chunk_broken` when it is not the very one of this place. */
  async open(index: number, isLast: boolean, sealed: Bytes): Promise<Bytes> {
    const iv = placeOf(index, isLast);
    try {
      if (this.own === null) return chacha20poly1305(this.key, iv).decrypt(sealed) as Bytes;
      return new Uint8Array(await crypto.subtle.decrypt({ name: CIPHER, iv } as AesGcmParams, this.own, sealed));
    } catch {
      throw new Error("chunk_broken");
    }
  }

  /** Open chunks that lie one behind the other, from number `first` on; all at once, for each is opened alone. */
  async openAll(first: number, last: number, sealed: Bytes): Promise<Bytes[]> {
    const chunks: Promise<Bytes>[] = [];
    for (let at = 0, index = first; at < sealed.length; at += SEALED_CHUNK_BYTES, index += 1) {
      chunks.push(this.open(index, index === last, sealed.subarray(at, at + SEALED_CHUNK_BYTES)));
    }
    return Promise.all(chunks);
  }
}
