/** Sealed parts: age v1 whose header and body travel apart. Opened here, in the browser, and nowhere else. */
import { Decrypter } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, type Bytes } from "../../../request/src/encoding";

export interface SealedPart {
  readonly header: Bytes;
  readonly bodyUrl: string;
  readonly bodySha256: string;
  readonly bodySizeBytes: number;
}
export interface Opened {
  readonly blob: Blob;
  readonly sha256: string;
}
export type Progress = (share: number) => void;

const PIECE_BYTES = 32 * 2 ** 20;

/** Plain bytes as they come, handed to the browser's blob store a piece at a time: it moves large ones to disk. */
class Kept {
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

/** A stream that first gives `header`, then what `response` gives, counting and hashing the body as it passes. */
function joined(header: Bytes, response: Response, onBytes: (bytes: Uint8Array) => void): ReadableStream<Uint8Array> {
  if (response.body === null) throw new Error("no_answer");
  const reader = response.body.getReader();
  let begun = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!begun) {
        begun = true;
        controller.enqueue(header);
        return;
      }
      const { done, value } = await reader.read();
      if (done) return controller.close();
      onBytes(value);
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/**
 * Fetch and open one part with an age identity. Throws `no_key_fits` when the identity is none of the recipients',
 * `body_differs` when the sealed bytes are not those of the share, and age's own error for a damaged chunk.
 */
export async function openPart(part: SealedPart, identity: string, progress: Progress = () => undefined): Promise<Opened> {
  const response = await fetch(part.bodyUrl, { cache: "no-store" });
  if (!response.ok) throw new Error(`body_not_served_${response.status}`);
  const [sealed, plain] = [sha256.create(), sha256.create()];
  let received = 0;
  const stream = joined(part.header, response, (bytes) => {
    sealed.update(bytes);
    received += bytes.length;
    progress(received / part.bodySizeBytes);
  });
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const opened = await decrypter.decrypt(stream).catch((error: unknown) => {
    throw /no identity matched/i.test(String(error)) ? new Error("no_key_fits") : error;
  });
  const kept = new Kept();
  for (const reader = opened.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    plain.update(value);
    kept.add(value as Bytes);
  }
  if (received !== part.bodySizeBytes || toHex(sealed.digest()) !== part.bodySha256) throw new Error("body_differs");
  return { blob: kept.blob(), sha256: toHex(plain.digest()) };
}
