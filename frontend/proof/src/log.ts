/** That a request is in the public log: the leaf that a reader builds, its proof, the log's signed checkpoint (docs/protocol.md sections 4 and 6). */
import { ed25519 } from "@noble/curves/ed25519.js";
import { canonical } from "../../request/src/canonical";
import { fromBase64, fromHex, sha256, toHex, utf8, type Bytes } from "../../request/src/encoding";
import { middle } from "../../request/src/geometry";
import type { RequestPayload } from "../../request/src/payload";
import { concat } from "../../passkeys/src/cbor";
import type { CityRecord } from "./city";
import { sameBytes } from "./passkey";

const VERSION = "c2sp.org/tlog-proof@v1";
const PROOF_MOST_CHARS = 32_768;
const HASHES_MOST = 64;
const EXTRA_MOST_BYTES = 1_024;
const NOTE_MOST_CHARS = 16_384;
const SIGNATURES_MOST = 32;
const SIGNATURE_MOST_BYTES = 6_144;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
// A key's name has 1 to 200 characters, no white space and no plus.
const SIGNATURE_LINE = /^\u2014 ([^\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]{1,200}) (.*)$/u;
const CELL_E7 = 200_000; // 0.02 degree
const KEY_ID_BYTES = 4;
const COSIGNATURE_BYTES = 72; // 8 of its time in seconds, 64 of Ed25519
const SKEW_MS = 300_000; // of two clocks, as homes allow it

/** How many entries a log has, and what they hash to. */
export interface Tree {
  readonly size: number;
  readonly rootSha256: string;
}
/** A tree as its log signed it. */
export interface Checkpoint extends Tree {
  readonly note: string;
  /** Names of who else signed the checkpoint by now; whose keys they are is not known here. */
  readonly others: readonly string[];
}
export interface Entry {
  readonly leaf: string;
  readonly index: number;
  readonly hashes: readonly string[];
}
export interface Logged extends Entry {
  readonly checkpoint: Checkpoint;
}

/** To 0.02 degree, half away from zero, in hundredths of a degree. */
function rounded(degreesE7: number): number {
  const cells = Math.floor((Math.abs(degreesE7) + CELL_E7 / 2) / CELL_E7);
  return cells === 0 ? 0 : 2 * (degreesE7 < 0 ? -cells : cells);
}

/** The log's entry of a request, as its bytes say. */
export function leafOf(request: RequestPayload, id: string): string {
  const { latE7, lonE7 } = middle(request.area);
  return canonical({
    type: "milton/leaf",
    version: 1,
    kind: request.urgent ? "urgent_request" : "request",
    id,
    day: request.createdAt.toISOString().slice(0, 10),
    case: request.caseNumber,
    offence: request.offenceCode,
    cell: `${rounded(latE7)},${rounded(lonE7)}`,
  });
}

type Malformed = "log_proof_malformed" | "checkpoint_malformed" | "note_malformed";

function decimal(text: string, rule: Malformed): number {
  const number = Number(text);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(number)) throw new Error(rule);
  return number;
}

function base64(text: string, rule: Malformed): Bytes {
  try {
    return fromBase64(text);
  } catch {
    throw new Error(rule);
  }
}

function hash(text: string, rule: Malformed): Bytes {
  const bytes = base64(text, rule);
  if (bytes.length !== 32) throw new Error(rule);
  return bytes;
}

interface Signature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

function readSignature(line: string): Signature {
  const match = SIGNATURE_LINE.exec(line);
  if (match === null) throw new Error("note_malformed");
  const bytes = base64(match[2]!, "note_malformed");
  if (bytes.length <= KEY_ID_BYTES || bytes.length > KEY_ID_BYTES + SIGNATURE_MOST_BYTES) throw new Error("note_malformed");
  return { name: match[1]!, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

interface Note {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

function readNote(note: string): Note {
  const end = note.lastIndexOf("\n\n");
  const lines = note.slice(end + 2, -1).split("\n");
  const isTooLong = [...note].length > NOTE_MOST_CHARS || lines.length > SIGNATURES_MOST;
  if (end < 0 || !note.endsWith("\n") || isTooLong || CONTROL.test(note)) throw new Error("note_malformed");
  return { text: note.slice(0, end + 1), signatures: lines.map(readSignature) };
}

/** Whether a cosignature is dated later than a clock may be off: homes count it for nothing. */
function isAhead({ signature }: Signature, now: Date): boolean {
  if (signature.length !== COSIGNATURE_BYTES) return false;
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return Number(seconds) * 1000 > now.getTime() + SKEW_MS;
}

/** The names of the others who signed; throws unless the log itself did, and so that it verifies. */
async function checkNote({ text, signatures }: Note, { origin, publicKey }: CityRecord["log"], now: Date): Promise<string[]> {
  const keyId = (await sha256(concat(utf8(`${origin}\n`), new Uint8Array([1]), publicKey))).subarray(0, KEY_ID_BYTES);
  const isOfLog = (each: Signature): boolean => each.name === origin && sameBytes(each.keyId, keyId);
  const own = signatures.filter(isOfLog);
  if (own.length === 0) throw new Error("note_not_signed");
  for (const { signature } of own) {
    if (signature.length !== 64 || !ed25519.verify(signature, utf8(text), publicKey, { zip215: false })) throw new Error("note_signature_wrong");
  }
  return signatures.filter((each) => !isOfLog(each) && !isAhead(each, now)).map((each) => each.name);
}

/** The checkpoint of a note that this log signed. Throws the broken rule. */
export async function openCheckpoint(note: string, log: CityRecord["log"], now: Date): Promise<Checkpoint> {
  const read = readNote(note);
  const others = await checkNote(read, log, now);
  const [origin, size, root, ...more] = read.text.split("\n");
  if (more.length !== 1 || more[0] !== "") throw new Error("checkpoint_malformed");
  const tree = { size: decimal(size!, "checkpoint_malformed"), rootSha256: toHex(hash(root!, "checkpoint_malformed")) };
  if (origin !== log.origin) throw new Error("log_origin_unknown");
  return { ...tree, note, others };
}

const node = async (left: Bytes, right: Bytes): Promise<Bytes> => sha256(concat(new Uint8Array([1]), left, right));

/** The root that a leaf's hash and its proof lead to (RFC 9162 section 2.1.3.2). Throws `not_in_log` for a proof of another length. */
export async function rootOf(leafHash: Bytes, index: number, size: number, proof: readonly Bytes[]): Promise<Bytes> {
  if (index >= size || leafHash.length !== 32) throw new Error("not_in_log");
  let [at, last] = [index, size - 1];
  let found = leafHash;
  for (const each of proof) {
    if (last === 0) throw new Error("not_in_log");
    if (at % 2 === 1 || at === last) {
      found = await node(each, found);
      for (; at % 2 === 0 && at !== 0; at /= 2) last = Math.floor(last / 2);
    } else {
      found = await node(found, each);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new Error("not_in_log");
  return found;
}

/** The leaf's place in a tree. Throws `not_in_log` where the hashes lead to another root. */
export async function checkEntry(leaf: string, index: number, hashes: readonly Bytes[], tree: Tree): Promise<Entry> {
  const leafHash = await sha256(concat(new Uint8Array([0]), utf8(leaf)));
  if (toHex(await rootOf(leafHash, index, tree.size, hashes)) !== tree.rootSha256) throw new Error("not_in_log");
  return { leaf, index, hashes: hashes.map(toHex) };
}

/** Where the leaf is in the log of this city record. Throws the broken rule. */
export async function checkLogged(proof: string, leaf: string, record: CityRecord, now: Date): Promise<Logged> {
  const end = proof.indexOf("\n\n");
  if ([...proof].length > PROOF_MOST_CHARS || end < 0) throw new Error("log_proof_malformed");
  const [version, ...rest] = proof.slice(0, end).split("\n");
  const extra = rest[0]?.startsWith("extra ") === true ? base64(rest[0].slice("extra ".length), "log_proof_malformed") : null;
  const lines = extra === null ? rest : rest.slice(1);
  const [place, ...hashes] = lines;
  if (version !== VERSION || place?.startsWith("index ") !== true || hashes.length > HASHES_MOST || (extra?.length ?? 0) > EXTRA_MOST_BYTES) throw new Error("log_proof_malformed");
  const index = decimal(place.slice("index ".length), "log_proof_malformed");
  const path = readHashes(hashes);
  const checkpoint = await openCheckpoint(proof.slice(end + 2), record.log, now);
  return { ...(await checkEntry(leaf, index, path, checkpoint)), checkpoint };
}

/** Hashes as a hub's JSON has them. */
export function readHashes(hashes: readonly string[]): Bytes[] {
  if (hashes.length > HASHES_MOST) throw new Error("log_proof_malformed");
  return hashes.map((each) => hash(each, "log_proof_malformed"));
}

/** The roots of both trees as the proof leads to them (RFC 9162 section 2.1.4.2); null for a proof of another length. */
async function rootsOf(old: Tree, size: number, proof: readonly Bytes[]): Promise<[old: string, now: string] | null> {
  let [at, last] = [old.size - 1, size - 1];
  for (; at % 2 === 1; at = Math.floor(at / 2)) last = Math.floor(last / 2);
  const [first, ...rest] = at === 0 ? [fromHex(old.rootSha256), ...proof] : proof;
  if (first === undefined) return null;
  let [before, now] = [first, first];
  for (const each of rest) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      [before, now] = [await node(each, before), await node(each, now)];
      for (; at % 2 === 0 && at !== 0; at /= 2) last = Math.floor(last / 2);
    } else {
      now = await node(now, each);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? [toHex(before), toHex(now)] : null;
}

/** Whether the larger of two trees begins with the smaller one. */
export async function isContinued(one: Tree, other: Tree, proof: readonly Bytes[]): Promise<boolean> {
  const [old, now] = one.size <= other.size ? [one, other] : [other, one];
  if (old.size === 0) return false; // every log continues an empty one: it proves nothing
  if (old.size === now.size) return proof.length === 0 && old.rootSha256 === now.rootSha256;
  const roots = await rootsOf(old, now.size, proof);
  return roots !== null && roots[0] === old.rootSha256 && roots[1] === now.rootSha256;
}
