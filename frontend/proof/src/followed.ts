/**
 * That a request stands in the log that homes follow: the checkpoint of its proof is the start, or a continuation, of
 * the one in the live statement, which the hub key of the city record in force signed (docs/protocol.md sections 5 to 7).
 */
import type { Json } from "../../request/src/canonical";
import { fromB64, fromBase64, sha256Hex, toHex, type Bytes } from "../../request/src/encoding";
import { Fields } from "../../request/src/fields";
import { checkSignature, readEnvelope } from "./dsse";
import { ofType, openRecord, type CityRecord } from "./city";
import { checkKnown, type KnownLog } from "./known_log";
import { isContinued, openCheckpoint, readHashes, type Checkpoint } from "./log";
import { SKEW_MS, type ProvenRequest } from "./request";

const NOTE_MOST_CHARS = 16_384;
const LIVE_MOST_MS = 24 * 3_600_000;
const IDS_MOST = 2_000;

/** As the hub gives it, believed in nothing. Hashes are in base64. */
export interface FollowedJson {
  readonly city_record: string;
  readonly live: string;
  /** Between the checkpoint of the request's proof and the live one. */
  readonly of_proof: readonly string[];
  /** Between the size that this browser named and the live one. */
  readonly of_known: readonly string[];
}
export interface Followed {
  /** An `earlier` log's key was replaced by the city record in force, and nothing compares it with the log of now. */
  readonly requestIn: "followed" | "earlier";
  /** In force. */
  readonly record: CityRecord;
  readonly checkpoint: Checkpoint;
  readonly liveIssuedAt: Date;
  readonly liveSequence: number;
  /** What this browser knows of the log from now on. */
  readonly known: KnownLog;
}
interface Period {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}
export interface Live extends Period {
  readonly sequence: number;
  readonly checkpoint: string;
  readonly recordSha256: string;
  readonly directorySha256: string;
  readonly live: ReadonlySet<string>;
  readonly withdrawn: ReadonlySet<string>;
}

const readIds = (items: readonly Json[]): ReadonlySet<string> => new Set(items.map((id) => new Fields({ id }).hex("id", 64)));

function readNote(value: Json): string {
  if (typeof value !== "string" || value.length > NOTE_MOST_CHARS) throw new Error("out_of_bounds: checkpoint");
  return value;
}

/** The live statement that the hub's key of this record signed. Throws the broken rule. */
export async function openLive(bytes: Bytes, record: CityRecord): Promise<Live> {
  const envelope = readEnvelope(bytes);
  await checkSignature(envelope, "application/vnd.milton.live.v1+json", record.hubKey);
  const fields = ofType(envelope.payload, "milton/live");
  if (fields.text("agency_id", 64) !== record.agencyId) throw new Error("agency_differs");
  const live = {
    sequence: fields.integer("sequence", 1, Number.MAX_SAFE_INTEGER),
    issuedAt: fields.time("issued_at"),
    expiresAt: fields.time("expires_at"),
    checkpoint: readNote(fields.json("checkpoint")),
    recordSha256: fields.hex("city_record_sha256", 64),
    directorySha256: fields.hex("directory_sha256", 64),
    live: readIds(fields.items("live", 0, IDS_MOST)),
    withdrawn: readIds(fields.items("withdrawn", 0, IDS_MOST)),
  };
  fields.done();
  if (live.expiresAt.getTime() - live.issuedAt.getTime() > LIVE_MOST_MS) throw new Error("wrong_period");
  return live;
}

export function checkInForce(name: string, { issuedAt, expiresAt }: Period, now: Date): void {
  if (issuedAt.getTime() > now.getTime() + SKEW_MS) throw new Error(`${name}_not_yet_valid`);
  if (expiresAt <= now) throw new Error(`${name}_expired`);
}

const isSameLog = (one: CityRecord["log"], other: CityRecord["log"]): boolean => one.origin === other.origin && toHex(one.publicKey) === toHex(other.publicKey);

/** Where a request that names no log of now can have been logged: in one whose key was replaced after the request was made. */
export const isBefore = (time: Date, { record }: { readonly record: CityRecord }): boolean => time.getTime() < record.issuedAt.getTime() + SKEW_MS;

/** Throws the broken rule: `log_not_followed` where nothing leads from the request's log to the one that homes follow. */
export async function checkFollowed(given: FollowedJson | null, asked: ProvenRequest, root: string, known: KnownLog | null, now: Date): Promise<Followed> {
  if (given === null) throw new Error("log_not_followed");
  const recordBytes = fromBase64(given.city_record);
  const record = await openRecord(recordBytes, fromB64(root));
  if (record.agencyId !== asked.record.agencyId) throw new Error("agency_differs");
  if (record.serial < asked.record.serial) throw new Error("city_record_rolled_back");
  checkInForce("city_record", record, now);
  const live = await openLive(fromBase64(given.live), record);
  if (live.recordSha256 !== (await sha256Hex(recordBytes))) throw new Error("live_names_other_city_record");
  checkInForce("live", live, now);
  const checkpoint = await openCheckpoint(live.checkpoint, record.log, now);
  const knownNow = await checkKnown(known, record, checkpoint, readHashes(given.of_known), now);
  const { logged } = asked; // where its checkpoint is the larger one, an entry behind the live one's end is in no log that homes follow
  const isFollowed = logged.index < checkpoint.size && (await isContinued(logged.checkpoint, checkpoint, readHashes(given.of_proof)));
  const isEarlier = !isSameLog(record.log, asked.record.log) && isBefore(asked.request.createdAt, { record });
  if (!isFollowed && !isEarlier) throw new Error("log_not_followed");
  return { requestIn: isFollowed ? "followed" : "earlier", record, checkpoint, liveIssuedAt: live.issuedAt, liveSequence: live.sequence, known: knownNow };
}
