/**
 * The worker that checks a whole clip beside the page: every chunk opens in its place, the last one is the last, and
 * the plain bytes are those of the manifest. With `keep` it hands the checked bytes over. The sealed bytes are not
 * hashed as well: who has no file key can't alter one of them unseen, and who has it gains nothing by other ones of the
 * same clip.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { chunkCount, NONCE_BYTES, Opener, plainBytes, SEALED_CHUNK_BYTES } from "../share/decryption/stream";
import { brought } from "../share/decryption/chunks";
import { Kept } from "../share/clip/blob";
import type { Check, Checked } from "../share/clip/messages";
import { toHex, type Bytes } from "../../../request/src/encoding";

declare const self: DedicatedWorkerGlobalScope;

const TOLD_EVERY_BYTES = 8 * 2 ** 20;
const WINDOW_BYTES = 16 * SEALED_CHUNK_BYTES; // 1 MiB is opened while the one before it is hashed

/** Opens a body's chunks in their order, whatever pieces it comes in, some of them at a time. */
class Checker {
  readonly plain = sha256.create();
  readonly kept: Kept | null;
  readonly #last: number;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  #window = new Uint8Array(WINDOW_BYTES);
  #opener: Opener | null = null;
  #filled = 0;
  #index = 0;
  #opening: Promise<Bytes[]> = Promise.resolve([]);

  constructor(readonly check: Check) {
    this.#last = chunkCount(plainBytes(check.bodyBytes)) - 1;
    this.kept = check.keep ? new Kept() : null;
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#opener !== null && this.#filled === WINDOW_BYTES) await this.#turn();
      const into = this.#opener === null ? this.#nonce : this.#window;
      const part = rest.subarray(0, into.length - this.#filled);
      into.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#opener === null && this.#filled === NONCE_BYTES) {
        this.#opener = await Opener.of(this.check.fileKey, this.#nonce);
        this.#filled = 0;
      }
    }
  }

  async end(): Promise<void> {
    if (this.#opener === null || this.#index + Math.ceil(this.#filled / SEALED_CHUNK_BYTES) !== this.#last + 1) throw new Error("body_cut");
    await this.#turn();
    this.#hash(await this.#opening);
  }

  /** Begin to open what is gathered, and meanwhile hash what was before it. */
  async #turn(): Promise<void> {
    const before = await this.#opening;
    const gathered = this.#window.subarray(0, this.#filled);
    this.#opening = (this.#opener as Opener).openAll(this.#index, this.#last, gathered);
    this.#opening.catch(() => undefined); // told when it is its turn
    this.#index += Math.ceil(this.#filled / SEALED_CHUNK_BYTES);
    this.#window = new Uint8Array(WINDOW_BYTES);
    this.#filled = 0;
    this.#hash(before);
  }

  #hash(chunks: readonly Bytes[]): void {
    for (const chunk of chunks) {
      this.plain.update(chunk);
      this.kept?.add(chunk);
    }
  }
}

async function check(asked: Check): Promise<Blob | null> {
  const response = await brought(fetch(asked.bodyUrl, { cache: "no-store" }));
  if (response.status !== 200 || response.body === null) throw new Error(`body_not_served_${response.status}`);
  const checker = new Checker(asked);
  let [received, told] = [0, 0];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await brought(reader.read());
    if (done) break;
    received += value.length;
    if (received > asked.bodyBytes) throw new Error("body_differs");
    await checker.add(value);
    if (received - told >= TOLD_EVERY_BYTES) {
      told = received;
      self.postMessage({ progress: received / asked.bodyBytes } satisfies Checked);
    }
  }
  await checker.end();
  if (received !== asked.bodyBytes) throw new Error("body_differs");
  if (toHex(checker.plain.digest()) !== asked.clipSha256) throw new Error("clip_differs");
  return checker.kept?.blob() ?? null;
}

self.addEventListener("message", ({ data }) => {
  check(data as Check).then(
    (blob) => self.postMessage({ verified: true, blob } satisfies Checked),
    (error: Error) => self.postMessage({ error: error.message } satisfies Checked),
  );
});
