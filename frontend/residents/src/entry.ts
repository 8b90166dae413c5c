/**
 * Camera entries (`milton/camera-entry`, docs/protocol.md): made, signed and read in the browser.
 *
 * Each entry has a signing key of its own, made from the account key and the entry's number, so that nobody can tell
 * from two entries that they have one owner, and whoever holds the printed key can change or erase any of them.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 as sha256Now } from "@noble/hashes/sha2.js";
import { canonical, decode, type Json } from "../../request/src/canonical";
import { sha256, toB64, toHex, utf8, type Bytes } from "../../request/src/encoding";
import { Fields } from "../../request/src/fields";
import type { Point } from "../../request/src/geometry";
import { readPoint } from "../../request/src/payload";
import { checkSignature, readEnvelope, signedEnvelope } from "../../proof/src/dsse";

const TYPE = "milton/camera-entry";
const PAYLOAD_TYPE = "application/vnd.milton.camera-entry.v1+json";
const [SEED_BYTES, ID_CHARS] = [32, 32];
const [CELL_MAX_CHARS, STREET_MAX_CHARS] = [20, 80];
const [FIELD_OF_VIEW_MIN_DEG, FIELD_OF_VIEW_MAX_DEG] = [10, 360];

export type Place =
  | { readonly kind: "area"; readonly cell: string }
  | { readonly kind: "street"; readonly street: string }
  | { readonly kind: "exact"; readonly point: Point; readonly headingDeg: number; readonly fieldOfViewDeg: number };
export type State = "active" | "paused" | "erased";

export interface Entry {
  readonly agencyId: string;
  readonly revision: number;
  readonly state: State;
  /** Null exactly when erased. */
  readonly place: Place | null;
  readonly keepsDays: number | null;
}

export interface EntryKey {
  readonly id: string;
  readonly public: Bytes;
  readonly secret: Bytes;
}

/** The signing key of the entry with this number. */
export function entryKey(accountKey: string, number: number): Promise<EntryKey> {
  return keyOf(hkdf(sha256Now, utf8(accountKey), undefined, utf8(`milton/camera-entry/v1/${number}`), SEED_BYTES) as Bytes);
}

/** The key of an Ed25519 seed, and the id of its entry. */
export async function keyOf(secret: Bytes): Promise<EntryKey> {
  const made = ed25519.getPublicKey(secret) as Bytes;
  return { id: toHex(await sha256(made)).slice(0, ID_CHARS), public: made, secret };
}

function placeJson(place: Place | null): Json {
  if (place === null) return null;
  if (place.kind === "area") return { kind: "area", cell: place.cell };
  if (place.kind === "street") return { kind: "street", street: place.street };
  const point = [place.point.latE7, place.point.lonE7];
  return { kind: "exact", point, heading_deg: place.headingDeg, field_of_view_deg: place.fieldOfViewDeg };
}

/** The signed envelope of an entry, as bytes. */
export async function sealEntry(entry: Entry, key: EntryKey, at: Date): Promise<Bytes> {
  const payload = utf8(
    canonical({
      type: TYPE,
      version: 1,
      agency_id: entry.agencyId,
      entry_key: toB64(key.public),
      revision: entry.revision,
      at: `${at.toISOString().slice(0, 19)}Z`,
      state: entry.state,
      place: placeJson(entry.place),
      keeps_days: entry.keepsDays,
    }),
  );
  return signedEnvelope(PAYLOAD_TYPE, payload, key);
}

function readPlace(fields: Fields): Place {
  const kind = fields.choice("kind", ["area", "street", "exact"]);
  const place: Place =
    kind === "area"
      ? { kind, cell: fields.text("cell", CELL_MAX_CHARS) }
      : kind === "street"
        ? { kind, street: fields.text("street", STREET_MAX_CHARS) }
        : {
            kind,
            point: readPoint(fields.json("point")),
            headingDeg: fields.integer("heading_deg", 0, 359),
            fieldOfViewDeg: fields.integer("field_of_view_deg", FIELD_OF_VIEW_MIN_DEG, FIELD_OF_VIEW_MAX_DEG),
          };
  fields.done();
  return place;
}

/** The entry in an envelope that the city gives back; throws unless this very key signed it. */
export async function openEntry(bytes: Bytes, key: EntryKey): Promise<Entry> {
  const envelope = readEnvelope(bytes);
  await checkSignature(envelope, PAYLOAD_TYPE, key.public);
  const fields = new Fields(decode(envelope.payload));
  fields.header(TYPE);
  if (toHex(fields.b64("entry_key", 32)) !== toHex(key.public)) throw new Error("signature_wrong");
  fields.time("at");
  const [agencyId, revision] = [fields.id("agency_id"), fields.integer("revision", 1, Number.MAX_SAFE_INTEGER)];
  const state = fields.choice("state", ["active", "paused", "erased"]);
  const place = fields.optional("place");
  const keeps = fields.json("keeps_days");
  fields.done();
  return { agencyId, revision, state, place: place === null ? null : readPlace(place), keepsDays: keeps === null ? null : Number(keeps) };
}
