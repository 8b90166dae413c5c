/**
 * The messages of one share (docs/protocol.md sections 10 and 11), made and signed in this browser.
 *
 * All of a share's secrets come of one key of 128 random bits, which the receipt has on paper: whoever holds it reads the
 * share's receipts and takes it back, from any device. Each share has a new one, so nothing links two of them.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 as sha256Now } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";
import { sign, signedEnvelope, type SigningKey } from "../../../proof/src/dsse";
import { canonical, type Json } from "../../../request/src/canonical";
import { sha256Hex, toB64, utf8, type Bytes } from "../../../request/src/encoding";
import type { Recipient } from "../../../request/src/payload";

const SECRET_BYTES = 32;
const ID_CHARS = 32;
export const SHARE_KEY_HEADER = "Milton-Share-Key";

export interface ShareKeys {
  readonly shareId: string;
  readonly oneTime: SigningKey;
  /** age's, to open receipts with. */
  readonly identity: string;
  readonly receiptRecipient: string;
}
export interface SealedPart {
  readonly name: "clip" | "manifest";
  readonly header: Bytes;
  readonly bodySha256: string;
  readonly bodySizeBytes: number;
}
/** What is said of the clip; times are the recorder's, as its owner put them right. */
export interface ClipFacts {
  readonly label: string;
  readonly sha256: string;
  readonly slicesSha256: string;
  readonly frames: number;
  readonly from: Date;
  readonly until: Date;
  readonly uncertaintyMs: number;
  readonly hasSound: boolean;
}
export interface Answered {
  readonly requestId: string;
  readonly recipients: readonly Recipient[];
}

const secret = (key: string, of: string): Bytes => hkdf(sha256Now, utf8(key), undefined, utf8(`milton/answer/v1/${of}`), SECRET_BYTES) as Bytes;

/** What a share's printed key opens. */
export async function shareKeys(key: string): Promise<ShareKeys> {
  const seed = secret(key, "one-time");
  const oneTime = { secret: seed, public: ed25519.getPublicKey(seed) as Bytes };
  const identity = bech32.encodeFromBytes("AGE-SECRET-KEY-", secret(key, "receipts")).toUpperCase();
  return { shareId: (await sha256Hex(oneTime.public)).slice(0, ID_CHARS), oneTime, identity, receiptRecipient: await identityToRecipient(identity) };
}

/** The value of the header by which the hub knows whose share it is. */
export function shareKeyHeader({ shareId, oneTime }: ShareKeys): string {
  return toB64(sign("application/vnd.milton.share-key.v1+json", utf8(canonical({ type: "milton/share-key", version: 1, share_id: shareId })), oneTime));
}

/** Who can open a share: everyone the request names, or only the custodians and the recovery key if its owner flagged it. */
export const sealedTo = (recipients: readonly Recipient[], isFlagged: boolean): readonly Recipient[] => (isFlagged ? recipients.filter(({ role }) => role !== "officer") : recipients);

function recipientsSha256(recipients: readonly Recipient[]): Promise<string> {
  const json = recipients.map(({ recipientId, role, ageRecipient }) => ({ recipient_id: recipientId, role, age_recipient: ageRecipient }));
  return sha256Hex(utf8(canonical(json)));
}

const timeMs = (time: Date): string => time.toISOString();

/** The manifest's envelope: of a file as a recorder gave it, whole and unchanged. */
export async function manifestEnvelope(keys: ShareKeys, { requestId, recipients }: Answered, clip: ClipFacts): Promise<Bytes> {
  const [from, until] = [timeMs(clip.from), timeMs(clip.until)];
  const predicate: Json = {
    version: 1,
    share_id: keys.shareId,
    request_id: requestId,
    recipients_sha256: await recipientsSha256(recipients),
    camera: { label: clip.label, view: null },
    ranges: [{ from, until, first_frame: from, stored_ms: 0 }],
    clock: { offset_ms: 0, uncertainty_ms: clip.uncertaintyMs, method: "owner", was_put: false },
    gaps: [],
    edits: { audio: clip.hasSound ? "kept" : "absent", masks: [] },
    segments: [{ sha256: clip.sha256, from, until }],
    frames: [{ first: 0, count: clip.frames, kind: "copied", slices_sha256: clip.slicesSha256 }],
    preview_sha256: null,
    software: { "Milton Share": "answering page, a recorder’s file unchanged" },
    sources_kept_until: null,
    named: false,
    test_card: false,
  };
  const statement: Json = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "clip.mp4", digest: { sha256: clip.sha256 } }],
    predicateType: "https://milton-share.example/manifest/v1",
    predicate,
  };
  return signedEnvelope("application/vnd.in-toto+json", utf8(canonical(statement)), keys.oneTime);
}

/** The share's envelope, which announces the sealed parts to the hub. */
export async function shareEnvelope(keys: ShareKeys, { requestId, recipients }: Answered, parts: readonly SealedPart[]): Promise<{ readonly envelope: Bytes; readonly sha256: string }> {
  const payload = utf8(
    canonical({
      type: "milton/share",
      version: 1,
      share_id: keys.shareId,
      request_id: requestId,
      recipients_sha256: await recipientsSha256(recipients),
      one_time_key: toB64(keys.oneTime.public),
      receipt_recipient: keys.receiptRecipient,
      parts: parts.map(({ name, header, bodySha256, bodySizeBytes }) => ({ name, header: toB64(header), body_sha256: bodySha256, body_size_bytes: bodySizeBytes })),
    }),
  );
  return { envelope: await signedEnvelope("application/vnd.milton.share.v1+json", payload, keys.oneTime), sha256: await sha256Hex(payload) };
}

/** The word by which the share is taken back. */
export function withdrawalEnvelope(keys: ShareKeys, requestId: string, at: Date): Promise<Bytes> {
  const payload = canonical({ type: "milton/withdrawal", version: 1, share_id: keys.shareId, request_id: requestId, at: `${at.toISOString().slice(0, 19)}Z` });
  return signedEnvelope("application/vnd.milton.withdrawal.v1+json", utf8(payload), keys.oneTime);
}
