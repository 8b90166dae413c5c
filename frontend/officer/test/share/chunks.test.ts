/** Chunks on their way from a hub, which is played here: what a player asks for once more is not fetched once more. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Arriving, type OpenBody } from "../../src/share/decryption/chunks";
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, type Opener } from "../../src/share/decryption/stream";

interface Asked {
  readonly range: string;
  readonly signal: AbortSignal;
  readonly send: (chunks: number) => void;
}

const own = globalThis.fetch;
let asked: Asked[] = [];

/** Answers a range bit by bit, as the test says. */
function hub(_url: unknown, init: RequestInit): Promise<Response> {
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const writer = stream.writable.getWriter();
  const signal = init.signal!;
  signal.addEventListener("abort", () => void writer.abort(new Error("gone")).catch(() => undefined));
  const send = (chunks: number): void => void writer.write(new Uint8Array(chunks * SEALED_CHUNK_BYTES)).catch(() => undefined);
  asked.push({ range: new Headers(init.headers).get("Range")!, signal, send });
  return Promise.resolve(new Response(stream.readable, { status: 206 }));
}

// Opening is tried elsewhere; here each chunk opens to its number.
const opener = { openAll: async (first: number, _last: number, sealed: Uint8Array) => Array.from({ length: sealed.length / SEALED_CHUNK_BYTES }, (_, i) => new Uint8Array(CHUNK_BYTES).fill(first + i)) };
const body: OpenBody = { bodyUrl: "https://hub.example/body", bodyBytes: 16 + 40 * SEALED_CHUNK_BYTES, chunks: 40, opener: opener as unknown as Opener };

beforeEach(() => {
  asked = [];
  globalThis.fetch = vi.fn(hub) as unknown as typeof fetch;
});
afterEach(() => {
  globalThis.fetch = own;
});

test("two who read the same chunks, from places of their own, ask the hub once", async () => {
  const chunks = new Arriving(body, 8, 8);
  const [first, second] = [chunks.join().open(8), chunks.join().open(9)];
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]!.send(3);
  expect((await first)[0]).toBe(8);
  expect((await second)[0]).toBe(9);
  expect(asked.map(({ range }) => range)).toEqual([`bytes=${16 + 8 * SEALED_CHUNK_BYTES}-${16 + 16 * SEALED_CHUNK_BYTES - 1}`]);
  expect([chunks.has(7), chunks.has(8), chunks.has(15), chunks.has(16)]).toEqual([false, true, true, false]);
});

test("what is on its way goes on while somebody reads it, or where it is to be kept", async () => {
  const shared = new Arriving(body, 0, 8).join().join();
  shared.leave(false);
  const kept = new Arriving(body, 8, 8).join();
  kept.leave(true);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, false]);
  shared.leave(false);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  expect([shared.has(0), kept.has(8)]).toEqual([false, true]); // who comes next asks anew
});

test("a line that breaks off in the middle is told as one, not as a body that was cut", async () => {
  const chunks = new Arriving(body, 0, 8).join();
  const second = chunks.open(1).catch((error: Error) => error.message);
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]!.send(1);
  await chunks.open(0);
  asked[0]!.signal.dispatchEvent(new Event("abort"));
  expect(await second).toBe("body_not_served_0");
});
