/** Saves a clip decrypted: confirm with the passkey and let the hub record it before any byte is gathered. */
import { sha256Hex } from "../../../../request/src/encoding";
import { postFresh } from "../../fresh";
import { find } from "../../page";
import { save } from "../../save";
import type { OpenedClip } from "./opened";
import type { Proven } from "../manifest/verify";

const SAVED_MOST_BYTES = 4_000_000_000; // the browser gathers it before it is saved

async function told(shareId: string, part: "clip" | "manifest", sha256: string): Promise<void> {
  await postFresh(`/api/shares/${shareId}/saves`, "share.save", shareId, { part, sha256 });
}

/** Save the clip itself, every byte of it checked once more; a transcode is never saved. */
export async function saveClip(clip: OpenedClip): Promise<void> {
  const { shareId } = clip.proven.share;
  if (clip.sizeBytes > SAVED_MOST_BYTES) throw new Error("This clip is too large to be saved here. Open it with milton-hub open.");
  await told(shareId, "clip", clip.sha256);
  const bar = find<HTMLProgressElement>("#progress");
  bar.hidden = false;
  const blob = await clip.save((share) => (bar.value = share)).finally(() => (bar.hidden = true));
  save(blob, `share-${shareId}.mp4`);
}

export async function saveManifest({ share: { shareId }, manifestBytes }: Proven): Promise<void> {
  await told(shareId, "manifest", await sha256Hex(manifestBytes));
  save(new Blob([manifestBytes], { type: "application/json" }), `share-${shareId}.manifest.json`);
}
