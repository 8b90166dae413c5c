/** Proves a share before it plays: each step holds, or nothing is shown. */
import { canonical, decode, type Json } from "../../../../request/src/canonical";
import { fromB64, sha256Hex, utf8, type Bytes } from "../../../../request/src/encoding";
import { Fields } from "../../../../request/src/fields";
import { checkSignature, readEnvelope, type Envelope } from "../../../../proof/src/dsse";
import { readManifest, type Manifest } from "./manifest";
import { openPart, type SealedPart } from "../decryption/sealed";

const SHARE_TYPE = "application/vnd.milton.share.v1+json";
export const MANIFEST_TYPE = "application/vnd.in-toto+json";
const HEADER_MOST_BYTES = 16_384;

export interface Share {
  readonly shareId: string;
  readonly requestId: string;
  readonly recipientsSha256: string;
  readonly oneTimeKey: Bytes;
  readonly parts: ReadonlyMap<string, SealedPart>;
  /** As its home signed it. */
  readonly envelope: Envelope;
}
/** A share of which it is known that it answers a request, whether that is an exercise, and whether it is sealed to custodians alone. */
export interface Answer extends Share {
  readonly drill: boolean;
  readonly custodiansOnly: boolean;
}
export interface Proven {
  readonly share: Answer;
  readonly manifest: Manifest;
  readonly manifestBytes: Bytes;
  /** The manifest's. */
  readonly envelope: Envelope;
}

/** Headers that a custodian added, as the hub gives them. */
export type Added = readonly { readonly part: string; readonly header: string }[];

function readPart(value: Json, bodyUrl: (name: string) => string, added: Added): [string, SealedPart] {
  const fields = new Fields(value);
  const name = fields.choice("name", ["clip", "manifest", "preview"]);
  const part = {
    header: fields.b64("header", HEADER_MOST_BYTES),
    added: added.filter(({ part }) => part === name).map(({ header }) => fromB64(header)),
    bodyUrl: bodyUrl(name),
    bodySha256: fields.hex("body_sha256", 64),
    bodySizeBytes: fields.integer("body_size_bytes", 0, Number.MAX_SAFE_INTEGER),
  };
  fields.done();
  return [name, part];
}

/** The share of an envelope, signed by the one-time key that it names. */
async function readShare(envelopeBytes: Bytes, bodyUrl: (name: string) => string, added: Added): Promise<Share> {
  const envelope = readEnvelope(envelopeBytes);
  const fields = new Fields(decode(envelope.payload));
  fields.header("milton/share");
  const share: Share = {
    shareId: fields.hex("share_id", 32),
    requestId: fields.hex("request_id", 64),
    recipientsSha256: fields.hex("recipients_sha256", 64),
    oneTimeKey: fields.b64("one_time_key", 32),
    parts: new Map(fields.items("parts", 2, 3).map((part) => readPart(part, bodyUrl, added))),
    envelope,
  };
  fields.text("receipt_recipient", 100);
  fields.done();
  await checkSignature(envelope, SHARE_TYPE, share.oneTimeKey);
  return share;
}

const recipientsHash = (recipients: Json): Promise<string> => sha256Hex(utf8(canonical(recipients)));

/** The share answers this very request, and was sealed to the recipients that it names: all, or, where its owner flagged it, those but the officer. */
async function checkAnswers(share: Share, requestPayload: Bytes): Promise<Answer> {
  if (share.requestId !== (await sha256Hex(requestPayload))) throw new Error("another_request");
  const request = decode(requestPayload) as { recipients: { role: Json }[]; drill: Json };
  const custodians = request.recipients.filter(({ role }) => role !== "officer");
  const custodiansOnly = custodians.length < request.recipients.length && share.recipientsSha256 === (await recipientsHash(custodians));
  if (!custodiansOnly && share.recipientsSha256 !== (await recipientsHash(request.recipients))) throw new Error("other_recipients");
  return { ...share, drill: request.drill === true, custodiansOnly };
}

export function part(share: Share, name: string): SealedPart {
  const found = share.parts.get(name);
  if (found === undefined) throw new Error(`missing_part: ${name}`);
  return found;
}

async function readSignedManifest(share: Answer, envelope: Envelope): Promise<Manifest> {
  await checkSignature(envelope, MANIFEST_TYPE, share.oneTimeKey);
  const manifest = readManifest(decode(envelope.payload));
  if (manifest.shareId !== share.shareId) throw new Error("another_share");
  if (manifest.requestId !== share.requestId) throw new Error("another_request");
  if (manifest.recipientsSha256 !== share.recipientsSha256) throw new Error("other_recipients");
  if (manifest.testCard !== share.drill) throw new Error("drill_differs");
  if (manifest.named && envelope.signatures.size < 2) throw new Error("home_signature_missing");
  return manifest;
}

/** What opens a share: as its home signed it, the request that it answers, and what custodians added. */
export interface Papers {
  readonly envelope: Bytes;
  readonly request: Bytes;
  readonly added: Added;
}

/** The share of these papers, which answers their request. */
export async function proveShare(papers: Papers, url: (name: string) => string): Promise<Answer> {
  return checkAnswers(await readShare(papers.envelope, url, papers.added), papers.request);
}

export async function proveManifest(papers: Papers, url: (name: string) => string, key: CryptoKey): Promise<Proven> {
  const share = await proveShare(papers, url);
  const manifestBytes = await openPart(part(share, "manifest"), key);
  const envelope = readEnvelope(manifestBytes);
  return { share, manifest: await readSignedManifest(share, envelope), manifestBytes, envelope };
}
