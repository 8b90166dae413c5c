/** Parses the manifest's statement strictly (docs/protocol.md section 10). */
import { Fields } from "../../../../request/src/fields";
import type { Json } from "../../../../request/src/canonical";
import type { Point } from "../../../../request/src/geometry";

export interface Span {
  readonly from: Date;
  readonly until: Date;
}
/** A part of time; its first frame is shown `storedMs` after the clip's first. Null where nothing was recorded. */
export interface StoredRange extends Span {
  readonly firstFrame: Date | null;
  readonly storedMs: number | null;
}
/** Where a camera stands and looks, where its owner said so; `headingDeg` is clockwise from north. */
export interface CameraView {
  readonly position: Point;
  readonly headingDeg: number;
  readonly fieldOfViewDeg: number;
  readonly rangeM: number;
}
/** A recorded file that pictures were taken from; its digest was taken when it was closed. */
export interface Segment extends Span {
  readonly sha256: string;
}
/** Pictures in a row that came into the clip the same way; the digest is over what was copied, null where nothing was. */
export interface FrameRun {
  readonly first: number;
  readonly count: number;
  readonly kind: "copied" | "encoded";
  readonly slicesSha256: string | null;
}
export interface Manifest {
  readonly clipSha256: string;
  readonly shareId: string;
  readonly requestId: string;
  readonly recipientsSha256: string;
  readonly cameraLabel: string;
  readonly view: CameraView | null;
  readonly ranges: readonly StoredRange[];
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly clockMethod: string;
  /** The camera's clock was put within the clip: the offset is the greatest. */
  readonly clockPut: boolean;
  readonly gaps: readonly Span[];
  readonly audio: "kept" | "removed" | "absent";
  readonly masks: number;
  readonly movingMasks: number;
  readonly segments: readonly Segment[];
  readonly frames: readonly FrameRun[];
  readonly copiedFrames: number;
  readonly encodedFrames: number;
  readonly previewSha256: string | null;
  readonly software: ReadonlyMap<string, string>;
  readonly sourcesKeptUntil: Date | null;
  readonly named: boolean;
  /** Made for an exercise: nothing of a recording is in it. */
  readonly testCard: boolean;
}

const STATEMENT = "https://in-toto.io/Statement/v1";
const PREDICATE = "https://milton-share.example/manifest/v1";
const SOFTWARE_MOST = 16;
const FRAMES_MOST = 2 ** 31; // years of pictures: their sum stays a safe integer
const CLOCK_MOST = 2 ** 43;
const [LAT_MOST_E7, LON_MOST_E7] = [900_000_000, 1_800_000_000];
const MASK_UNIT = 10_000; // corners are in ten-thousandths of the picture

function span(value: Json | Fields): Span {
  const fields = value instanceof Fields ? value : new Fields(value);
  const result = { from: fields.timeMs("from"), until: fields.timeMs("until") };
  fields.done();
  if (result.until <= result.from) throw new Error("wrong_period");
  return result;
}

function readRange(item: Json): StoredRange {
  const fields = new Fields(item);
  const first = fields.optionalText("first_frame", 24);
  const stored = fields.json("stored_ms");
  const from = fields.timeMs("from");
  const until = fields.timeMs("until");
  fields.done();
  const firstFrame = first === null ? null : new Fields({ first }).timeMs("first");
  const storedMs = stored === null ? null : new Fields({ stored }).integer("stored", 0, Number.MAX_SAFE_INTEGER);
  if (until <= from) throw new Error("wrong_period");
  if ((firstFrame === null) !== (storedMs === null)) throw new Error("wrong_type: stored_ms");
  if (firstFrame !== null && !(from <= firstFrame && firstFrame < until)) throw new Error("out_of_bounds: first_frame");
  return { from, until, firstFrame, storedMs };
}

function readRanges(items: readonly Json[]): StoredRange[] {
  const ranges = items.map(readRange);
  ranges.reduce((before, range) => {
    if (range.from < before.until) throw new Error("not_sorted: ranges");
    return range;
  });
  return ranges;
}

function subjectDigest(statement: Fields): string {
  const subject = new Fields(statement.items("subject", 1, 1)[0]);
  const digest = subject.child("digest");
  const sha256 = digest.hex("sha256", 64);
  if (subject.text("name", 80) !== "clip.mp4") throw new Error("unknown_type");
  digest.done();
  subject.done();
  return sha256;
}

function readSegment(item: Json): Segment {
  const fields = new Fields(item);
  const sha256 = fields.hex("sha256", 64);
  return { sha256, ...span(fields) };
}

function readRun(item: Json): FrameRun {
  const fields = new Fields(item);
  const kind = fields.choice("kind", ["copied", "encoded"]);
  const run = {
    kind,
    first: fields.integer("first", 0, Number.MAX_SAFE_INTEGER),
    count: fields.integer("count", 1, FRAMES_MOST),
    slicesSha256: kind === "copied" ? fields.hex("slices_sha256", 64) : null,
  };
  if (kind === "encoded" && fields.json("slices_sha256") !== null) throw new Error("out_of_bounds: slices_sha256");
  fields.done();
  return run;
}

const countOf = (runs: readonly FrameRun[], kind: FrameRun["kind"]): number => runs.reduce((sum, run) => sum + (run.kind === kind ? run.count : 0), 0);

function readSoftware(names: readonly string[], fields: Fields): ReadonlyMap<string, string> {
  if (names.length > SOFTWARE_MOST) throw new Error("out_of_bounds: software");
  const software = new Map(names.map((name) => [name, fields.text(name, 80)]));
  fields.done();
  return software;
}

function readView(value: Json): CameraView | null {
  if (value === null) return null;
  const fields = new Fields(value);
  const [latE7, lonE7] = fields.items("position", 2, 2);
  const position = new Fields({ latE7: latE7 as Json, lonE7: lonE7 as Json });
  const view = {
    position: { latE7: position.integer("latE7", -LAT_MOST_E7, LAT_MOST_E7), lonE7: position.integer("lonE7", -LON_MOST_E7, LON_MOST_E7) },
    headingDeg: fields.integer("heading_deg", 0, 359),
    fieldOfViewDeg: fields.integer("field_of_view_deg", 1, 360),
    rangeM: fields.integer("range_m", 1, 500),
  };
  fields.done();
  return view;
}

function readCamera(camera: Fields): { label: string; view: CameraView | null } {
  const label = camera.text("label", 80);
  const view = readView(camera.json("view"));
  camera.done();
  return { label, view };
}

function readClock(clock: Fields): Pick<Manifest, "offsetMs" | "uncertaintyMs" | "clockMethod" | "clockPut"> {
  const result = {
    offsetMs: clock.integer("offset_ms", -CLOCK_MOST, CLOCK_MOST),
    uncertaintyMs: clock.integer("uncertainty_ms", 0, CLOCK_MOST),
    clockMethod: clock.choice("method", ["rtcp", "arrival", "source", "owner"]),
    clockPut: clock.boolean("was_put"),
  };
  clock.done();
  return result;
}

function readCorner(value: Json): void {
  const isPlace = (number: Json): boolean => typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= MASK_UNIT;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isPlace)) throw new Error("out_of_bounds: corners");
}

/** Returns whether the mask moves. */
function readMask(item: Json): boolean {
  const mask = new Fields(item);
  const keys = mask.items("keys", 1, 64).map((value) => {
    const key = new Fields(value);
    const corners = key.items("corners", 3, 16);
    corners.forEach(readCorner);
    const result = { at: key.timeMs("at").getTime(), corners };
    key.done();
    return result;
  });
  mask.done();
  keys.reduce((before, key) => {
    if (key.at <= before.at) throw new Error("not_sorted: keys");
    if (key.corners.length !== before.corners.length) throw new Error("out_of_bounds: corners");
    return key;
  });
  return new Set(keys.map((key) => JSON.stringify(key.corners))).size > 1;
}

function readEdits(edits: Fields): { audio: Manifest["audio"]; masks: number; movingMasks: number } {
  const audio = edits.choice("audio", ["kept", "removed", "absent"]);
  const moves = edits.items("masks", 0, 32).map(readMask);
  edits.done();
  return { audio, masks: moves.length, movingMasks: moves.filter(Boolean).length };
}

/** Whether anything is said that only a clip of recordings has. */
function saysOfRecordings(manifest: Manifest): boolean {
  const counts = [manifest.segments.length, manifest.gaps.length, manifest.masks, manifest.copiedFrames, manifest.offsetMs, manifest.uncertaintyMs];
  return counts.some((count) => count !== 0) || manifest.clockPut || manifest.audio !== "absent" || manifest.previewSha256 !== null || manifest.sourcesKeptUntil !== null;
}

export function readManifest(json: Json): Manifest {
  const statement = new Fields(json);
  if (statement.text("_type", 80) !== STATEMENT || statement.text("predicateType", 120) !== PREDICATE) {
    throw new Error("unknown_type");
  }
  const clipSha256 = subjectDigest(statement);
  const predicate = statement.child("predicate");
  statement.done();
  predicate.version();
  const camera = readCamera(predicate.child("camera"));
  const frames = predicate.items("frames", 1, 10_000).map(readRun);
  const kept = predicate.optionalText("sources_kept_until", 24);
  const versions = predicate.json("software");
  const software = readSoftware(Object.keys(versions ?? {}), new Fields(versions));
  const manifest: Manifest = {
    clipSha256,
    shareId: predicate.hex("share_id", 32),
    requestId: predicate.hex("request_id", 64),
    recipientsSha256: predicate.hex("recipients_sha256", 64),
    cameraLabel: camera.label,
    view: camera.view,
    ranges: readRanges(predicate.items("ranges", 1, 16)),
    ...readClock(predicate.child("clock")),
    gaps: predicate.items("gaps", 0, 1000).map(span),
    ...readEdits(predicate.child("edits")),
    segments: predicate.items("segments", 0, 10_000).map(readSegment),
    frames,
    copiedFrames: countOf(frames, "copied"),
    encodedFrames: countOf(frames, "encoded"),
    previewSha256: predicate.optionalText("preview_sha256", 64),
    software,
    sourcesKeptUntil: kept === null ? null : new Fields({ kept }).time("kept"),
    named: predicate.boolean("named"),
    testCard: predicate.boolean("test_card"),
  };
  predicate.done();
  if (manifest.testCard && saysOfRecordings(manifest)) throw new Error("out_of_bounds: test_card");
  return manifest;
}
