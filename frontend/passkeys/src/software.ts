/**
 * A software authenticator for a demonstration city, where the browser has no passkeys.
 *
 * Keys are ES256, not extractable, and lie in this origin's IndexedDB: they prove nobody's presence and no device.
 * The answers are ordinary WebAuthn (attestation "none", user present and verified) under this page's own origin.
 * A hub that is no demonstration does not serve this file.
 */
import { fromB64, sha256, toB64, utf8, type Bytes } from "../../request/src/encoding";
import type { Authenticator, CreateOptions } from "./authenticator";
import { byteString, concat, map, negative, positive, textString } from "./cbor";
import { derSignature } from "./der";

interface StoredKey {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: CryptoKey;
}

const DATABASE = "milton-software-authenticator";
const STORE = "keys";
const ES256 = -7;
const FLAGS_PRESENT_VERIFIED = 0x05;
const FLAG_ATTESTED = 0x40;
const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
  return (await settled(opening)).transaction(STORE, mode).objectStore(STORE);
}

function checkRpId(rpId: string): void {
  const host = location.hostname;
  if (rpId !== host && !host.endsWith(`.${rpId}`)) throw new Error("rp_id_not_of_this_page");
}

function clientData(type: "webauthn.create" | "webauthn.get", challenge: string): Bytes {
  return utf8(JSON.stringify({ type, challenge, origin: location.origin, crossOrigin: false }));
}

async function authenticatorData(rpId: string, flags: number, attested: Uint8Array): Promise<Bytes> {
  return concat(await sha256(utf8(rpId)), new Uint8Array([flags, 0, 0, 0, 0]), attested);
}

function coseKey(point: Uint8Array): Uint8Array {
  return map([
    [positive(1), positive(2)], // kty: EC2
    [positive(3), negative(ES256)], // alg
    [negative(-1), positive(1)], // crv: P-256
    [negative(-2), byteString(point.slice(1, 33))],
    [negative(-3), byteString(point.slice(33, 65))],
  ]);
}

async function newKey(options: CreateOptions, id: Uint8Array): Promise<Uint8Array> {
  const pair = await crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]);
  const key: StoredKey = { id: toB64(id), rpId: options.rp.id, userHandle: options.user.id, privateKey: pair.privateKey };
  await settled((await store("readwrite")).add(key));
  return new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
}

async function findKey(rpId: string, allowed: readonly { readonly id: string }[]): Promise<StoredKey> {
  const keys = (await settled((await store("readonly")).getAll())) as StoredKey[];
  const ids = new Set(allowed.map(({ id }) => id));
  const found = keys.filter((key) => key.rpId === rpId && (ids.size === 0 || ids.has(key.id))).at(-1);
  if (found === undefined) throw new Error("This browser has no software key for this page.");
  return found;
}

export const softwareAuthenticator: Authenticator = {
  async create(options) {
    checkRpId(options.rp.id);
    if (!options.pubKeyCredParams.some(({ alg }) => alg === ES256)) throw new Error("algorithm");
    const id = crypto.getRandomValues(new Uint8Array(32));
    const point = await newKey(options, id);
    const attested = concat(new Uint8Array(16), new Uint8Array([0, id.length]), id, coseKey(point));
    const authData = await authenticatorData(options.rp.id, FLAGS_PRESENT_VERIFIED | FLAG_ATTESTED, attested);
    const attestation = map([
      [textString("fmt"), textString("none")],
      [textString("attStmt"), map([])],
      [textString("authData"), byteString(authData)],
    ]);
    return {
      id: toB64(id),
      rawId: toB64(id),
      type: "public-key",
      response: {
        clientDataJSON: toB64(clientData("webauthn.create", options.challenge)),
        attestationObject: toB64(attestation),
        transports: ["internal"],
      },
      clientExtensionResults: {},
    };
  },
  async get(options) {
    checkRpId(options.rpId);
    const key = await findKey(options.rpId, options.allowCredentials ?? []);
    const client = clientData("webauthn.get", options.challenge);
    const data = await authenticatorData(options.rpId, FLAGS_PRESENT_VERIFIED, new Uint8Array());
    const signed = concat(data, await sha256(client));
    const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, signed);
    return {
      id: key.id,
      rawId: key.id,
      type: "public-key",
      response: {
        clientDataJSON: toB64(client),
        authenticatorData: toB64(data),
        signature: toB64(derSignature(new Uint8Array(raw))),
        userHandle: toB64(fromB64(key.userHandle)),
      },
      clientExtensionResults: {},
    };
  },
};
