/** A share's receipts (docs/protocol.md section 11), opened with its printed key and checked by the hub's key; taking it back. */
import { Decrypter } from "age-encryption";
import { ofType, type CityRecord } from "../../../proof/src/city";
import { checkSignature, readEnvelope } from "../../../proof/src/dsse";
import { read } from "../../../request/src/canonical";
import { fromBase64, sha256Hex, type Bytes } from "../../../request/src/encoding";
import { Fields } from "../../../request/src/fields";
import { ask, JSON_BODY } from "../asking";
import { SHARE_KEY_HEADER, shareKeyHeader, withdrawalEnvelope, type ShareKeys } from "./messages";

const RECEIPTS_MAX = 256;
// prettier-ignore
const EVENTS = ["received", "fetched", "accepted", "asked", "passed_on", "viewed", "revoked", "exported", "withdrawn", "held", "released", "unflagged", "deleted"] as const;
const NAMING: readonly Event[] = ["asked", "passed_on", "viewed", "revoked"]; // one person outside of the agency
export type Event = (typeof EVENTS)[number];

export interface Receipt {
  readonly event: Event;
  readonly at: Date;
  readonly requestId: string;
  /** The officer's badge; null where nobody did it. */
  readonly badge: string | null;
}

async function readReceipt(bytes: Bytes, { shareId }: ShareKeys, { hubKey, agencyId }: CityRecord, sequence: number, previous: string | null): Promise<Receipt> {
  const envelope = readEnvelope(bytes);
  await checkSignature(envelope, "application/vnd.milton.receipt.v1+json", hubKey);
  const fields = ofType(envelope.payload, "milton/receipt");
  if (fields.id("agency_id") !== agencyId) throw new Error("agency_differs");
  if (fields.hex("share_id", 32) !== shareId) throw new Error("another_share");
  if (fields.integer("sequence", 1, RECEIPTS_MAX) !== sequence || fields.json("previous_sha256") !== previous) throw new Error("receipt_chain_broken");
  const [requestId, event, at] = [fields.hex("request_id", 64), fields.choice("event", [...EVENTS]), fields.time("at")];
  const by = fields.optional("by");
  fields.hex("share_sha256", 64);
  if (NAMING.includes(event)) fields.json("to");
  fields.done();
  return { event, at, requestId, badge: by === null ? null : by.code("badge", 20, "-") };
}

/** All receipts of a share, oldest first; none where the hub knows no such share. */
export async function readReceipts(record: CityRecord, keys: ShareKeys): Promise<readonly Receipt[]> {
  const url = `${record.homeUrl}/v1/shares/${keys.shareId}/receipts`;
  const answer = await ask(url, { headers: { [SHARE_KEY_HEADER]: shareKeyHeader(keys) } }).catch((error: Error) => {
    if (error.message !== "share_unknown") throw error;
    return null;
  });
  if (answer === null) return [];
  const fields = new Fields(read((await answer.text()).trimEnd()));
  fields.header("milton/receipts");
  if (fields.hex("share_id", 32) !== keys.shareId) throw new Error("another_share");
  const opener = new Decrypter();
  opener.addIdentity(keys.identity);
  const found: Receipt[] = [];
  let previous: string | null = null;
  for (const sealed of fields.items("sealed", 0, RECEIPTS_MAX)) {
    const bytes = (await opener.decrypt(fromBase64(String(sealed)))) as Bytes;
    found.push(await readReceipt(bytes, keys, record, found.length + 1, previous));
    previous = await sha256Hex(bytes);
  }
  return found;
}

/** Take a share back. Throws the rule by which that can't be done any more. */
export async function withdraw({ homeUrl }: CityRecord, keys: ShareKeys, requestId: string): Promise<void> {
  await ask(`${homeUrl}/v1/withdrawals`, { method: "POST", body: await withdrawalEnvelope(keys, requestId, new Date()), headers: JSON_BODY });
}
