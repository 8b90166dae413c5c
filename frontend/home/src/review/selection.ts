// What the owner chose for one camera, and whether a clip is exactly that. Pure.
import { type Drawn, drawn, sameMasks } from "../masks/shapes";
import type { Case, Clip, FootageRequest } from "../api/model";
import { bounds, type Parts, sameRanges } from "./ranges";
import { canLook } from "../cases/state";

export interface Selection {
  parts: Parts;
  masks: readonly Drawn[];
  audio: boolean;
  included: boolean;
}

export function firstSelection(request: FootageRequest, item: Case, audio: boolean): Selection {
  const { clip } = item;
  const ranges = clip?.ranges.map(({ from, until }) => ({ from: new Date(from), until: new Date(until) })) ?? [bounds(request, item)];
  return { parts: { ranges, active: 0 }, masks: drawn(clip?.masks ?? []), audio: clip ? clip.audio === "kept" : audio, included: true };
}

/** Whether this clip is exactly what was chosen: only then can it be shared. */
export function isCurrent(clip: Clip | null, { parts, masks, audio }: Selection): clip is Clip {
  if (clip === null) return false;
  const sameSound = clip.audio === "absent" || (clip.audio === "kept") === audio;
  return sameSound && sameRanges(parts.ranges, clip.ranges) && sameMasks(masks, clip.masks);
}

/** Whether a question about this clip is still the right one: nobody decided, cut anew or ended it meanwhile. */
export function isAsAsked(request: FootageRequest, caseId: string, clipSha256: string): boolean {
  return request.refused === null && request.cases.some((item) => item.case_id === caseId && canLook(item) && item.clip?.clip_sha256 === clipSha256);
}
