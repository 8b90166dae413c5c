/**
 * Which of the city's requests hold (docs/protocol.md section 7), judged in this browser from the city's root key.
 *
 * What the city as a whole says holds, or nothing does; a request by itself that doesn't hold is kept apart with its rule.
 */
import { fromB64, sha256Hex, toBase64, toHex, type Bytes } from "../../../request/src/encoding";
import { openDirectory, openRecord, openRevocation, ofType, type CityRecord } from "../../../proof/src/city";
import { checkInForce, openLive, type Live } from "../../../proof/src/followed";
import { checkKnown, keepLog, knownLog, type KnownLog } from "../../../proof/src/known_log";
import { knownRoot } from "../../../proof/src/known_root";
import { isContinued, openCheckpoint, readHashes, type Checkpoint, type Tree } from "../../../proof/src/log";
import { proveRequest, SKEW_MS, type ProvenRequest } from "../../../proof/src/request";
import { askJson } from "../asking";
import type { Papers } from "./papers";

const REQUESTS = "requests/";
const REVOCATIONS = "revocations/";
const LARGEST_BUNDLE_BYTES = 65_536;
const SERIALS = "milton-serials";

export interface Judged {
  readonly record: CityRecord;
  readonly requests: readonly ProvenRequest[];
  /** Rules by which requests are not shown. */
  readonly refused: readonly string[];
}
/** What a hub said last; what it says next is not older. */
interface Serials {
  readonly hubKey: string;
  readonly live: number;
  readonly directory: number;
}
interface City {
  readonly record: CityRecord;
  readonly live: Live;
  readonly checkpoint: Checkpoint;
  readonly revoked: ReadonlySet<string>;
}
/** Ask the hub for the hashes between two sizes of its log. */
type Consistency = (from: number, to: number) => Promise<readonly string[]>;

export function consistencyOf(homeUrl: string): Consistency {
  return async (from, to) => (await askJson<{ readonly hashes: readonly string[] }>(`${homeUrl}/v1/log/consistency?from=${from}&to=${to}`)).hashes;
}

function message({ topics }: Papers, name: string): Bytes {
  const bytes = topics.get(name);
  if (bytes === undefined) throw new Error("no_answer");
  return bytes;
}

function checkSerials(serials: Serials): void {
  const kept = JSON.parse(localStorage.getItem(SERIALS) ?? "null") as Serials | null;
  if (kept !== null && serials.directory < kept.directory) throw new Error("directory_rolled_back");
  if (kept !== null && kept.hubKey === serials.hubKey && serials.live < kept.live) throw new Error("live_rolled_back");
  localStorage.setItem(SERIALS, JSON.stringify(serials));
}

async function revokedSince({ topics }: Papers, record: CityRecord, now: Date): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const [name, bytes] of topics) {
    if (!name.startsWith(REVOCATIONS) || name !== `${REVOCATIONS}${await sha256Hex(bytes)}`) continue;
    const said = await openRevocation(bytes, record).catch(() => null);
    if (said !== null && said.at <= now) found.add(said.revoked);
  }
  return found;
}

const between = async (one: Tree, other: Tree, ask: Consistency): Promise<Bytes[]> => {
  const [from, to] = [Math.min(one.size, other.size), Math.max(one.size, other.size)];
  return from === 0 || from === to ? [] : readHashes(await ask(from, to));
};

const isOf = (known: KnownLog, { log }: CityRecord): boolean => known.origin === log.origin && known.key === toHex(log.publicKey);

async function followLog(record: CityRecord, checkpoint: Checkpoint, ask: Consistency, now: Date): Promise<void> {
  const known = knownLog();
  const hashes = known === null || !isOf(known, record) ? [] : await between(known, checkpoint, ask);
  keepLog(await checkKnown(known, record, checkpoint, hashes, now));
}

async function openCity(papers: Papers, now: Date, asking: (homeUrl: string) => Consistency): Promise<City> {
  const root = fromB64(papers.rootPublicKey);
  knownRoot(await sha256Hex(root));
  const recordBytes = message(papers, "city-record");
  const record = await openRecord(recordBytes, root);
  checkInForce("city_record", record, now);
  const directoryBytes = message(papers, "directory");
  const directory = await openDirectory(directoryBytes, record);
  checkInForce("directory", directory, now);
  const live = await openLive(message(papers, "live"), record);
  checkInForce("live", live, now);
  if (live.recordSha256 !== (await sha256Hex(recordBytes))) throw new Error("live_names_other_city_record");
  if (live.directorySha256 !== (await sha256Hex(directoryBytes))) throw new Error("live_names_other_directory");
  checkSerials({ hubKey: toHex(record.hubKey), live: live.sequence, directory: directory.serial });
  const checkpoint = await openCheckpoint(live.checkpoint, record.log, now);
  await followLog(record, checkpoint, asking(record.homeUrl), now);
  return { record, live, checkpoint, revoked: await revokedSince(papers, record, now) };
}

async function judgeRequest(id: string, bytes: Bytes, papers: Papers, city: City, now: Date): Promise<ProvenRequest> {
  if (bytes.length > 2 * LARGEST_BUNDLE_BYTES) throw new Error("message_too_long");
  const fields = ofType(bytes, "milton/request-bundle");
  const payload = fields.b64("payload", LARGEST_BUNDLE_BYTES * 2);
  const [assertions, proof] = [fields.items("assertions", 1, 2), fields.json("log_proof")];
  fields.done();
  if (typeof proof !== "string") throw new Error("wrong_type: log_proof");
  if ((await sha256Hex(payload)) !== id) throw new Error("another_request");
  if (city.live.withdrawn.has(id)) throw new Error("withdrawn");
  if (!city.live.live.has(id)) throw new Error("not_live");
  const [record, directory] = [message(papers, "city-record"), message(papers, "directory")].map(toBase64) as [string, string];
  const proofs = { root_public_key: papers.rootPublicKey, city_record: record, directory, assertions, log_proof: proof };
  const asked = await proveRequest(proofs, payload, knownRoot, now, city.revoked);
  if (asked.request.createdAt.getTime() > now.getTime() + SKEW_MS) throw new Error("not_yet_valid");
  if (asked.request.expiresAt <= now) throw new Error("expired");
  return asked;
}

async function checkInLog({ logged }: ProvenRequest, { record, checkpoint }: City, ask: (homeUrl: string) => Consistency): Promise<void> {
  const hashes = await between(logged.checkpoint, checkpoint, ask(record.homeUrl));
  if (logged.index >= checkpoint.size || !(await isContinued(logged.checkpoint, checkpoint, hashes))) throw new Error("log_not_followed");
}

/** Judge all of them. Throws the rule where the city's own messages don't hold. */
export async function judge(papers: Papers, now: Date, ask = consistencyOf): Promise<Judged> {
  const city = await openCity(papers, now, ask);
  const [requests, refused, salts] = [[] as ProvenRequest[], [] as string[], new Set<string>()];
  for (const [name, bytes] of papers.topics) {
    if (!name.startsWith(REQUESTS)) continue;
    try {
      const asked = await judgeRequest(name.slice(REQUESTS.length), bytes, papers, city, now);
      await checkInLog(asked, city, ask);
      if (salts.has(asked.request.salt)) throw new Error("replayed");
      salts.add(asked.request.salt);
      requests.push(asked);
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { record: city.record, requests, refused: refused.filter((rule) => !["withdrawn", "not_live", "expired"].includes(rule)) };
}
