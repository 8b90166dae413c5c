/** DSSE envelopes with Ed25519 (docs/protocol.md section 1). */
import { ed25519 } from "@noble/curves/ed25519.js";
import { canonical, decode } from "../../request/src/canonical";
import { fromBase64, sha256Hex, toBase64, utf8, type Bytes } from "../../request/src/encoding";
import { Fields } from "../../request/src/fields";

export interface Envelope {
  readonly payload: Bytes;
  readonly payloadType: string;
  readonly signatures: ReadonlyMap<string, Bytes>;
}

const MOST_SIGNATURES = 8;
const MOST_TEXT = 6_000_000; // a manifest of 4 MiB as base64

export function readEnvelope(bytes: Bytes): Envelope {
  const fields = new Fields(decode(bytes));
  const payload = fromBase64(fields.text("payload", MOST_TEXT));
  const payloadType = fields.text("payloadType", 128);
  const signatures = new Map<string, Bytes>();
  for (const item of fields.items("signatures", 1, MOST_SIGNATURES)) {
    const signature = new Fields(item);
    const keyId = signature.hex("keyid", 64);
    if (signatures.has(keyId)) throw new Error("duplicate_item: signatures");
    signatures.set(keyId, fromBase64(signature.text("sig", 100)));
    signature.done();
  }
  fields.done();
  return { payload, payloadType, signatures };
}

/** The bytes that are signed: DSSE v1 pre-authentication encoding. */
export function preAuthentication(type: string, payload: Bytes): Bytes {
  const head = utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `);
  const whole = new Uint8Array(head.length + payload.length);
  whole.set(head);
  whole.set(payload, head.length);
  return whole;
}

/** Throws unless `publicKey` (32 bytes) signed the envelope under `payloadType`. */
export async function checkSignature(envelope: Envelope, payloadType: string, publicKey: Bytes): Promise<void> {
  if (envelope.payloadType !== payloadType) throw new Error("wrong_payload_type");
  const signature = envelope.signatures.get(await sha256Hex(publicKey));
  if (signature === undefined) throw new Error("signature_missing");
  const signed = preAuthentication(envelope.payloadType, envelope.payload);
  if (!ed25519.verify(signature, signed, publicKey, { zip215: false })) throw new Error("signature_wrong");
}

export interface SigningKey {
  readonly public: Bytes;
  readonly secret: Bytes;
}

/** The signature by a key of what {@link preAuthentication} says, 64 bytes. */
export const sign = (type: string, payload: Bytes, key: SigningKey): Bytes => ed25519.sign(preAuthentication(type, payload), key.secret) as Bytes;

/** The canonical envelope of a payload that one key signs. */
export async function signedEnvelope(type: string, payload: Bytes, key: SigningKey): Promise<Bytes> {
  const signatures = [{ keyid: await sha256Hex(key.public), sig: toBase64(sign(type, payload, key)) }];
  return utf8(canonical({ payload: toBase64(payload), payloadType: type, signatures }));
}
