/**
 * That a share is the one that came: the hub's first receipt names the share's hash, and with it its one-time key; the
 * public log has the digest of the day that has this receipt (docs/protocol.md section 11).
 *
 * The receipt's signature is the hub's own and isn't judged: its place in the log is what the hub can't change later.
 */
import { canonical, type Json } from "../../../../request/src/canonical";
import { fromB64, fromBase64, fromUtf8, sha256Hex, toHex, utf8, type Bytes } from "../../../../request/src/encoding";
import { Fields } from "../../../../request/src/fields";
import { readEnvelope } from "../../../../proof/src/dsse";
import type { Share } from "../manifest/verify";
import { ofType, type CityRecord } from "../../../../proof/src/city";
import { isBefore, type Followed, type FollowedJson } from "../../../../proof/src/followed";
import { checkEntry, readHashes, type Entry } from "../../../../proof/src/log";
import { SKEW_MS, type ProofsJson, type ProvenRequest } from "../../../../proof/src/request";

const DAY_MS = 24 * 3_600_000;
const ARRIVES_WITHIN_MS = 8 * DAY_MS; // what isn't whole 7 days after it was announced is deleted; a day more for jobs and clocks
const SEALED_WITHIN_MS = DAY_MS; // of the end of its day: the hub seals within the hour, or once it is on again
const DIGEST_BYTES = 32;
const DIGESTS_MOST = 100_000; // 3 MB: more than any agency writes in a day
const EVENTS_MOST = 64;

/** As the hub gives it, believed in nothing. */
export interface AnchorJson {
  readonly receipt: string;
  readonly day: {
    readonly content: string;
    readonly digests: string;
    readonly index: number;
    readonly hashes: readonly string[];
  } | null;
}
/** What the hub gives of a share. */
export interface ShareProofsJson extends ProofsJson {
  readonly home_keys: string;
  readonly followed: FollowedJson | null;
  readonly anchor: AnchorJson | null;
}
interface Received {
  readonly at: Date;
  readonly payload: string;
  readonly sha256: string;
}
export interface SealedDay {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly content: string;
  readonly receipts: number;
  readonly entry: Entry;
}
export type Anchored =
  | { readonly state: "sealed"; readonly received: Received; readonly sealed: SealedDay }
  | { readonly state: "not_yet"; readonly received: Received }
  | { readonly state: "earlier_log"; readonly received: Received }
  | { readonly state: "refused"; readonly rule: string };

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
const endOf = (day: string): number => new Date(`${day}T00:00:00Z`).getTime() + DAY_MS;

async function readReceipt(bytes: Bytes, { shareId, requestId, envelope: share }: Share, agencyId: string): Promise<Received> {
  const envelope = readEnvelope(bytes);
  if (envelope.payloadType !== "application/vnd.milton.receipt.v1+json") throw new Error("unknown_type");
  const fields = ofType(envelope.payload, "milton/receipt");
  const said = {
    event: fields.text("event", 20),
    sequence: fields.integer("sequence", 1, Number.MAX_SAFE_INTEGER),
    share_id: fields.hex("share_id", 32),
    request_id: fields.hex("request_id", 64),
    agency_id: fields.text("agency_id", 64),
    share_sha256: fields.hex("share_sha256", 64),
    by: fields.json("by"),
    previous_sha256: fields.json("previous_sha256"),
  };
  const at = fields.time("at");
  fields.done();
  const first = { event: "received", sequence: 1, share_id: shareId, request_id: requestId, agency_id: agencyId, share_sha256: await sha256Hex(share.payload), by: null, previous_sha256: null };
  if (canonical(said) !== canonical(first)) throw new Error("receipt_of_another_share");
  return { at, payload: fromUtf8(envelope.payload), sha256: await sha256Hex(bytes) };
}

function readCount(value: Json): void {
  const fields = new Fields(value);
  fields.text("event", 20);
  fields.integer("count", 1, Number.MAX_SAFE_INTEGER);
  fields.done();
}

function readDay(content: Bytes, agencyId: string): { day: string; receiptsSha256: string } {
  const fields = ofType(content, "milton/custody-day");
  if (fields.text("agency_id", 64) !== agencyId) throw new Error("agency_differs");
  const found = { day: fields.text("day", 10), receiptsSha256: fields.hex("receipts_sha256", 64) };
  if (!/^\d{4}-\d\d-\d\d$/.test(found.day) || Number.isNaN(endOf(found.day))) throw new Error("not_a_time: day");
  fields.b64("salt", DIGEST_BYTES);
  fields.items("receipts", 0, EVENTS_MOST).forEach(readCount);
  fields.integer("audit_number", 0, Number.MAX_SAFE_INTEGER);
  fields.hex("audit_sha256", 64);
  fields.done();
  return found;
}

function readDigests(text: string): string[] {
  const bytes = fromB64(text);
  if (bytes.length % DIGEST_BYTES !== 0 || bytes.length > DIGESTS_MOST * DIGEST_BYTES) throw new Error("out_of_bounds: digests");
  return (toHex(bytes).match(/.{64}/g) ?? []) as string[];
}

/** The public log's entry of a day's custody. */
function custodyLeaf(day: string, seal: string): string {
  return canonical({ type: "milton/leaf", version: 1, kind: "custody", id: seal, day, case: "-", offence: "-", cell: "-" });
}

async function checkDay(given: NonNullable<AnchorJson["day"]>, received: Received, { record, checkpoint }: Followed): Promise<SealedDay> {
  const [content, digests] = [fromBase64(given.content), readDigests(given.digests)];
  const { day, receiptsSha256 } = readDay(content, record.agencyId);
  const isInDay = digests.includes(received.sha256) && (await sha256Hex(utf8(digests.join("")))) === receiptsSha256;
  if (!isInDay || day < dayOf(received.at)) throw new Error("receipt_not_sealed");
  if (!Number.isSafeInteger(given.index) || given.index < 0) throw new Error("not_in_log");
  const entry = await checkEntry(custodyLeaf(day, await sha256Hex(content)), given.index, readHashes(given.hashes), checkpoint);
  return { day, content: fromUtf8(content), receipts: digests.length, entry };
}

/** Whether what can't be found in the log of now may be in one that the city record in force ended. */
const isEarlier = (received: Received, asked: CityRecord, followed: Followed): boolean =>
  toHex(asked.log.publicKey) + asked.log.origin !== toHex(followed.record.log.publicKey) + followed.record.log.origin && isBefore(received.at, followed);

async function judge(given: AnchorJson | null, share: Share, asked: ProvenRequest, followed: Followed, now: Date): Promise<Anchored> {
  if (given === null) throw new Error("receipt_not_sealed");
  const received = await readReceipt(fromBase64(given.receipt), share, followed.record.agencyId);
  const at = received.at.getTime();
  if (at > asked.request.expiresAt.getTime() + ARRIVES_WITHIN_MS || at > now.getTime() + SKEW_MS) throw new Error("receipt_wrong_time");
  const wasReplaced = isEarlier(received, asked.record, followed);
  if (given.day === null) {
    if (now.getTime() <= endOf(dayOf(received.at)) + SEALED_WITHIN_MS) return { state: "not_yet", received };
    if (wasReplaced) return { state: "earlier_log", received };
    throw new Error("receipt_not_sealed");
  }
  try {
    return { state: "sealed", received, sealed: await checkDay(given.day, received, followed) };
  } catch (error) {
    if (wasReplaced && error instanceof Error && error.message === "not_in_log") return { state: "earlier_log", received };
    throw error;
  }
}

/** Where the log of `followed` shows that the share came, or by which rule it doesn't. */
export async function checkAnchor(given: AnchorJson | null, share: Share, asked: ProvenRequest, followed: Followed, now: Date): Promise<Anchored> {
  try {
    return await judge(given, share, asked, followed, now);
  } catch (error) {
    return { state: "refused", rule: error instanceof Error ? error.message : String(error) };
  }
}
