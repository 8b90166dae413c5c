/** What was proven about a clip, in words: each line is a fact that was checked. */
import { both, duration } from "../../../../request/src/times";
import { sizeWords } from "../../sizes";
import type { Line } from "./lines";
import type { Manifest } from "../manifest/manifest";
import { askedLines, homeLines, type Asked } from "./request_lines";
import { answerValues, clipValues, clockValues, frameValues, gapValues, manifestValues, maskValues, rangeValues, softwareValues, sourceValues, strayValues } from "./values";
import type { Proven } from "../manifest/verify";

const UNSURE_MS = 2_000; // more than anybody needs to tell two events apart
const UNKNOWN_MS = 3_600_000; // a home states it where nothing bounds the error
const BY_OWNER = "owner"; // of a file that the owner added: no clock of the home has a part in it

/** Never surer than was stated: rounded up. */
function clockWords({ offsetMs, uncertaintyMs, clockMethod: method, clockPut }: Manifest): string {
  const by = { rtcp: "from the stream's own reports", arrival: "by arrival", source: "by the source", owner: "by the owner" }[method];
  const unsure = `± ${(Math.ceil(uncertaintyMs / 100) / 10).toFixed(1)} s, measured ${by ?? method}.`;
  const off = (Math.abs(offsetMs) / 1000).toFixed(1);
  if (clockPut) return `The camera’s clock was changed while this was recorded, and was up to ${off} s off. The times here are UTC all along, ${unsure}`;
  return `Camera time ${offsetMs < 0 ? "−" : "+"} ${off} s is UTC, ${unsure}`;
}

function clockLine(manifest: Manifest): Line {
  const { uncertaintyMs, clockMethod: method } = manifest;
  const values = clockValues(manifest);
  if (uncertaintyMs >= UNKNOWN_MS && method !== BY_OWNER) {
    const text = "No time service set the home's clock, or that of its recorder. The times may be an hour wrong, or more.";
    return { mark: "warn", name: "Nothing vouches for the times", text, values };
  }
  return { mark: uncertaintyMs > UNSURE_MS || manifest.clockPut ? "warn" : "ok", name: "Clock", text: clockWords(manifest), values };
}

const clipTime = (ms: number): string => `${Math.floor(ms / 60_000)}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, "0")}`;

function rangeLines({ manifest: { ranges } }: Proven, timeZone: string): Line[] {
  const several = ranges.length > 1;
  return ranges.map((range, index) => {
    const { from, until, storedMs } = range;
    const where = storedMs === null ? " Nothing was recorded." : several ? ` From ${clipTime(storedMs)} in the clip.` : "";
    const name = several ? `Range ${index + 1} of ${ranges.length}` : "Range";
    return { mark: "ok" as const, name, text: `${both(from, timeZone, true)} to ${both(until, timeZone, true)}, ${duration(from, until)}.${where}`, values: rangeValues(range) };
  });
}

function maskLine(proven: Proven): Line[] {
  const { manifest } = proven;
  if (manifest.masks === 0) return [];
  const name = manifest.masks === 1 ? "One part of the picture is hidden" : `${manifest.masks} parts of the picture are hidden`;
  const moving = manifest.movingMasks === 0 ? "" : manifest.masks === 1 ? " It moves." : ` ${manifest.movingMasks} of them ${manifest.movingMasks === 1 ? "moves" : "move"}.`;
  return [{ mark: "warn", name, text: `Blacked out by the owner in every frame, and nowhere else in the file.${moving}`, values: maskValues(proven) }];
}

function editLines(proven: Proven): Line[] {
  const { manifest } = proven;
  const lines = maskLine(proven);
  if (manifest.encodedFrames > 0) {
    const why = manifest.masks > 0 ? "For what is hidden." : manifest.copiedFrames > 0 ? "Where the cut begins or ends." : "This recording can't be cut by copying.";
    lines.push({ mark: "warn", name: `${manifest.encodedFrames} frames re-encoded at home`, text: why, values: frameValues(manifest, "encoded") });
  }
  if (manifest.copiedFrames > 0) {
    lines.push({ mark: "ok", name: `${manifest.copiedFrames} frames copied as recorded`, text: "Not a bit of these pictures was changed at home.", values: frameValues(manifest, "copied") });
  }
  return lines;
}

const TEST_CARD: Line = {
  mark: "warn",
  name: "A test card of an exercise",
  text: "Made at home. Nothing of a recording is in it, so nothing is said of a camera’s clock, of gaps or of originals.",
};

const FLAGGED: Line = {
  mark: "warn",
  name: "Flagged by the owner",
  text: "A child or something intimate may be seen. The owner sealed it to the custodians and the recovery key alone, not to the officer who asked.",
};

/** What is known before the clip itself was opened. `asked` is null where the page has no way to the request's signatures. */
export function manifestLines(proven: Proven, timeZone: string, asked: Asked | null = null): Line[] {
  const { share, manifest } = proven;
  const to = share.custodiansOnly ? "Sealed to its custodians alone." : "Sealed to the recipients that it names.";
  return [
    ...(share.custodiansOnly ? [FLAGGED] : []),
    { mark: "ok", name: "Answers this request", text: `${to} Request ${manifest.requestId.slice(0, 12)}…`, values: answerValues(proven) },
    ...(asked === null ? [] : askedLines(asked, proven, timeZone)),
    { mark: "ok", name: "Manifest signed by the share’s own key", text: manifest.named ? "Shared under the home’s name." : "Pseudonymous: no name was given.", values: manifestValues(proven) },
    ...homeLines(asked, proven),
    ...rangeLines(proven, timeZone),
    ...(manifest.testCard ? [TEST_CARD] : recordingLines(proven, timeZone)),
    softwareLine(manifest),
  ];
}

function softwareLine(manifest: Manifest): Line {
  const names = [...manifest.software].map(([name, version]) => `${name} ${version}`);
  return { mark: "ok", name: "Made by", text: names.length === 0 ? "The home names no software." : `${names.join(", ")}.`, values: softwareValues(manifest) };
}

function sourceLine(manifest: Manifest): Line {
  const files = manifest.segments.length === 1 ? "One recorded file" : `${manifest.segments.length} recorded files`;
  return { mark: "ok", name: `${files} at home`, text: "Each has its digest from when it was closed, so that an original can be known again.", values: sourceValues(manifest) };
}

function gapLine(manifest: Manifest, timeZone: string): Line {
  const { gaps } = manifest;
  if (gaps.length === 0) {
    return { mark: "ok", name: "No gap", text: manifest.ranges.length === 1 ? "Nothing is missing inside the range." : "Nothing is missing inside the ranges." };
  }
  const each = gaps.map((gap) => `${both(gap.from, timeZone, true)}, ${((gap.until.getTime() - gap.from.getTime()) / 1000).toFixed(1)} s`);
  return { mark: "warn", name: gaps.length === 1 ? "One gap" : `${gaps.length} gaps`, text: each.join("; "), values: gapValues(manifest) };
}

function recordingLines(proven: Proven, timeZone: string): Line[] {
  const { manifest } = proven;
  return [
    clockLine(manifest),
    gapLine(manifest, timeZone),
    ...editLines(proven),
    sourceLine(manifest),
    { mark: "warn", name: "Nothing before the recorder is proven", text: "The camera does not sign its frames." },
    manifest.sourcesKeptUntil === null
      ? { mark: "warn", name: "Originals not kept", text: "The owner keeps no source recordings." }
      : { mark: "ok", name: "Originals kept by the owner", text: `Until ${both(manifest.sourcesKeptUntil, timeZone)}.` },
  ];
}

export const clipLine = (proven: Proven, sizeBytes: number): Line => ({
  mark: "ok",
  name: "The bytes are those that the owner approved",
  text: `${sizeWords(sizeBytes)}, sha256 ${proven.manifest.clipSha256}`,
  values: clipValues(proven),
});

/** Of the file itself, once its bytes are verified; null of one whose tables can't be read. */
export function strippedLine({ manifest }: Proven, strays: readonly string[] | null): Line {
  if (strays === null) return { mark: "warn", name: "What else is in the file is not known", text: "Its tables can’t be read here." };
  if (strays.length > 0) {
    return { mark: "warn", name: "More is in the file than a home puts there", text: "Look at what it is before the file is passed on.", values: strayValues(strays) };
  }
  const sound = { removed: "The sound was taken out.", kept: "The sound was left in.", absent: "No sound was recorded." }[manifest.audio];
  const rest = "No place, serial number, name or date is in the file, and no picture that players hide.";
  return { mark: "ok", name: "Stripped", text: `${sound} ${rest}`, values: strayValues(strays) };
}

export const pendingLine = (sizeBytes: number): Line => ({
  mark: "warn",
  name: "Not verified yet",
  text: `All ${sizeWords(sizeBytes)} are being checked. Until that is done, nothing says that this is what the owner approved.`,
});

/** What is said of the film that is shown, where that is not the clip itself. */
export const transcodeLines = (film: { readonly film: string; readonly sha256: string } | null): Line[] =>
  film?.film !== "preview" ? [] : [{ mark: "warn", name: "You see the home’s transcode", text: `Made at home for browsers that can’t play HEVC; its pictures are not the recording’s own. The evidence is the clip. sha256 ${film.sha256}` }];

const REFUSALS: Record<string, string> = {
  chunk_broken: "A part of the sealed file is damaged, or was altered.",
  body_cut: "The sealed file is shorter than the owner’s share says.",
  body_size: "The sealed file has a length that none can have.",
  body_differs: "The sealed file is not the one of the owner’s share.",
  drill_differs: "The clip is a test card although its request is no exercise, or it is none although the request is one.",
  clip_differs: "The clip is not the one that the owner approved.",
  preview_differs: "The transcode is not the one that the owner approved.",
};

/** A broken rule in words. */
export function refusedWords(rule: string): string {
  const words = REFUSALS[rule];
  return words === undefined ? rule : `${words} (${rule})`;
}

export function refusedLine(rule: string, at: number | null = null): Line {
  const where = at === null ? "" : ` From ${sizeWords(at)} on it can’t be opened.`;
  const words = REFUSALS[rule];
  return { mark: "no", name: "A check failed", text: words === undefined ? rule : `${words}${where} (${rule})` };
}
