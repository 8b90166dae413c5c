/**
 * The service worker that plays sealed clips: it answers the player's ranges by fetching and opening just the chunks
 * that they touch. File keys and a person's opening key are in its memory alone; it asks the page again when it was
 * stopped meanwhile. A part that can't be given is told to the page, for a player would only wait for it.
 */
import type { Bytes } from "../../../request/src/encoding";
import { Arriving, fetchBody } from "../share/decryption/chunks";
import { chunkCount, CHUNK_BYTES, chunkOffset, NONCE_BYTES, Opener, plainBytes } from "../share/decryption/stream";
import { type Answer, type Ask, type OpeningKey, type SealedClip, type ShareName, type Told } from "../share/clip/messages";

declare const self: ServiceWorkerGlobalScope;

interface Open extends SealedClip {
  readonly opener: Opener;
  readonly plain: number;
  readonly chunks: number;
  /** Sealed, the newest last: where a player begins anew it often wants what was just asked for. */
  readonly recent: Arriving[];
}
interface Range {
  readonly from: number;
  readonly until: number;
}

const OPENED_PATH = new URL("opened/", self.registration.scope).pathname; // as the pages of this scope have it
const FIRST_CHUNKS = 8; // half a MiB at first: the first picture comes soon
const MOST_CHUNKS = 32; // 2 MiB at a time
const RECENT_MOST = 4; // of a clip, 8 MiB
const PAGE_ANSWERS_WITHIN_MS = 10_000;
const NAMES_MOST = 500; // the newest; a person opens fewer in a shift
const clips = new Map<string, Open>();
const names = new Map<string, ShareName>();
let namer: string | null = null;
let [kept, whose]: [OpeningKey | null, string | null] = [null, null];

async function part(url: string, { from, until }: Range): Promise<Bytes> {
  const bytes = new Uint8Array(until - from);
  let here = 0;
  await fetchBody(url, from, until, (piece) => {
    bytes.set(piece, here);
    here += piece.length;
  });
  return bytes;
}

/** Open a clip's last chunk: it proves the body's length before anything is played. */
async function open(clip: SealedClip): Promise<Open> {
  const plain = plainBytes(clip.bodyBytes);
  const last = chunkCount(plain) - 1;
  const [nonce, sealed] = await Promise.all([
    part(clip.bodyUrl, { from: 0, until: NONCE_BYTES }),
    part(clip.bodyUrl, { from: chunkOffset(last), until: clip.bodyBytes }),
  ]);
  const opener = await Opener.of(clip.fileKey, nonce);
  await opener.open(last, true, sealed);
  const opened = { ...clip, opener, plain, chunks: last + 1, recent: [] };
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
    port1.onmessage = ({ data }) => (data === null ? reject(new Error("no_page")) : resolve(data as SealedClip)); // it has forgotten it
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

/** Chunks from number `first` on: those that were asked for lately, or `count` that are asked for now. */
function arriving({ recent, ...body }: Open, first: number, count: number): Arriving {
  const known = recent.findLast((each) => each.has(first));
  if (known !== undefined) return known.join();
  const asked = new Arriving(body, first, count);
  recent.push(asked);
  if (recent.length > RECENT_MOST) recent.shift();
  return asked.join();
}

/** The plain bytes of a range, opened as they come; when some are here, the next are asked for. */
function plainStream(clip: Open, { from, until }: Range): ReadableStream<Bytes> {
  const stopChunk = Math.floor((until - 1) / CHUNK_BYTES) + 1;
  let [chunk, at, isOver] = [Math.floor(from / CHUNK_BYTES), from, false];
  const ask = (first: number, most = MOST_CHUNKS): Arriving => arriving(clip, first, Math.min(most, stopChunk - first));
  const begin = ask(chunk, FIRST_CHUNKS);
  let now = begin;
  let ahead: Arriving | null = null;
  async function next(): Promise<Bytes> {
    if (chunk === now.end) {
      now.leave(true);
      [now, ahead] = [ahead ?? ask(chunk), null];
    }
    const opened = await now.open(chunk);
    if (now.isHere && now.end < stopChunk && !isOver) ahead ??= ask(now.end);
    const place = chunk * CHUNK_BYTES;
    chunk += Math.ceil(opened.length / CHUNK_BYTES);
    return opened.subarray(at - place, until - place);
  }
  function over(): void {
    if (isOver) return;
    isOver = true;
    now.leave(now === begin); // where it began may be wanted once more; what lies ahead is not
    ahead?.leave(false);
  }
  const source = {
    async pull(controller: ReadableStreamDefaultController<Bytes>): Promise<void> {
      try {
        const bytes = await next();
        controller.enqueue(bytes);
        at += bytes.length;
        if (at < until) return;
        over();
        clip.recent.length = 0; // who reads to the end begins nowhere anew
        controller.close();
      } catch (error) {
        if (!isOver) await tell({ failed: clip.id, rule: (error as Error).message, at });
        over();
        throw error;
      }
    },
    cancel: over,
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

async function lock(): Promise<void> {
  [kept, whose] = [null, null];
  clips.clear();
  names.clear();
  await tell({ locked: true });
}

/** The names of what this person opened; another's are forgotten. */
function namesOf(person: string | null): Map<string, ShareName> {
  if (person !== namer) names.clear();
  namer = person;
  return names;
}

function keepName(person: string | null, shareId: string, name: ShareName | null): boolean {
  namesOf(person).delete(shareId);
  if (name !== null) names.set(shareId, name);
  for (const oldest of names.keys()) if (names.size > NAMES_MOST) names.delete(oldest);
  return true;
}

/** A page of another person's is open: nothing of the one before is left. */
async function seen(person: string | null): Promise<void> {
  if (person !== null && whose !== null && person !== whose) await lock();
}

async function answer(asked: Ask): Promise<unknown> {
  if ("person" in asked) await seen(asked.person);
  switch (asked.ask) {
    case "open":
      return (await open(asked.clip)).plain;
    case "close":
      return clips.delete(asked.id);
    case "keep":
      [kept, whose] = [asked.key, asked.person];
      return true;
    case "key":
      return asked.person === whose ? kept : null;
    case "forget":
      [kept, whose] = [null, null];
      return true;
    case "name":
      return keepName(asked.person, asked.shareId, asked.name);
    case "names":
      return namesOf(asked.person);
    case "lock":
      await lock();
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
