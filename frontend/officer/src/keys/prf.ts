/**
 * A secret that only one security key can tell, with its PIN: WebAuthn's PRF extension. Its credentials stand apart
 * from those that sign in: they are not discoverable, have a user of their own, and the hub takes none for a sign-in.
 */
import { asked } from "../../../passkeys/src/refusals";
import { utf8, type Bytes } from "../../../request/src/encoding";

export interface PrfSecret {
  readonly credentialId: Bytes;
  readonly secret: Bytes;
}

const SALT = utf8("milton/identity-wrap/v1");
const ALGORITHMS = [-7, -8]; // ES256, EdDSA
const TIMEOUT_MS = 120_000;
const EXTENSION = { prf: { eval: { first: SALT } } };

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length)); // nobody checks the answer's signature: the secret is the answer
}

function described(ids: readonly Bytes[]): PublicKeyCredentialDescriptor[] {
  return ids.map((id) => ({ type: "public-key", id }));
}

function secretIn(credential: PublicKeyCredential): PrfSecret | null {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) return null;
  const bytes = first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer as ArrayBuffer, first.byteOffset, first.byteLength);
  return { credentialId: new Uint8Array(credential.rawId), secret: bytes };
}

/** Ask for the secret of any of these credentials. Throws words for a person when the key has none. */
export async function askPrf(ids: readonly Bytes[]): Promise<PrfSecret> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    rpId: location.hostname,
    challenge: random(32),
    allowCredentials: described(ids),
    userVerification: "required",
    timeout: TIMEOUT_MS,
    extensions: EXTENSION,
  };
  const found = secretIn(await asked(() => navigator.credentials.get({ publicKey })));
  if (found === null) throw new Error("This security key can’t keep an opening key: it lacks the PRF extension. Use another one.");
  return found;
}

/** Make a credential on a security key that is none of `known`, and ask for its secret. */
export async function newPrf(owner: string, known: readonly Bytes[]): Promise<PrfSecret> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    rp: { id: location.hostname, name: "Milton Share" },
    user: { id: random(16), name: `${owner}, opening key`, displayName: `${owner}, opening key` },
    challenge: random(32),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: described(known),
    authenticatorSelection: { authenticatorAttachment: "cross-platform", residentKey: "discouraged", userVerification: "required" },
    attestation: "none",
    timeout: TIMEOUT_MS,
    extensions: EXTENSION,
  };
  const credential = await asked(() => navigator.credentials.create({ publicKey }));
  return secretIn(credential) ?? askPrf([new Uint8Array(credential.rawId)]);
}
