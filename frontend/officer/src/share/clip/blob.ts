/** Collects decrypted bytes in blobs of a bounded size, which the browser can move to disk. */
import type { Bytes } from "../../../../request/src/encoding";

const PIECE_BYTES = 32 * 2 ** 20;

export class Kept {
  readonly #pieces: Blob[] = [];
  #chunks: Bytes[] = [];
  #size = 0;

  add(chunk: Bytes): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= PIECE_BYTES) this.#flush();
  }

  blob(): Blob {
    this.#flush();
    return new Blob(this.#pieces);
  }

  #flush(): void {
    this.#pieces.push(new Blob(this.#chunks));
    this.#chunks = [];
    this.#size = 0;
  }
}
