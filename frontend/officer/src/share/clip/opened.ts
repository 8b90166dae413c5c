/** An opened clip, or its transcode: a URL that a player can seek in, and a full check that runs in the background. */
import { toHex } from "../../../../request/src/encoding";
import { workerUrl } from "../../workers";
import { askClipServer, OPENED_PATH } from "./server";
import { type Ask, type Check, type Checked, type SealedClip, type Told } from "./messages";
import { fileKeyOf } from "../decryption/sealed";
import { part, type Proven } from "../manifest/verify";

/** A part of a clip that can't be given: `at` is the place in the plain bytes. */
export interface Failure {
  readonly rule: string;
  readonly at: number;
}
/** Whether a failure only says that bytes did not come; nothing is proven wrong by it. */
export function isNotServed(rule: string): boolean {
  return rule.startsWith("body_not_served") || rule === "no_page";
}

/** What of a share can be watched: the clip, which is the evidence, and the home's transcode for browsers that can't play it. */
export type Film = "clip" | "preview";

export interface OpenedClip {
  readonly proven: Proven;
  readonly film: Film;
  /** Of its plain bytes, as the manifest signs it. */
  readonly sha256: string;
  /** Where a player gets the plain bytes, with ranges, while this page is open. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Hear of parts that can't be given: a player would only wait for them. */
  onFailure(hear: (failure: Failure) => void): void;
  /** Check every byte, beside the page. Throws the broken rule; only when this is through is the clip verified. */
  verify(progress?: (share: number) => void): Promise<void>;
  /** Check every byte again and return those that were checked. */
  save(progress?: (share: number) => void): Promise<Blob>;
  /** Forget its key: nothing of it is played, checked or gathered any more. */
  close(): void;
}

const opened = new Map<string, { readonly clip: SealedClip; readonly heard: Set<(failure: Failure) => void> }>();
let listens = false;

function listen(): void {
  if (listens) return;
  listens = true;
  navigator.serviceWorker?.addEventListener("message", ({ data, ports }) => {
    const told = data as Told;
    if ("need" in told) {
      ports[0]?.postMessage(opened.get(told.need)?.clip ?? null); // the browser had stopped the worker, or nobody watches it any more
    } else if ("locked" in told) {
      location.assign("/sign-in"); // on another page; who comes next signs in here too
    } else {
      for (const hear of opened.get(told.failed)?.heard ?? []) hear({ rule: told.rule, at: told.at });
    }
  });
  navigator.serviceWorker?.startMessages();
  addEventListener("pagehide", () => {
    for (const id of opened.keys()) rest(id); // a page that comes back from the browser's memory is asked again
  });
}

/** The worker forgets a clip that no page shows. */
function rest(id: string): void {
  navigator.serviceWorker?.controller?.postMessage({ ask: "close", id } satisfies Ask);
}

function check(asked: Check, progress: (share: number) => void, over: AbortSignal): Promise<Blob | null> {
  const worker = new Worker(workerUrl("/workers/checker.js"));
  const checked = new Promise<Blob | null>((resolve, reject) => {
    over.addEventListener("abort", () => reject(new Error("closed")));
    if (over.aborted) reject(new Error("closed"));
    worker.addEventListener("error", () => reject(new Error("body_not_served_checker"))); // its script did not come
    worker.addEventListener("message", ({ data }) => {
      const said = data as Checked;
      if ("progress" in said) progress(said.progress);
      else if ("error" in said) reject(new Error(said.error));
      else resolve(said.blob);
    });
  });
  worker.postMessage(asked);
  return checked.finally(() => worker.terminate());
}

/** Open the clip of a proven share. Throws when no key fits, when its body was cut, or when the hub does not serve it. */
export async function openClip(proven: Proven, key: CryptoKey): Promise<OpenedClip> {
  return openFilm(proven, key, "clip", proven.manifest.clipSha256);
}

/** Open the home's transcode, null where the owner approved none or none was sent. Throws as {@link openClip} does. */
export async function openPreview(proven: Proven, key: CryptoKey): Promise<OpenedClip | null> {
  const { previewSha256 } = proven.manifest;
  if (previewSha256 === null || !proven.share.parts.has("preview")) return null;
  return openFilm(proven, key, "preview", previewSha256);
}

async function openFilm(proven: Proven, key: CryptoKey, film: Film, sha256: string): Promise<OpenedClip> {
  const sealed = part(proven.share, film);
  const fileKey = await fileKeyOf(sealed, key);
  const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const clip = { id, bodyUrl: sealed.bodyUrl, bodyBytes: sealed.bodySizeBytes, fileKey };
  const heard = new Set<(failure: Failure) => void>();
  const over = new AbortController();
  opened.set(id, { clip, heard });
  listen();
  const sizeBytes = await askClipServer<number>({ ask: "open", clip }).catch((error: unknown) => {
    opened.delete(id);
    throw error;
  });
  const checked = async (keep: boolean, progress: (share: number) => void): Promise<Blob | null> =>
    check({ ...clip, clipSha256: sha256, keep }, progress, over.signal).catch((error: Error) => {
      throw film === "preview" && error.message === "clip_differs" ? new Error("preview_differs") : error;
    });
  return {
    proven,
    film,
    sha256,
    url: OPENED_PATH + id,
    sizeBytes,
    onFailure: (hear) => void heard.add(hear),
    verify: async (progress = () => undefined) => void (await checked(false, progress)),
    save: async (progress = () => undefined) => (await checked(true, progress)) ?? new Blob(),
    close: () => {
      over.abort();
      heard.clear();
      opened.delete(id);
      rest(id);
    },
  };
}
