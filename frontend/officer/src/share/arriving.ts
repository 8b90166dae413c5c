/** Chunks of a sealed body on their way from the hub: each is opened as soon as it is here. */
import type { Bytes } from "../../../request/src/encoding";
import { chunkOffset, joined, SEALED_CHUNK_BYTES, type Opener } from "./stream";

/** A body of which any chunk can be opened. */
export interface OpenBody {
  readonly bodyUrl: string;
  readonly bodyBytes: number;
  readonly chunks: number;
  readonly opener: Opener;
}

/** Bytes `from` to before `until` of a body, as they come. Throws `body_not_served_…` and `body_cut`. */
export async function fetchBody(url: string, from: number, until: number, take: (bytes: Uint8Array) => void, signal?: AbortSignal): Promise<void> {
  const asked = { headers: { Range: `bytes=${from}-${until - 1}` }, cache: "no-store", ...(signal && { signal }) } as const;
  let [status, left] = [0, until - from];
  try {
    const response = await fetch(url, asked);
    status = response.status;
    for (const reader = (response.body as ReadableStream<Uint8Array>).getReader(); status === 206; ) {
      const { done, value } = await reader.read();
      if (done || (left -= value.length) < 0) break;
      take(value);
    }
  } catch {
    status = status === 206 ? status : 0; // no answer; or half of one
  }
  if (status !== 206) throw new Error(`body_not_served_${status}`);
  if (left !== 0) throw new Error("body_cut");
}

export class Arriving {
  /** The number of the chunk behind the last one. */
  readonly end: number;
  readonly #sealed: Bytes;
  #here = 0;
  #opened = 0;
  #failed: Error | null = null;
  #wake: () => void = () => undefined;

  /** Ask for `count` chunks from number `first` on, or as many as there are. */
  constructor(
    private readonly body: OpenBody,
    private readonly first: number,
    count: number,
    stop: AbortSignal,
  ) {
    this.end = Math.min(first + count, body.chunks);
    const [from, until] = [chunkOffset(first), Math.min(chunkOffset(this.end), body.bodyBytes)];
    this.#sealed = new Uint8Array(until - from);
    const take = (bytes: Uint8Array): void => {
      this.#sealed.set(bytes, this.#here);
      this.#here += bytes.length;
      this.#wake();
    };
    fetchBody(body.bodyUrl, from, until, take, stop).catch((error: Error) => {
      this.#failed = error; // told when it is its turn
      this.#wake();
    });
  }

  get isHere(): boolean {
    return this.#here === this.#sealed.length;
  }

  get isOpened(): boolean {
    return this.#opened === this.#sealed.length;
  }

  /** The plain bytes of what came since the last time, of one chunk at least. Throws what stopped the rest. */
  async open(): Promise<Bytes> {
    let end = this.#whole();
    for (; end === this.#opened; end = this.#whole()) {
      if (this.#failed !== null) throw this.#failed;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const at = this.first + this.#opened / SEALED_CHUNK_BYTES;
    const chunks = await this.body.opener.openAll(at, this.body.chunks - 1, this.#sealed.subarray(this.#opened, end));
    this.#opened = end;
    return joined(chunks);
  }

  /** How many bytes are here of whole chunks. */
  #whole(): number {
    return this.isHere ? this.#here : this.#here - (this.#here % SEALED_CHUNK_BYTES);
  }
}
