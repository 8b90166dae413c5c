/** The cipher here is the one of a browser that has none of its own: Node.js 20 to 24.6 have none. Chromium's own one opens in tests/browser. */
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import { CHUNK_BYTES, chunkCount, chunkOffset, NONCE_BYTES, Opener, plainBytes, SEALED_CHUNK_BYTES } from "../../src/share/decryption/stream";
import type { Bytes } from "../../../request/src/encoding";

const PLAIN = new Uint8Array(2 * CHUNK_BYTES + 1000).map((_, index) => (index * 31) % 251);
const LAST = chunkCount(PLAIN.length) - 1;

/** Seal as age does; return the body and its file key. */
async function sealed(plain: Uint8Array): Promise<{ body: Bytes; opener: Opener }> {
  const identity = await generateIdentity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const file = (await encrypter.encrypt(plain)) as Bytes;
  const end = file.indexOf(10, new TextDecoder("latin1").decode(file).indexOf("\n---") + 1) + 1;
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const fileKey = await decrypter.decryptHeader(file.subarray(0, end));
  const body = file.subarray(end);
  return { body, opener: await Opener.of(fileKey, body.subarray(0, NONCE_BYTES)) };
}

describe("a body that age sealed", () => {
  let body: Bytes;
  let opener: Opener;
  beforeAll(async () => ({ body, opener } = await sealed(PLAIN)));

  test("tells how much it holds", () => expect(plainBytes(body.length)).toBe(PLAIN.length));

  test("opens whole, chunk after chunk", async () => {
    const chunks = await opener.openAll(0, LAST, body.subarray(NONCE_BYTES));
    expect(chunks.map((chunk) => chunk.length)).toEqual([CHUNK_BYTES, CHUNK_BYTES, 1000]);
    chunks.forEach((chunk, index) => expect(chunk).toEqual(PLAIN.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)));
  });

  test("opens from its middle", async () => {
    const [second, third] = await opener.openAll(1, LAST, body.subarray(chunkOffset(1)));
    expect([second?.length, third?.length]).toEqual([CHUNK_BYTES, 1000]);
  });

  test.each([
    ["at another place", 1, false],
    ["said to be the last", 0, true],
  ])("does not open a chunk %s", async (_what, index, isLast) => {
    await expect(opener.open(index, isLast, body.subarray(NONCE_BYTES, chunkOffset(1)))).rejects.toThrow("chunk_broken");
  });

  test("does not open a chunk of which a bit was turned", async () => {
    const chunk = body.slice(NONCE_BYTES, chunkOffset(1));
    chunk.set([chunk.at(-1)! ^ 1], SEALED_CHUNK_BYTES - 1);
    await expect(opener.open(0, false, chunk)).rejects.toThrow("chunk_broken");
  });

  test("of nothing is one empty last chunk", async () => {
    const empty = await sealed(new Uint8Array());
    expect(plainBytes(empty.body.length)).toBe(0);
    expect(await empty.opener.openAll(0, 0, empty.body.subarray(NONCE_BYTES))).toEqual([new Uint8Array()]);
  });
});
