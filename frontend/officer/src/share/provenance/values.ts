/** The values behind each provenance line, exactly as in the signed messages. Pure. */
import { canonical, decode, type Json } from "../../../../request/src/canonical";
import { fromUtf8, toB64, toHex, type Bytes } from "../../../../request/src/encoding";
import type { Recipient } from "../../../../request/src/payload";
import { fingerprintWords } from "../../../../proof/src/words";
import type { Anchored } from "./anchor";
import type { Followed } from "../../../../proof/src/followed";
import type { HomeSignature } from "./home_signature";
import type { ProvenRequest, Signed } from "../../../../proof/src/request";
import type { Envelope } from "../../../../proof/src/dsse";
import type { Value } from "./lines";
import type { FrameRun, Manifest, Span } from "../manifest/manifest";
import { part, type Answer, type Proven } from "../manifest/verify";

const iso = (time: Date): string => time.toISOString();
const rows = (values: readonly string[], none = "none"): string => (values.length === 0 ? none : values.join("\n"));
const spanText = ({ from, until }: Span): string => `${iso(from)} ${iso(until)}`;

function signatures(envelope: Envelope): Value[] {
  return [...envelope.signatures].map(([keyId, signature]) => [`Ed25519 signature by key ${keyId.slice(0, 8)}…`, `keyid ${keyId}\nsig ${toB64(signature)}`]);
}

const payloadOf = (envelope: Envelope): string => fromUtf8(envelope.payload);

/** How many keys a sealed part's header can be opened by. */
export function stanzasOf(header: Bytes): number {
  return fromUtf8(header.map((byte) => (byte < 128 ? byte : 63))).split("\n").filter((line) => line.startsWith("-> ")).length;
}

export function answerValues({ share, manifest }: Proven): Value[] {
  return [
    ["Request id (SHA-256 of its payload)", manifest.requestId],
    ["Share id", manifest.shareId],
    ["Recipients' hash (request, share and manifest agree)", manifest.recipientsSha256],
    ["Share as its home signed it", payloadOf(share.envelope)],
    ...signatures(share.envelope),
  ];
}

export function manifestValues({ share, envelope }: Proven): Value[] {
  return [
    ["One-time key (Ed25519)", toHex(share.oneTimeKey)],
    ["Payload type (DSSE)", envelope.payloadType],
    ...signatures(envelope),
    ["Manifest as it was signed", payloadOf(envelope)],
  ];
}

export function homeValues({ keyId, state }: HomeSignature): Value[] {
  return [["Key id of the home's device key", keyId], ["Named by the hub as an enrolled home's", state === "not_named" ? "no" : "yes"]];
}

export function rangeValues({ from, until, firstFrame, storedMs }: Manifest["ranges"][number]): Value[] {
  return [
    ["From, until (UTC)", `${iso(from)}\n${iso(until)}`],
    ["First frame taken at (UTC)", firstFrame === null ? "null" : iso(firstFrame)],
    ["Shown after the clip's first frame (stored_ms)", String(storedMs)],
  ];
}

export function clockValues({ offsetMs, uncertaintyMs, clockMethod, clockPut }: Manifest): Value[] {
  return [["offset_ms", String(offsetMs)], ["uncertainty_ms", String(uncertaintyMs)], ["method", clockMethod], ["was_put", String(clockPut)]];
}

/** One mask a row, as the manifest has it. */
export function maskValues({ envelope }: Proven): Value[] {
  const { predicate } = decode(envelope.payload) as { predicate: { edits: { masks: Json[] } } };
  return [["Hidden parts: moments, and corners in ten-thousandths of the picture", rows(predicate.edits.masks.map((mask) => canonical(mask)))]];
}

export const strayValues = (strays: readonly string[]): Value[] => [["Found in the file beside what playing needs", rows(strays)]];

export const gapValues = ({ gaps }: Manifest): Value[] => [["Gaps: from, until (UTC)", rows(gaps.map(spanText))]];

function runText({ first, count, kind, slicesSha256 }: FrameRun): string {
  return `${first}–${first + count - 1} ${kind === "copied" ? `slices copied sha256 ${slicesSha256}` : "re-encoded"}`;
}

/** The frames of one kind, in the order of the file; counted from 0. */
export function frameValues({ frames }: Manifest, kind: FrameRun["kind"]): Value[] {
  return [["Frames in the file, counted from 0", rows(frames.filter((run) => run.kind === kind).map(runText))]];
}

export function sourceValues({ segments }: Manifest): Value[] {
  return [["Recorded files: from, until (UTC), sha256", rows(segments.map((each) => `${spanText(each)} ${each.sha256}`))]];
}

export const softwareValues = ({ software }: Manifest): Value[] => [...software];

export function clipValues({ share, manifest }: Proven): Value[] {
  const sealed = (name: string): Value[] => {
    const { bodySha256, bodySizeBytes } = part(share, name);
    return [[`Sealed ${name}: sha256, bytes`, `${bodySha256}\n${bodySizeBytes}`]];
  };
  return [
    ["Clip before it was sealed: sha256", manifest.clipSha256],
    ...(manifest.previewSha256 === null ? [] : ([["Transcode before it was sealed: sha256", manifest.previewSha256]] as Value[])),
    ...[...share.parts.keys()].flatMap(sealed),
  ];
}

/** Whom a share is sealed to: all that its request names, or, where its owner flagged it, those but the officer. */
export function recipientsOf({ request: { recipients } }: ProvenRequest, { custodiansOnly }: Answer): readonly Recipient[] {
  return custodiansOnly ? recipients.filter(({ role }) => role !== "officer") : recipients;
}

export function recipientValues(proven: ProvenRequest, share: Answer): Value[] {
  return [
    ["Recipients' hash", share.recipientsSha256],
    ["Recipients: id, role, age key", recipientsOf(proven, share).map((each) => `${each.recipientId} ${each.role} ${each.ageRecipient}`).join("\n")],
    ["Keys that open each sealed part", [...share.parts].map(([name, { header }]) => `${name} ${stanzasOf(header)}`).join("\n")],
    ["Directory's serial", String(proven.directory.serial)],
  ];
}

export function signedValues({ person, credential, assertion }: Signed): Value[] {
  return [
    ["Person, badge, roles", `${person.id}\n${person.badge}\n${person.roles.join(" ")}`],
    ["Credential id", credential.id],
    ["Public key", `${credential.algorithm === -7 ? "ES256" : "EdDSA"} ${toHex(credential.publicKey)}`],
    ["Signer's page", `${credential.origin} (${credential.rpId})`],
    ["Bound to one device; attestation", `${credential.deviceBound ? "yes" : "no"}; ${credential.attestation}`],
    ["Client data as signed", fromUtf8(assertion.clientData)],
    ["Authenticator data", toHex(assertion.authenticatorData)],
    ["Signature", toHex(assertion.signature)],
  ];
}

export const requestValues = (proven: ProvenRequest): Value[] => [["Request as it was signed", proven.payload]];

export function logValues({ logged, record }: ProvenRequest, followed: Followed): Value[] {
  const { checkpoint } = logged;
  return [
    ["Entry", String(logged.index)],
    ["Entry as the log has it", logged.leaf],
    ["Entries when the log signed; root hash", `${checkpoint.size}\n${checkpoint.rootSha256}`],
    ["Proof: hashes from the entry to the root", rows(logged.hashes)],
    ["Log's name and key", `${record.log.origin}\n${toHex(record.log.publicKey)}`],
    ["Checkpoint as it was signed", checkpoint.note],
    ["Others who signed it", rows(checkpoint.others, "nobody")],
    ["Live statement: number, issued at", `${followed.liveSequence}\n${iso(followed.liveIssuedAt)}`],
    ["Live statement's checkpoint, which homes follow", followed.checkpoint.note],
    ["City record in force: serial, log's name and key", `${followed.record.serial}\n${followed.record.log.origin}\n${toHex(followed.record.log.publicKey)}`],
    ["This browser has known this log key since", followed.known.since],
  ];
}

export function cityValues(proven: ProvenRequest): Value[] {
  const { record, directory } = proven;
  const valid = ({ issuedAt, expiresAt }: { issuedAt: Date; expiresAt: Date }): string => `${iso(issuedAt)}\n${iso(expiresAt)}`;
  return [
    ["The city's words", fingerprintWords(proven.rootSha256)],
    ["Root key: sha256", proven.rootSha256],
    ["Known to this browser since", proven.rootKnownSince === null ? "now" : iso(proven.rootKnownSince)],
    ["City record: serial, sha256", `${record.serial}\n${proven.recordSha256}`],
    ["City record: valid from, until", valid(record)],
    ["Directory keys", record.directoryKeys.map((each) => `${toHex(each.publicKey)} ${each.label}`).join("\n")],
    ["Directory: serial, sha256", `${directory.serial}\n${proven.directorySha256}`],
    ["Directory: valid from, until", valid(directory)],
  ];
}

export function anchorValues(anchored: Anchored): Value[] {
  if (anchored.state === "refused") return [];
  const { payload, sha256 } = anchored.received;
  const receipt: Value[] = [["Receipt as the hub wrote it", payload], ["Receipt's envelope: sha256", sha256]];
  if (anchored.state !== "sealed") return receipt;
  const { content, receipts, entry } = anchored.sealed;
  return [
    ...receipt,
    ["The day as the hub sealed it", content],
    ["Receipts of that day in the whole agency", String(receipts)],
    ["Entry", String(entry.index)],
    ["Entry as the log has it", entry.leaf],
    ["Proof: hashes from the entry to the root", rows(entry.hashes)],
  ];
}
