/** What a share's printed key opens, and the messages that it signs. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { Decrypter, Encrypter } from "age-encryption";
import { expect, test } from "vitest";
import { checkSignature, preAuthentication, readEnvelope } from "../../proof/src/dsse";
import { decode } from "../../request/src/canonical";
import { fromB64, fromUtf8, sha256Hex, utf8 } from "../../request/src/encoding";
import type { Recipient } from "../../request/src/payload";
import { manifestEnvelope, sealedTo, shareEnvelope, shareKeyHeader, shareKeys, withdrawalEnvelope } from "../src/share/messages";

const KEY = "008J4CT4ANK7F24SNAXWSQFEZW";
const RECIPIENTS: readonly Recipient[] = [
  { recipientId: "c-1", role: "custodian", ageRecipient: "age1c" },
  { recipientId: "o-1", role: "officer", ageRecipient: "age1o" },
  { recipientId: "r-1", role: "recovery", ageRecipient: "age1r" },
];
const ASKED = { requestId: "ab".repeat(32), recipients: RECIPIENTS };

test("a share's key opens the same share on every device, and another key another one", async () => {
  const [one, again, other] = [await shareKeys(KEY), await shareKeys(KEY), await shareKeys(`1${KEY.slice(1)}`)];
  expect(again).toEqual(one);
  expect(one.shareId).toBe((await sha256Hex(one.oneTime.public)).slice(0, 32));
  expect([other.shareId, other.receiptRecipient]).not.toContain(one.shareId);
  const signed = preAuthentication("application/vnd.milton.share-key.v1+json", utf8(`{"share_id":"${one.shareId}","type":"milton/share-key","version":1}`));
  expect(ed25519.verify(fromB64(shareKeyHeader(one)), signed, one.oneTime.public)).toBe(true);
});

test("receipts that are sealed to a share are opened with its key", async () => {
  const { identity, receiptRecipient } = await shareKeys(KEY);
  const [sealer, opener] = [new Encrypter(), new Decrypter()];
  sealer.addRecipient(receiptRecipient);
  opener.addIdentity(identity);
  expect(await opener.decrypt(await sealer.encrypt("a receipt"), "text")).toBe("a receipt");
});

test("a flagged share goes to custodians and the recovery key alone", () => {
  expect(sealedTo(RECIPIENTS, false)).toEqual(RECIPIENTS);
  expect(sealedTo(RECIPIENTS, true).map(({ role }) => role)).toEqual(["custodian", "recovery"]);
});

test("share, manifest and withdrawal are signed by the share's own key and name the request", async () => {
  const keys = await shareKeys(KEY);
  const clip = { label: "Front door", sha256: "cd".repeat(32), slicesSha256: "ef".repeat(32), frames: 300, from: new Date(0), until: new Date(10_000), uncertaintyMs: 60_000, hasSound: false };
  const part = { header: utf8("age"), bodySha256: "01".repeat(32), bodySizeBytes: 9 };
  const { envelope } = await shareEnvelope(keys, ASKED, [{ name: "clip", ...part }, { name: "manifest", ...part }]);
  for (const [bytes, type] of [
    [envelope, "application/vnd.milton.share.v1+json"],
    [await manifestEnvelope(keys, ASKED, clip), "application/vnd.in-toto+json"],
    [await withdrawalEnvelope(keys, ASKED.requestId, new Date(1_234)), "application/vnd.milton.withdrawal.v1+json"],
  ] as const) {
    const read = readEnvelope(bytes);
    await checkSignature(read, type, keys.oneTime.public);
    expect(decode(read.payload)).toBeTypeOf("object");
    expect(fromUtf8(read.payload)).toContain(ASKED.requestId);
  }
});
