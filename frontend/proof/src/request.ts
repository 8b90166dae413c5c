/**
 * Who asked for what a share answers, proven in this browser from the city's root key: the officer's passkey, the second
 * person's, the keys that it is sealed to, the hard limits, the public log. Each step holds or ends the whole with the name of its rule.
 */
import type { Json } from "../../request/src/canonical";
import { fromB64, fromBase64, fromUtf8, sha256, sha256Hex, toHex, type Bytes } from "../../request/src/encoding";
import { readRequest, type RequestPayload } from "../../request/src/payload";
import { openDirectory, openRecord, revocation, type CityRecord, type Credential, type Directory, type Person } from "./city";
import { readRecipient } from "./recipient";
import { checkArea, checkTimes, needsSecond } from "./limits";
import { checkLogged, leafOf, type Logged } from "./log";
import { checkAssertion, readAssertion, type Assertion } from "./passkey";

export const SKEW_MS = 300_000; // of two clocks, as homes allow it

/** As the hub gives them, believed in nothing. */
export interface ProofsJson {
  readonly root_public_key: string;
  readonly city_record: string;
  readonly directory: string;
  readonly assertions: readonly Json[];
  readonly log_proof: string;
}
export interface Signed {
  readonly person: Person;
  readonly credential: Credential;
  readonly assertion: Assertion;
}
export interface ProvenRequest {
  readonly id: string;
  readonly request: RequestPayload;
  readonly payload: string;
  readonly rootSha256: string;
  /** When this browser saw the root's key for the first time; null where it is now. */
  readonly rootKnownSince: Date | null;
  readonly record: CityRecord;
  readonly recordSha256: string;
  readonly directory: Directory;
  readonly directorySha256: string;
  readonly officer: Signed;
  readonly approver: Signed | null;
  readonly logged: Logged;
}

function checkAgency(request: RequestPayload, record: CityRecord, directory: Directory): void {
  if (request.agencyId !== record.agencyId || request.agencyName !== record.agencyName) throw new Error("agency_differs");
  for (const [name, { issuedAt, expiresAt }] of [["city_record", record], ["directory", directory]] as const) {
    if (issuedAt.getTime() > request.expiresAt.getTime() + SKEW_MS) throw new Error(`${name}_not_yet_valid`);
    if (expiresAt <= request.createdAt) throw new Error(`${name}_expired`);
  }
}

async function signedBy(assertion: Assertion, role: string, challenge: Bytes, record: CityRecord, directory: Directory): Promise<Signed> {
  const person = directory.people.get(assertion.personId);
  if (person === undefined) throw new Error(`${assertion.role}_unknown`);
  if (!person.roles.includes(role)) throw new Error(`${assertion.role}_role_missing`);
  const credential = person.credentials.find(({ id }) => id === assertion.credentialId);
  if (credential === undefined) throw new Error("credential_unknown");
  if (directory.revoked.has(revocation("person", person.id)) || directory.revoked.has(revocation("credential", credential.id))) throw new Error("revoked");
  if (credential.rpId !== record.signer.rpId || credential.origin !== record.signer.origin) throw new Error("signer_differs");
  await checkAssertion(credential, assertion, challenge);
  return { person, credential, assertion };
}

function checkRecipients({ recipients, officerId }: RequestPayload, directory: Directory): void {
  const count = { officer: 0, custodian: 0, recovery: 0 };
  for (const { recipientId, role, ageRecipient } of recipients) {
    const known = directory.recipients.get(recipientId);
    if (known === undefined || known.role !== role || known.ageRecipient !== ageRecipient) throw new Error("recipient_unknown");
    readRecipient(ageRecipient);
    if (role === "officer" && known.personId !== officerId) throw new Error("recipient_unknown");
    const isPersonRevoked = known.personId !== null && directory.revoked.has(revocation("person", known.personId));
    if (isPersonRevoked || directory.revoked.has(revocation("recipient", recipientId))) throw new Error("revoked");
    count[role] += 1;
  }
  if (count.officer !== 1 || count.recovery !== 1 || count.custodian === 0) throw new Error("recipient_missing");
}

async function signaturesOf(proofs: ProofsJson, request: RequestPayload, challenge: Bytes, record: CityRecord, directory: Directory): Promise<Pick<ProvenRequest, "officer" | "approver">> {
  const [first, second, ...more] = proofs.assertions.map(readAssertion);
  if (first === undefined || more.length > 0) throw new Error("out_of_bounds: assertions");
  if (second?.role === first.role) throw new Error("duplicate_item: assertions");
  if (first.role !== "officer" || first.personId !== request.officerId) throw new Error("officer_assertion_missing");
  const officer = await signedBy(first, "officer", challenge, record, directory);
  if (officer.person.badge !== request.badge) throw new Error("badge_differs");
  if (second === undefined) {
    if (needsSecond(request)) throw new Error("approver_missing");
    return { officer, approver: null };
  }
  if (second.personId === request.officerId) throw new Error("approver_is_officer");
  return { officer, approver: await signedBy(second, "supervisor", challenge, record, directory) };
}

/**
 * Throws the broken rule; `knownRoot` compares the root's key with the one that this browser knows, `revoked` is what was
 * revoked after the directory was signed.
 */
export async function proveRequest(
  proofs: ProofsJson,
  payload: Bytes,
  knownRoot: (sha256: string) => Date | null,
  now: Date,
  revoked: ReadonlySet<string> = new Set(),
): Promise<ProvenRequest> {
  const [root, recordBytes, directoryBytes] = [fromB64(proofs.root_public_key), fromBase64(proofs.city_record), fromBase64(proofs.directory)];
  const record = await openRecord(recordBytes, root);
  const signedDirectory = await openDirectory(directoryBytes, record);
  const directory = { ...signedDirectory, revoked: new Set([...signedDirectory.revoked, ...revoked]) };
  const request = readRequest(payload);
  checkAgency(request, record, directory);
  const challenge = await sha256(payload);
  const signed = await signaturesOf(proofs, request, challenge, record, directory);
  checkRecipients(request, directory);
  checkTimes(request);
  checkArea(request.area, record.jurisdiction);
  const id = toHex(challenge);
  const logged = await checkLogged(proofs.log_proof, leafOf(request, id), record, now);
  const rootSha256 = await sha256Hex(root);
  return {
    id,
    request,
    payload: fromUtf8(payload),
    rootSha256,
    rootKnownSince: knownRoot(rootSha256),
    record,
    recordSha256: await sha256Hex(recordBytes),
    directory,
    directorySha256: await sha256Hex(directoryBytes),
    ...signed,
    logged,
  };
}
