/** The request payload (docs/protocol.md section 4), read strictly: what this page can't show it does not sign. */
import { decode, type Json } from "./canonical";
import { toHex, type Bytes } from "./encoding";
import { Fields } from "./fields";
import type { Area, Point } from "./geometry";

export interface Recipient {
  readonly recipientId: string;
  readonly role: "officer" | "custodian" | "recovery";
  readonly ageRecipient: string;
}
export interface RequestPayload {
  /** In hex. */
  readonly salt: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly officerId: string;
  readonly badge: string;
  readonly contact: string;
  readonly caseNumber: string;
  readonly offenceCode: string;
  readonly offenceName: string;
  readonly reason: string;
  readonly urgent: boolean;
  readonly drill: boolean;
  /** The hash of the door code that opens it; null where it is for everybody in the area. */
  readonly codeSha256: string | null;
  readonly byCode: boolean;
  readonly area: Area;
  readonly from: Date;
  readonly until: Date;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly recipients: readonly Recipient[];
}

const LARGEST_BYTES = 65_536;

export function readPoint(value: Json | undefined): Point {
  if (!Array.isArray(value) || value.length !== 2) throw new Error("wrong_type: point");
  const [latE7, lonE7] = value;
  if (!Number.isSafeInteger(latE7) || !Number.isSafeInteger(lonE7)) throw new Error("wrong_type: point");
  if (Math.abs(latE7 as number) > 9e8 || Math.abs(lonE7 as number) > 18e8) throw new Error("out_of_bounds: point");
  return { latE7: latE7 as number, lonE7: lonE7 as number };
}

export function readArea(fields: Fields): Area {
  const kind = fields.choice("kind", ["polygon", "circle"]);
  const area: Area =
    kind === "circle"
      ? { kind, center: readPoint(fields.json("center")), radiusM: fields.integer("radius_m", 1, 804) }
      : { kind, points: fields.items("points", 3, 64).map(readPoint) };
  fields.done();
  return area;
}

function readRecipient(value: Json): Recipient {
  const fields = new Fields(value);
  const recipient: Recipient = {
    recipientId: fields.id("recipient_id"),
    role: fields.choice("role", ["officer", "custodian", "recovery"]),
    ageRecipient: fields.text("age_recipient", 100),
  };
  fields.done();
  return recipient;
}

function readAudience(fields: Fields): string | null {
  const kind = fields.choice("kind", ["area", "code"]);
  const code = kind === "code" ? fields.hex("code_sha256", 64) : null;
  fields.done();
  return code;
}

/** Throws an Error that names the broken rule. */
export function readRequest(payload: Bytes): RequestPayload {
  if (payload.length > LARGEST_BYTES) throw new Error("message_too_long");
  const fields = new Fields(decode(payload));
  fields.header("milton/request");
  const salt = fields.b64("salt", 32);
  if (salt.length !== 32) throw new Error("out_of_bounds: salt");
  const officer = fields.child("officer");
  const codeSha256 = readAudience(fields.child("audience"));
  const request: RequestPayload = {
    salt: toHex(salt),
    agencyId: fields.id("agency_id"),
    agencyName: fields.text("agency_name", 80),
    officerId: officer.id("person_id"),
    badge: officer.code("badge", 20, "-"),
    contact: fields.phoneNumber("contact", 40),
    caseNumber: fields.code("case_number", 40),
    offenceCode: fields.code("offence_code", 40),
    offenceName: fields.words("offence_name", 120),
    reason: fields.words("reason", 500, 15),
    urgent: fields.choice("urgency", ["routine", "urgent"]) === "urgent",
    drill: fields.boolean("drill"),
    codeSha256,
    byCode: codeSha256 !== null,
    area: readArea(fields.child("area")),
    from: fields.time("from"),
    until: fields.time("until"),
    createdAt: fields.time("created_at"),
    expiresAt: fields.time("expires_at"),
    recipients: fields.items("recipients", 2, 8).map(readRecipient),
  };
  officer.done();
  fields.done();
  return request;
}
