/** The facts of a still, as its file name and its embedded text state them. Pure. */
import { canonical } from "../../../../request/src/canonical";
import { shortName } from "../../share/short_name";

/** What is said of a picture. `previewSha256` is there where it is one of the home's transcode of the clip; `frame` is counted from 1; `unsureMs` is null where nothing vouches for the time. */
export interface StillFacts {
  readonly shareId: string;
  readonly clipSha256: string;
  readonly previewSha256: string | null;
  readonly frame: number;
  readonly frames: number;
  readonly trueMs: number;
  readonly unsureMs: number | null;
  readonly verified: boolean;
}
export const KEYWORD = "Milton Share still";

const time = (facts: StillFacts): string => new Date(facts.trueMs).toISOString();

/** What stands in the picture's file beside its pixels. */
export function stillText(facts: StillFacts): string {
  return canonical({
    type: "milton/still",
    version: 1,
    share_id: facts.shareId,
    clip_sha256: facts.clipSha256,
    preview_sha256: facts.previewSha256,
    frame: facts.frame,
    frames: facts.frames,
    time: time(facts),
    uncertainty_ms: facts.unsureMs,
    clip_verified: facts.verified,
  });
}

export function stillName(facts: StillFacts): string {
  const stamp = time(facts).replaceAll("-", "").replaceAll(":", "");
  const unsure = facts.unsureMs === null ? "unsure" : `pm${facts.unsureMs}ms`;
  const of = facts.previewSha256 === null ? "clip" : "transcode-of-clip";
  return `share-${shortName(facts.shareId)}-frame-${facts.frame}-${stamp}-${unsure}-${of}-${facts.clipSha256.slice(0, 16)}.png`;
}
