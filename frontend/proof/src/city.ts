/** The city record and the directory (docs/protocol.md sections 2 and 3), read strictly as far as a request is judged by them. */
import { decode, type Json } from "../../request/src/canonical";
import type { Bytes } from "../../request/src/encoding";
import { Fields } from "../../request/src/fields";
import type { Polygon } from "../../request/src/geometry";
import { readPoint } from "../../request/src/payload";
import { checkSignature, readEnvelope } from "./dsse";

const KEY_BYTES = 32;

export interface CityRecord {
  readonly serial: number;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly cityName: string;
  readonly demo: boolean;
  /** Where homes and residents' pages reach the hub. */
  readonly homeUrl: string;
  readonly jurisdiction: Polygon;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly signer: { readonly rpId: string; readonly origin: string; readonly servedBy: "city" | "hub" };
  readonly directoryKeys: readonly { readonly publicKey: Bytes; readonly label: string }[];
  readonly hubKey: Bytes;
  readonly log: { readonly origin: string; readonly publicKey: Bytes };
  readonly witnessQuorum: number;
}
export interface Credential {
  /** In b64, as messages have it. */
  readonly id: string;
  readonly algorithm: number;
  readonly publicKey: Bytes;
  readonly rpId: string;
  readonly origin: string;
  readonly deviceBound: boolean;
  readonly attestation: string;
}
export interface Person {
  readonly id: string;
  readonly badge: string;
  readonly roles: readonly string[];
  readonly credentials: readonly Credential[];
}
export interface Recipient {
  readonly personId: string | null;
  readonly role: string;
  readonly ageRecipient: string;
}
export interface Directory {
  readonly serial: number;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly people: ReadonlyMap<string, Person>;
  readonly recipients: ReadonlyMap<string, Recipient>;
  /** Kind and id of what was revoked when this version was signed. */
  readonly revoked: ReadonlySet<string>;
}

export function ofType(bytes: Bytes, type: string): Fields {
  const fields = new Fields(decode(bytes));
  fields.header(type);
  return fields;
}

function key(fields: Fields, name: string): Bytes {
  const bytes = fields.b64(name, KEY_BYTES);
  if (bytes.length !== KEY_BYTES) throw new Error(`out_of_bounds: ${name}`);
  return bytes;
}

/** Read what is not judged here, so that nothing unknown is left. */
function pass(fields: Fields, ...names: readonly string[]): void {
  for (const name of names) fields.json(name);
}

function readSigner(fields: Fields): CityRecord["signer"] {
  const signer = { rpId: fields.text("rp_id", 253), origin: fields.text("origin", 160), servedBy: fields.choice("served_by", ["city", "hub"]) };
  pass(fields, "files");
  fields.done();
  return signer;
}

function readHub(fields: Fields): string {
  const homeUrl = fields.text("home_url", 200);
  pass(fields, "mqtt_url");
  fields.done();
  return homeUrl;
}

function readDirectoryKey(value: Json): CityRecord["directoryKeys"][number] {
  const fields = new Fields(value);
  const found = { publicKey: key(fields, "public_key"), label: fields.text("label", 80) };
  fields.done();
  return found;
}

function readLog(fields: Fields): CityRecord["log"] {
  const log = { origin: fields.text("origin", 200), publicKey: key(fields, "public_key") };
  fields.done();
  return log;
}

/** The city record that this root signed. Throws the broken rule. */
export async function openRecord(bytes: Bytes, root: Bytes): Promise<CityRecord> {
  const envelope = readEnvelope(bytes);
  await checkSignature(envelope, "application/vnd.milton.city-record.v1+json", root);
  const fields = ofType(envelope.payload, "milton/city-record");
  const record = {
    serial: fields.integer("serial", 1, Number.MAX_SAFE_INTEGER),
    agencyId: fields.id("agency_id"),
    agencyName: fields.text("agency_name", 80),
    cityName: fields.text("city_name", 80),
    demo: fields.boolean("demo"),
    homeUrl: readHub(fields.child("hub")),
    jurisdiction: { kind: "polygon", points: fields.items("jurisdiction", 3, 512).map(readPoint) } as const,
    issuedAt: fields.time("issued_at"),
    expiresAt: fields.time("expires_at"),
    signer: readSigner(fields.child("signer")),
    directoryKeys: fields.items("directory_keys", 2, 2).map(readDirectoryKey),
    hubKey: key(fields, "hub_key"),
    log: readLog(fields.child("log")),
    witnessQuorum: fields.integer("witness_quorum", 0, 8),
  };
  pass(fields, "map_sha256");
  fields.done();
  return record;
}

export function readCredential(value: Json): Credential {
  const fields = new Fields(value);
  const credential = {
    id: fields.text("credential_id", 1400),
    algorithm: fields.integer("algorithm", -8, -7),
    publicKey: fields.b64("public_key", 65),
    rpId: fields.text("rp_id", 253),
    origin: fields.text("origin", 160),
    deviceBound: fields.boolean("device_bound"),
    attestation: fields.choice("attestation", ["none", "self", "verified"]),
  };
  fields.hex("aaguid", 32);
  fields.done();
  return credential;
}

function readPerson(value: Json): [string, Person] {
  const fields = new Fields(value);
  const person = {
    id: fields.id("person_id"),
    badge: fields.code("badge", 20, "-"),
    roles: fields.items("roles", 0, 5).map(String),
    credentials: fields.items("credentials", 0, 8).map(readCredential),
  };
  pass(fields, "name");
  fields.done();
  return [person.id, person];
}

function readRecipient(value: Json): [string, Recipient] {
  const fields = new Fields(value);
  const id = fields.id("recipient_id");
  const recipient = {
    personId: fields.optionalText("person_id", 64),
    role: fields.choice("role", ["officer", "custodian", "recovery"]),
    ageRecipient: fields.text("age_recipient", 100),
  };
  fields.done();
  return [id, recipient];
}

function readRevoked(value: Json): string {
  const fields = new Fields(value);
  const revoked = revocation(fields.choice("kind", ["person", "credential", "recipient"]), fields.text("id", 1400));
  fields.time("revoked_at");
  pass(fields, "reason");
  fields.done();
  return revoked;
}

/** How {@link Directory.revoked} names it. */
export const revocation = (kind: "person" | "credential" | "recipient", id: string): string => `${kind} ${id}`;

/** A list by its entries' ids; throws where an id is there twice, for then nobody knows which one counts. */
function byId<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const found = new Map(entries);
  if (found.size !== entries.length) throw new Error("duplicate_item");
  return found;
}

/** The directory that both keys of the city record signed. Throws the broken rule. */
export async function openDirectory(bytes: Bytes, record: CityRecord): Promise<Directory> {
  const envelope = readEnvelope(bytes);
  for (const { publicKey } of record.directoryKeys) {
    await checkSignature(envelope, "application/vnd.milton.directory.v1+json", publicKey);
  }
  const fields = ofType(envelope.payload, "milton/directory");
  if (fields.id("agency_id") !== record.agencyId) throw new Error("agency_differs");
  const directory = {
    serial: fields.integer("serial", 1, Number.MAX_SAFE_INTEGER),
    issuedAt: fields.time("issued_at"),
    expiresAt: fields.time("expires_at"),
    people: byId(fields.items("people", 0, 2_000).map(readPerson)),
    recipients: byId(fields.items("recipients", 0, 4_000).map(readRecipient)),
    revoked: new Set(fields.items("revocations", 0, 4_000).map(readRevoked)),
  };
  fields.done();
  return directory;
}

/** What a message revokes that travels alone, and from when on; null for one that no directory key of the record signed. */
export async function openRevocation(bytes: Bytes, record: CityRecord): Promise<{ readonly revoked: string; readonly at: Date } | null> {
  const envelope = readEnvelope(bytes);
  const signed = record.directoryKeys.map(({ publicKey }) => checkSignature(envelope, "application/vnd.milton.revocation.v1+json", publicKey));
  if (!(await Promise.allSettled(signed)).some(({ status }) => status === "fulfilled")) return null;
  const fields = ofType(envelope.payload, "milton/revocation");
  if (fields.id("agency_id") !== record.agencyId) throw new Error("agency_differs");
  const revoked = revocation(fields.choice("kind", ["person", "credential", "recipient"]), fields.text("id", 1400));
  const at = fields.time("revoked_at");
  pass(fields, "reason");
  fields.done();
  return { revoked, at };
}
