/** Decrypts the chunks of a sealed body as they arrive from the hub. */
import type { Bytes } from "../../../../request/src/encoding";
import { chunkOffset, joined, SEALED_CHUNK_BYTES, type Opener } from "./stream";

/** A body of which any chunk can be opened. */
export interface OpenBody {
  readonly bodyUrl: string;
  readonly bodyBytes: number;
  readonly chunks: number;
  readonly opener: Opener;
}

/** What the line did not bring says nothing of the bytes: throws `body_not_served_0` in place of the browser's own word. */
export function brought<T>(coming: Promise<T>): Promise<T> {
  return coming.catch(() => Promise.reject(new Error("body_not_served_0")));
}

/** Bytes `from` to before `until` of a body, as they come. Throws `body_not_served_…` and `body_cut`. */
export async function fetchBody(url: string, from: number, until: number, take: (bytes: Uint8Array) => void, signal?: AbortSignal): Promise<void> {
  const asked = { headers: { Range: `bytes=${from}-${until - 1}` }, cache: "no-store", ...(signal && { signal }) } as const;
  const { status, body } = await brought(fetch(url, asked));
  if (status !== 206) throw new Error(`body_not_served_${status}`);
  let left = until - from;
  for (const reader = (body as ReadableStream<Uint8Array>).getReader(); ; ) {
    const { done, value } = await brought(reader.read());
    if (done || (left -= value.length) < 0) break;
    take(value);
  }
  if (left !== 0) throw new Error("body_cut");
}

/** Some chunks that lie one behind the other; whoever reads them keeps their own place. */
export class Arriving {
  /** The number of the chunk behind the last one. */
  readonly end: number;
  readonly #sealed: Bytes;
  readonly #stop = new AbortController();
  #here = 0;
  #failed: Error | null = null;
  #waiting: (() => void)[] = [];
  #readers = 0;

  /** Ask for `count` chunks from number `first` on, or as many as there are. */
  constructor(
    private readonly body: OpenBody,
    readonly first: number,
    count: number,
  ) {
    this.end = Math.min(first + count, body.chunks);
    const [from, until] = [chunkOffset(first), Math.min(chunkOffset(this.end), body.bodyBytes)];
    this.#sealed = new Uint8Array(until - from);
    const take = (bytes: Uint8Array): void => {
      this.#sealed.set(bytes, this.#here);
      this.#here += bytes.length;
      this.#wake();
    };
    fetchBody(body.bodyUrl, from, until, take, this.#stop.signal).catch((error: Error) => {
      this.#failed ??= error; // told when it is its turn
      this.#wake();
    });
  }

  get isHere(): boolean {
    return this.#here === this.#sealed.length;
  }

  /** Whether a chunk is among these, here or on its way. */
  has(chunk: number): boolean {
    return this.#failed === null && this.first <= chunk && chunk < this.end;
  }

  /** One more reads these. */
  join(): this {
    this.#readers += 1;
    return this;
  }

  /** One of the readers is done; `keep`: what is on its way still is to come, though nobody waits for it now. */
  leave(keep: boolean): void {
    this.#readers -= 1;
    if (keep || this.#readers > 0 || this.isHere) return;
    this.#failed ??= new Error("stopped");
    this.#stop.abort();
  }

  /** The plain bytes of what is here from chunk `at` on, of one chunk at least. Throws what stopped the rest. */
  async open(at: number): Promise<Bytes> {
    const from = (at - this.first) * SEALED_CHUNK_BYTES;
    let end = this.#whole();
    for (; end <= from; end = this.#whole()) {
      if (this.#failed !== null) throw this.#failed;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return joined(await this.body.opener.openAll(at, this.body.chunks - 1, this.#sealed.subarray(from, end)));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** How many bytes are here of whole chunks. */
  #whole(): number {
    return this.isHere ? this.#here : this.#here - (this.#here % SEALED_CHUNK_BYTES);
  }
}
