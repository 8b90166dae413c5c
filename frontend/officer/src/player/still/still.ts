/** Saves the decoded frame as a still, with its time, clip, and number in the file's name and content. */
import { sha256Hex, type Bytes } from "../../../../request/src/encoding";
import { post } from "../../page";
import { save } from "../../save";
import type { ClipPlayer } from "../clip_player";
import { withText } from "./png";
import { KEYWORD, stillName, stillText, type StillFacts } from "./facts";

export interface Still {
  readonly facts: StillFacts;
  readonly name: string;
  readonly sha256: string;
  readonly picture: Blob;
}

async function decoded(player: ClipPlayer): Promise<{ frame: number | null; png: Bytes }> {
  const picture = new VideoFrame(player.video);
  try {
    const frame = player.numberOf(picture); // at once: no other picture comes between
    const canvas = new OffscreenCanvas(picture.displayWidth, picture.displayHeight);
    canvas.getContext("2d")!.drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    return { frame, png: new Uint8Array(await blob.arrayBuffer()) };
  } finally {
    picture.close();
  }
}

/**
 * Save the picture that is shown, after the hub wrote down that it was taken. Throws where the browser can't say which
 * picture it is, or the hub refuses; then nothing is saved.
 */
export async function takeStill(player: ClipPlayer, shareId: string, verified: boolean): Promise<Still> {
  await player.rest();
  const { frames, time: clipTime, clip } = player;
  const { frame, png } = await decoded(player);
  if (frames === null || frame === null) throw new Error("This browser doesn’t say which frame it shows. Nothing was saved.");
  const facts: StillFacts = {
    shareId,
    clipSha256: clip.proven.manifest.clipSha256,
    previewSha256: clip.film === "preview" ? clip.sha256 : null,
    frame: frame + 1,
    frames: frames.count,
    trueMs: clipTime.trueMs(frames.at(frame)),
    unsureMs: clipTime.unsureMs,
    verified,
  };
  const whole = withText(png, KEYWORD, stillText(facts));
  const sha256 = await sha256Hex(whole);
  await post(`/api/shares/${shareId}/stills`, { sha256, clip_sha256: facts.clipSha256, preview_sha256: facts.previewSha256, frame: facts.frame, verified });
  const still = { facts, name: stillName(facts), sha256, picture: new Blob([whole], { type: "image/png" }) };
  save(still.picture, still.name);
  return still;
}
