/**
 * Picks what to show: the clip, or the home's transcode when the browser can't play the clip. The manifest signs both
 * digests. The clip is the evidence: a transcode that fails a check isn't shown and proves nothing about the clip.
 */
import { isNotServed, openPreview, type OpenedClip } from "./opened";

const SHOWS_WITHIN_MS = 10_000; // a slow hub's first picture; the transcode is the smaller one then

type Refuse = (rule: string) => void;

/** Whether the browser shows a picture of a film; one that can't may say so, or play the sound alone. */
async function shows(film: OpenedClip): Promise<boolean> {
  const video = document.createElement("video");
  [video.muted, video.preload] = [true, "auto"];
  try {
    return await new Promise<boolean>((resolve) => {
      video.addEventListener("loadeddata", () => resolve(video.videoWidth > 0));
      video.addEventListener("error", () => resolve(false));
      setTimeout(() => resolve(false), SHOWS_WITHIN_MS);
      video.src = film.url;
    });
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}

/**
 * The film to show: the clip itself, also where there is no other, else its transcode; null where that is refused, and
 * `refuse` hears why. Throws `body_not_served_…`.
 */
export async function filmOf(clip: OpenedClip, key: CryptoKey, refuse: Refuse): Promise<OpenedClip | null> {
  if (clip.proven.manifest.previewSha256 === null || (await shows(clip))) return clip;
  try {
    return (await openPreview(clip.proven, key)) ?? clip;
  } catch (error) {
    const rule = (error as Error).message;
    if (isNotServed(rule)) throw error;
    refuse(rule);
    return null;
  }
}

/**
 * Check what is seen, and then the clip, each to its end; `progress` is of both. A transcode that fails is told to
 * `refuse`, and the clip is checked all the same. Throws the rule that the clip breaks, and `body_not_served_…` of either.
 */
export async function verifyAll(clip: OpenedClip, film: OpenedClip | null, progress: (share: number) => void, refuse: Refuse): Promise<void> {
  const transcode = film === null || film === clip ? null : film;
  const whole = clip.sizeBytes + (transcode?.sizeBytes ?? 0);
  let before = 0;
  if (transcode !== null) {
    await transcode.verify((share) => progress((share * transcode.sizeBytes) / whole)).catch((error: Error) => {
      if (isNotServed(error.message) || error.message === "closed") throw error;
      refuse(error.message);
    });
    before = transcode.sizeBytes;
  }
  await clip.verify((share) => progress((before + share * clip.sizeBytes) / whole));
}
