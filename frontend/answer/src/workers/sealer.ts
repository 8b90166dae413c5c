/**
 * Reads a recorder's file and seals it (age v1), beside the page, piece by piece into the browser's own storage.
 *
 * What is sealed has the digest that was looked at, or nothing is kept.
 */
import { Encrypter } from "age-encryption";
import { createSHA256 } from "hash-wasm";
import { readRecording } from "../share/recording";
import type { Order, Said, SealedBody, SealOrder } from "../share/sealing";

const HEADER_MAX_BYTES = 16_384; // protocol section 10
const TOLD_EVERY_BYTES = 4 * 2 ** 20;
const LINE_FEED = 10;
const LAST_LINE = new TextEncoder().encode("\n--- ");

const tell = (said: Said): void => postMessage(said);

/** Where the header ends in the bytes so far: after the line that begins with three dashes; 0 while it isn't there. */
function headerEnd(bytes: Uint8Array): number {
  for (let at = 0; at + LAST_LINE.length < bytes.length; at += 1) {
    if (!LAST_LINE.every((byte, index) => bytes[at + index] === byte)) continue;
    return bytes.indexOf(LINE_FEED, at + LAST_LINE.length) + 1;
  }
  return 0;
}

/** The plain bytes, counted and told; ends with an error unless they have the digest. */
async function* checked(plain: Blob, sha256: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const hash = await createSHA256();
  let [doneBytes, told] = [0, 0];
  for await (const piece of plain.stream()) {
    hash.update(piece);
    yield piece;
    doneBytes += piece.length;
    if (doneBytes - told < TOLD_EVERY_BYTES) continue;
    told = doneBytes;
    tell({ said: "sealing", doneBytes });
  }
  if (hash.digest() !== sha256) throw new Error("file_changed");
}

function streamOf(pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function seal({ plain, sha256, recipients, place }: SealOrder): Promise<SealedBody> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt(streamOf(checked(plain, sha256)));
  const folder = await navigator.storage.getDirectory();
  const kept = await (await folder.getFileHandle(place, { create: true })).createSyncAccessHandle();
  try {
    kept.truncate(0);
    const hash = await createSHA256();
    let [head, header, bodySizeBytes] = [new Uint8Array(0), null as Uint8Array<ArrayBuffer> | null, 0];
    for await (const piece of sealed) {
      let body: Uint8Array = piece;
      if (header === null) {
        head = new Uint8Array([...head, ...piece]);
        const end = headerEnd(head);
        if (end === 0 && head.length > HEADER_MAX_BYTES) throw new Error("header_too_long");
        if (end === 0) continue;
        [header, body] = [head.slice(0, end), head.subarray(end)];
      }
      hash.update(body);
      bodySizeBytes += kept.write(body, { at: bodySizeBytes });
    }
    kept.flush();
    if (header === null) throw new Error("header_missing");
    return { header, bodySha256: hash.digest(), bodySizeBytes };
  } finally {
    kept.close();
  }
}

onmessage = async ({ data }: MessageEvent<Order>): Promise<void> => {
  try {
    if (data.act === "read") tell({ said: "read", recording: await readRecording(data.file) });
    else tell({ said: "sealed", body: await seal(data) });
  } catch (error) {
    tell({ said: "refused", rule: error instanceof Error ? error.message : String(error) });
  }
};
