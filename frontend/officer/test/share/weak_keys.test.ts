/** Keys of small order: under one of them anybody's signature would hold. None is taken. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, test } from "vitest";
import vectors from "../../../../tests/protocol/vectors/ed25519/small_order.json?raw";
import { canonical } from "../../../request/src/canonical";
import { sha256Hex, utf8, type Bytes } from "../../../request/src/encoding";
import { checkSignature, readEnvelope } from "../../../proof/src/dsse";

const KEYS = (JSON.parse(vectors) as { keys: { key: string }[] }).keys.map(({ key }) => key);
const FORGED = Uint8Array.from({ length: 64 }, (_, at) => (at === 0 ? 1 : 0)); // R neutral, S 0
const MESSAGES = 100; // one in eight at least would hold

const bytesOf = (hex: string): Bytes => Uint8Array.from(hex.match(/../gu)!, (each) => Number.parseInt(each, 16));
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

test.each(KEYS)("%s signs nothing", async (hex) => {
  const key = bytesOf(hex);
  const keyid = await sha256Hex(key);
  const without = Array.from({ length: MESSAGES }, (_, number) => ed25519.verify(FORGED, utf8(`${number}`), key, { zip215: true }));
  expect(without).toContain(true); // what a reader without the check takes
  for (let number = 0; number < MESSAGES; number += 1) {
    const envelope = { payload: base64(utf8(`${number}`)), payloadType: "x", signatures: [{ keyid, sig: base64(FORGED) }] };
    await expect(checkSignature(readEnvelope(utf8(canonical(envelope))), "x", key)).rejects.toThrow("signature_wrong");
  }
});
