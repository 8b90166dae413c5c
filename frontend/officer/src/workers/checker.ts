/**
 * The worker that checks a whole clip beside the page: every chunk opens in its place, the last one is the last, and
 * the plain bytes are those of the manifest. With `keep` it hands the checked bytes over. The sealed bytes are not
 * hashed as well: who has no file key can't alter one of them unseen, and who has it gains nothing by other ones of the
 * same clip.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { chunkCount, NONCE_BYTES, openChunk, payloadKey, plainBytes, SEALED_CHUNK_BYTES } from "../share/stream";
import { Kept } from "../share/kept";
import type { Check, Checked } from "../share/messages";
import { toHex } from "../../../request/src/encoding";

declare const self: DedicatedWorkerGlobalScope;

const TOLD_EVERY_BYTES = 8 * 2 ** 20;

/** Opens the chunks of a body in their order, whatever pieces it comes in. */
class Opener {
  readonly plain = sha256.create();
  readonly kept: Kept | null;
  readonly #chunks: number;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  readonly #chunk = new Uint8Array(SEALED_CHUNK_BYTES);
  #key: Uint8Array | null = null;
  #filled = 0;
  #index = 0;

  constructor(readonly check: Check) {
    this.#chunks = chunkCount(plainBytes(check.bodyBytes));
    this.kept = check.keep ? new Kept() : null;
  }

  add(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#key !== null && this.#filled === SEALED_CHUNK_BYTES) this.#open(false);
      const into = this.#key === null ? this.#nonce : this.#chunk;
      const part = rest.subarray(0, into.length - this.#filled);
      into.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#key === null && this.#filled === NONCE_BYTES) {
        this.#key = payloadKey(this.check.fileKey, this.#nonce);
        this.#filled = 0;
      }
    }
  }

  end(): void {
    if (this.#key === null || this.#index !== this.#chunks - 1) throw new Error("body_cut");
    this.#open(true);
  }

  #open(isLast: boolean): void {
    const plain = openChunk(this.#key as Uint8Array, this.#index, isLast, this.#chunk.subarray(0, this.#filled));
    this.plain.update(plain);
    this.kept?.add(plain as Uint8Array<ArrayBuffer>);
    this.#index += 1;
    this.#filled = 0;
  }
}

async function check(asked: Check): Promise<Blob | null> {
  const response = await fetch(asked.bodyUrl, { cache: "no-store" });
  if (response.status !== 200 || response.body === null) throw new Error(`body_not_served_${response.status}`);
  const opener = new Opener(asked);
  let [received, told] = [0, 0];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    received += value.length;
    if (received > asked.bodyBytes) throw new Error("body_differs");
    opener.add(value);
    if (received - told >= TOLD_EVERY_BYTES) {
      told = received;
      self.postMessage({ progress: received / asked.bodyBytes } satisfies Checked);
    }
  }
  opener.end();
  if (received !== asked.bodyBytes) throw new Error("body_differs");
  if (toHex(opener.plain.digest()) !== asked.clipSha256) throw new Error("clip_differs");
  return opener.kept?.blob() ?? null;
}

self.addEventListener("message", ({ data }) => {
  check(data as Check).then(
    (blob) => self.postMessage({ verified: true, blob } satisfies Checked),
    (error: Error) => self.postMessage({ error: error.message } satisfies Checked),
  );
});
