import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, test } from "vitest";
import { canonical, type Json } from "../../../request/src/canonical";
import { sha256Hex, toB64, utf8, type Bytes } from "../../../request/src/encoding";
import { proveShare, type Answer } from "../../src/share/manifest/verify";

const TYPE = "application/vnd.milton.share.v1+json";
const recipient = (id: string, role: string): Json => ({ recipient_id: id, role, age_recipient: `age1${id}` });
const CUSTODIANS = [recipient("custodian-1", "custodian"), recipient("custodian-2", "custodian")];
const RECOVERY = recipient("recovery", "recovery");
const OFFICER = recipient("officer-1", "officer");
const ALL = [...CUSTODIANS, OFFICER, RECOVERY];
const secretKey = new Uint8Array(32).fill(7);
const publicKey = ed25519.getPublicKey(secretKey) as Bytes;
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

async function proven(named: Json, recipients: Json = ALL): Promise<Answer> {
  const request = utf8(canonical({ recipients, drill: false }));
  const part = (name: string): Json => ({ name, header: toB64(utf8("header")), body_sha256: "ab".repeat(32), body_size_bytes: 1 });
  const payload = utf8(canonical({
    type: "milton/share", version: 1, share_id: "5e".repeat(16), request_id: await sha256Hex(request),
    recipients_sha256: await sha256Hex(utf8(canonical(named))), one_time_key: toB64(publicKey), receipt_recipient: "age1x", parts: [part("clip"), part("manifest")],
  }));
  const signed = utf8(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `);
  const sig = ed25519.sign(new Uint8Array([...signed, ...payload]), secretKey);
  const envelope = canonical({ payload: base64(payload), payloadType: TYPE, signatures: [{ keyid: await sha256Hex(publicKey), sig: base64(sig) }] });
  return proveShare({ envelope: utf8(envelope), request, added: [] }, (name) => name);
}

test("a share is its owner's word that custodians alone open it by the hash of whom it is sealed to", async () => {
  expect((await proven(ALL)).custodiansOnly).toBe(false);
  expect((await proven([...CUSTODIANS, RECOVERY])).custodiansOnly).toBe(true);
  expect((await proven(CUSTODIANS, CUSTODIANS)).custodiansOnly).toBe(false); // all that a request without an officer names
});

test("a share that names any other part of the recipients is none of this request", async () => {
  for (const named of [CUSTODIANS, [OFFICER], [RECOVERY], [OFFICER, RECOVERY], [RECOVERY, ...CUSTODIANS], [...CUSTODIANS, OFFICER], []]) {
    await expect(proven(named)).rejects.toThrow("other_recipients");
  }
});
