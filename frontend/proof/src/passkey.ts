/**
 * A passkey's assertion over a request's hash, judged as homes judge it (docs/protocol.md section 4): made by the
 * credential's own key, by a present and verified person, on a page of exactly its origin, for exactly this request.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { read, type Json } from "../../request/src/canonical";
import { fromUtf8, sha256, toB64, utf8, type Bytes } from "../../request/src/encoding";
import { Fields } from "../../request/src/fields";
import { derSignature } from "../../passkeys/src/der";
import { concat } from "../../passkeys/src/cbor";
import type { Credential } from "./city";

const [USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, FORBIDDEN] = [0x01, 0x04, 0x08, 0x10, 0x40 | 0x80 | 0x22];
const AUTHENTICATOR_DATA_BYTES = 37;
const ES256 = -7;

export interface Assertion {
  readonly role: "officer" | "approver";
  readonly personId: string;
  readonly credentialId: string;
  readonly clientData: Bytes;
  readonly authenticatorData: Bytes;
  readonly signature: Bytes;
}

export function readAssertion(value: Json): Assertion {
  const fields = new Fields(value);
  const assertion = {
    role: fields.choice("role", ["officer", "approver"]),
    personId: fields.id("person_id"),
    credentialId: fields.text("credential_id", 1400),
    clientData: fields.b64("client_data", 2048),
    authenticatorData: fields.b64("authenticator_data", AUTHENTICATOR_DATA_BYTES),
    signature: fields.b64("signature", 72),
  };
  fields.done();
  return assertion;
}

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, at) => byte === other[at]);

function checkClientData(bytes: Bytes, challenge: Bytes, origin: string): void {
  const text = textOf(bytes);
  const start = `{"type":"webauthn.get","challenge":"${toB64(challenge)}","origin":"${origin}","crossOrigin":`;
  if (!text.startsWith(start)) throw new Error("client_data_wrong");
  const rest = text.slice(start.length);
  if (!rest.startsWith("false")) throw new Error("client_data_cross_origin");
  if (!/^false[},]/.test(rest) || !rest.endsWith("}")) throw new Error("client_data_wrong");
  if (Object.hasOwn(membersOf(text), "topOrigin")) throw new Error("client_data_cross_origin");
}

function textOf(bytes: Bytes): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new Error("client_data_wrong");
  }
}

/** No key twice, so the first four are what the beginning says; and nothing behind them. */
function membersOf(text: string): object {
  try {
    return read(text) as object;
  } catch {
    throw new Error("client_data_wrong");
  }
}

async function checkAuthenticatorData(bytes: Bytes, { rpId, deviceBound }: Credential): Promise<void> {
  if (bytes.length !== AUTHENTICATOR_DATA_BYTES) throw new Error("out_of_bounds: authenticator_data");
  if (!sameBytes(bytes.subarray(0, 32), await sha256(utf8(rpId)))) throw new Error("rp_id_wrong");
  const flags = bytes[32] as number;
  if ((flags & USER_PRESENT) === 0) throw new Error("user_not_present");
  if ((flags & USER_VERIFIED) === 0) throw new Error("user_not_verified");
  const eligible = (flags & BACKUP_ELIGIBLE) !== 0;
  if ((flags & FORBIDDEN) !== 0 || ((flags & BACKED_UP) !== 0 && !eligible)) throw new Error("flags_forbidden");
  if (deviceBound && eligible) throw new Error("not_device_bound");
}

/** r ‖ s of a signature in strict DER. */
function rawSignature(der: Bytes): Bytes {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const value = der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0));
    const digits = value[0] === 0 ? value.subarray(1) : value;
    if (digits.length > 32) throw new Error("signature_not_der");
    raw.set(digits, end - digits.length);
    at += 2 + value.length;
  }
  if (!sameBytes(derSignature(raw), der)) throw new Error("signature_not_der");
  return raw;
}

async function isSigned({ algorithm, publicKey }: Credential, signature: Bytes, signed: Bytes): Promise<boolean> {
  if (algorithm !== ES256) return signature.length === 64 && ed25519.verify(signature, signed, publicKey, { zip215: false });
  const raw = rawSignature(signature);
  const key = await crypto.subtle.importKey("raw", publicKey, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]).catch(() => {
    throw new Error("key_wrong");
  });
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, signed);
}

/** Throws the broken rule unless `assertion` signs `challenge` (32 bytes) by `credential`. */
export async function checkAssertion(credential: Credential, assertion: Assertion, challenge: Bytes): Promise<void> {
  checkClientData(assertion.clientData, challenge, credential.origin);
  await checkAuthenticatorData(assertion.authenticatorData, credential);
  const signed = concat(assertion.authenticatorData, await sha256(assertion.clientData));
  if (!(await isSigned(credential, assertion.signature, signed))) throw new Error("signature_wrong");
}
