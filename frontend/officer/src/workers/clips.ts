/**
 * The service worker that plays sealed clips: it answers the player's ranges by fetching and opening just the chunks
 * that they touch. File keys and a person's opening key are in its memory alone; it asks the page again when it was
 * stopped meanwhile. A part that can't be given is told to the page, for a player would only wait for it.
 */
import type { Bytes } from "../../../request/src/encoding";
import { chunkCount, CHUNK_BYTES, chunkOffset, NONCE_BYTES, Opener, plainBytes } from "../share/stream";
import { OPENED_PATH, type Answer, type Ask, type OpeningKey, type SealedClip, type Told } from "../share/messages";

declare const self: ServiceWorkerGlobalScope;

interface Open extends SealedClip {
  readonly opener: Opener;
  readonly plain: number;
  readonly chunks: number;
}
interface Range {
  readonly from: number;
  readonly until: number;
}

const FIRST_CHUNKS = 8; // half a MiB at first: the first picture comes soon
const MOST_CHUNKS = 32; // 2 MiB at a time
const PAGE_ANSWERS_WITHIN_MS = 10_000;
const clips = new Map<string, Open>();
let kept: OpeningKey | null = null;

async function body(url: string, { from, until }: Range, signal?: AbortSignal): Promise<Bytes> {
  const asked = { headers: { Range: `bytes=${from}-${until - 1}` }, cache: "no-store", ...(signal && { signal }) } as const;
  let [status, bytes] = [0, new Uint8Array()];
  try {
    const response = await fetch(url, asked);
    status = response.status;
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    status = 0; // no answer, or half of one
  }
  if (status !== 206) throw new Error(`body_not_served_${status}`);
  if (bytes.length !== until - from) throw new Error("body_cut");
  return bytes;
}

/** Open a clip's last chunk: it proves the body's length before anything is played. */
async function open(clip: SealedClip): Promise<Open> {
  const plain = plainBytes(clip.bodyBytes);
  const last = chunkCount(plain) - 1;
  const [nonce, sealed] = await Promise.all([
    body(clip.bodyUrl, { from: 0, until: NONCE_BYTES }),
    body(clip.bodyUrl, { from: chunkOffset(last), until: clip.bodyBytes }),
  ]);
  const opener = await Opener.of(clip.fileKey, nonce);
  await opener.open(last, true, sealed);
  const opened = { ...clip, opener, plain, chunks: last + 1 };
  clips.set(clip.id, opened);
  return opened;
}

/** Get a clip again from the page that plays it. */
async function askThePage(id: string, clientId: string): Promise<Open> {
  const page = await self.clients.get(clientId);
  if (page === undefined) throw new Error("no_page");
  const clip = await new Promise<SealedClip>((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    setTimeout(() => reject(new Error("no_page")), PAGE_ANSWERS_WITHIN_MS);
    port1.onmessage = ({ data }) => resolve(data as SealedClip);
    page.postMessage({ need: id } satisfies Told, [port2]);
  });
  return open(clip);
}

function readRange(header: string | null, plain: number): Range | null {
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? "bytes=0-");
  if (match === null) return null;
  const range = { from: Number(match[1]), until: match[2] === "" ? plain : Math.min(Number(match[2]) + 1, plain) };
  return range.from < range.until ? range : null;
}

async function tell(told: Told): Promise<void> {
  for (const page of await self.clients.matchAll()) page.postMessage(told);
}

/** Chunks from `first` on, opened. */
async function openWindow(clip: Open, first: number, sealed: Bytes): Promise<Bytes> {
  const chunks = await clip.opener.openAll(first, clip.chunks - 1, sealed);
  const plain = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  chunks.forEach((chunk, index) => plain.set(chunk, index * CHUNK_BYTES));
  return plain;
}

/** The plain bytes of a range, opened as the player takes them; while some are opened, the next are on their way. */
function plainStream(clip: Open, { from, until }: Range): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const stopChunk = Math.floor((until - 1) / CHUNK_BYTES) + 1;
  let [at, first, most] = [from, Math.floor(from / CHUNK_BYTES), FIRST_CHUNKS];
  let ahead: { readonly end: number; readonly sealed: Promise<Bytes> } | null = null;
  function ask(begin: number): { readonly end: number; readonly sealed: Promise<Bytes> } {
    const end = Math.min(begin + most, stopChunk);
    most = Math.min(most * 2, MOST_CHUNKS);
    const place = { from: chunkOffset(begin), until: Math.min(chunkOffset(end), clip.bodyBytes) };
    const sealed = body(clip.bodyUrl, place, stop.signal);
    sealed.catch(() => undefined); // told when it is its turn
    return { end, sealed };
  }
  async function next(): Promise<Uint8Array> {
    const { end, sealed } = ahead ?? ask(first);
    const bytes = await sealed;
    ahead = end < stopChunk ? ask(end) : null;
    const plain = (await openWindow(clip, first, bytes)).subarray(at - first * CHUNK_BYTES, until - first * CHUNK_BYTES);
    first = end;
    return plain;
  }
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
      try {
        const bytes = await next();
        controller.enqueue(bytes);
        at += bytes.length;
        if (at >= until) controller.close();
      } catch (error) {
        if (!stop.signal.aborted) await tell({ failed: clip.id, rule: (error as Error).message, at });
        throw error;
      }
    },
    cancel: () => stop.abort(),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

async function serve(id: string, request: Request, clientId: string): Promise<Response> {
  let clip = clips.get(id);
  try {
    clip ??= await askThePage(id, clientId);
  } catch (error) {
    await tell({ failed: id, rule: (error as Error).message, at: 0 });
    return new Response(null, { status: 502 });
  }
  const range = readRange(request.headers.get("Range"), clip.plain);
  if (range === null) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${clip.plain}` } });
  const headers = {
    "Content-Type": "video/mp4",
    "Content-Length": String(range.until - range.from),
    "Content-Range": `bytes ${range.from}-${range.until - 1}/${clip.plain}`,
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  return new Response(plainStream(clip, range), { status: request.headers.has("Range") ? 206 : 200, headers });
}

async function answer(asked: Ask): Promise<unknown> {
  switch (asked.ask) {
    case "open":
      return (await open(asked.clip)).plain;
    case "close":
      return clips.delete(asked.id);
    case "keep":
      kept = asked.key;
      return true;
    case "key":
      return kept;
    case "forget":
      kept = null;
      return true;
    case "lock":
      kept = null;
      clips.clear();
      await tell({ locked: true });
      return true;
    case "claim":
      await self.clients.claim();
      return true;
  }
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  const port = event.ports[0];
  const answered = answer(event.data as Ask).then(
    (value): Answer => ({ value }),
    (error: Error): Answer => ({ error: error.message }),
  );
  event.waitUntil(answered.then((said) => port?.postMessage(said)));
});
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== self.location.origin || !pathname.startsWith(OPENED_PATH)) return;
  event.respondWith(serve(pathname.slice(OPENED_PATH.length), event.request, event.clientId));
});
