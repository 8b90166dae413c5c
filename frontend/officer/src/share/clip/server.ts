/** The page's side of the service worker that serves decrypted clips and keeps a person's decryption key for a session. */
import { pageData } from "../../page";
import { workerUrl } from "../../workers";
import type { Answer, Ask, OpeningKey } from "./messages";

const SCOPE = document.documentElement.dataset["scope"] ?? "/shares/"; // whose pages it answers
const { person } = pageData<{ person: string | null }>();
const ANSWERS_WITHIN_MS = 20_000;
const NONE = "Nothing was opened: it takes a service worker, and this browser runs none here. Let it keep what this site needs, or use another browser.";
const STAY_EVERY_MS = 8_000; // a browser stops a service worker that nobody asked anything for 30 s, and may be busy

/** The browser has no service worker for this page, so nothing can be opened here; of the clip that says nothing. */
export class NoClipServer extends Error {}

/** Where the service worker answers with the plain bytes of a clip. */
export const OPENED_PATH = `${SCOPE}opened/`;

async function ask<T>(worker: ServiceWorker, message: Ask): Promise<T> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    const late = setTimeout(() => reject(new NoClipServer("The browser’s service worker does not answer. Load the page again.")), ANSWERS_WITHIN_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(late);
      resolve(data as Answer);
    };
    worker.postMessage(message, [port2]);
  });
  if ("error" in answer) throw new Error(answer.error);
  return answer.value as T;
}

async function running(): Promise<ServiceWorker | null> {
  return (await navigator.serviceWorker?.getRegistration(SCOPE))?.active ?? null;
}

function activated(worker: ServiceWorker): Promise<ServiceWorker> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker.state === "activated") resolve(worker);
      if (worker.state === "redundant") reject(new NoClipServer("The browser could not start the service worker. Load the page again."));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

/** Start the service worker, and let it answer this page where that is one of its pages. Throws where there is none. */
async function start(): Promise<ServiceWorker> {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) throw new NoClipServer(NONE);
  const registration = await serviceWorker.register(workerUrl("/workers/clips.js"), { scope: SCOPE }).catch(() => Promise.reject(new NoClipServer(NONE)));
  const worker = registration.active ?? (registration.waiting ?? registration.installing) as ServiceWorker;
  await activated(worker);
  if (location.pathname.startsWith(SCOPE) && serviceWorker.controller === null) await ask(worker, { ask: "claim" });
  return worker;
}

let started: Promise<ServiceWorker> | null = null;

/** Ask the service worker, which this starts. */
export async function askClipServer<T>(message: Ask): Promise<T> {
  started ??= start().catch((error: unknown) => {
    started = null;
    throw error;
  });
  let worker = await started;
  if (worker.state === "redundant") worker = await (started = start()); // a newer one took its place
  return ask<T>(worker, message);
}

/** Ask the service worker where one runs already; null where none does, or none answers. */
export async function askRunning<T>(message: Ask): Promise<T | null> {
  const worker = await running();
  return worker === null ? null : ask<T>(worker, message).catch(() => null);
}

/** Keep an opening key in memory until the browser, or the person, is away. */
export async function keepKey(key: OpeningKey): Promise<void> {
  await askClipServer({ ask: "keep", key, person });
}

/** The opening key that was chosen before in this session; the service worker is ready from then on. */
export async function keptKey(): Promise<OpeningKey | null> {
  return askClipServer<OpeningKey | null>({ ask: "key", person });
}

/** Forget the opening key; clips that are open stay so. */
export async function forgetKey(): Promise<void> {
  (await running())?.postMessage({ ask: "forget" } satisfies Ask);
}

/** Forget the opening key and all clips, on every page. */
export async function lockClips(): Promise<void> {
  (await running())?.postMessage({ ask: "lock" } satisfies Ask);
}

/** Let what is kept outlast the looks at other pages of the hub, while one of them is open, and no page of another person. */
export function stay(): void {
  const say = async (): Promise<void> => (await running())?.postMessage({ ask: "key", person } satisfies Ask);
  void say();
  setInterval(say, STAY_EVERY_MS);
}
