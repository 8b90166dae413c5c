/** WebAuthn in the JSON form that servers speak (WebAuthn Level 3, section 5.1.8). */
import { fromB64, toB64, type Bytes } from "../../request/src/encoding";
import { asked } from "./refusals";

export interface CreateOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: "public-key"; readonly alg: number }[];
  readonly excludeCredentials?: readonly { readonly id: string }[];
  readonly timeout?: number;
  /** Whether the key is asked to prove its make; nothing: it is not. */
  readonly attestation?: AttestationConveyancePreference;
}
export interface GetOptions {
  readonly rpId: string;
  readonly challenge: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
  readonly timeout?: number;
}
export interface Created {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string; readonly transports: string[] };
  readonly clientExtensionResults: Record<string, never>;
}
export interface Asserted {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle: string | null;
  };
  readonly clientExtensionResults: Record<string, never>;
}
export interface Authenticator {
  create(options: CreateOptions): Promise<Created>;
  get(options: GetOptions): Promise<Asserted>;
}

const TIMEOUT_MS = 120_000;

function b64(buffer: ArrayBuffer): string {
  return toB64(new Uint8Array(buffer));
}

function descriptors(list: readonly { readonly id: string }[] | undefined): PublicKeyCredentialDescriptor[] {
  return (list ?? []).map(({ id }) => ({ type: "public-key", id: fromB64(id) as Bytes }));
}

/** The browser's own passkeys. User verification is always required. */
export const browserAuthenticator: Authenticator = {
  async create(options) {
    const credential = await asked(() => navigator.credentials.create({
      publicKey: {
        rp: options.rp,
        user: { ...options.user, id: fromB64(options.user.id) },
        challenge: fromB64(options.challenge),
        pubKeyCredParams: [...options.pubKeyCredParams],
        excludeCredentials: descriptors(options.excludeCredentials),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: options.attestation ?? "none",
        timeout: options.timeout ?? TIMEOUT_MS,
      },
    }));
    const response = credential.response as AuthenticatorAttestationResponse;
    return {
      id: credential.id,
      rawId: b64(credential.rawId),
      type: "public-key",
      response: {
        clientDataJSON: b64(response.clientDataJSON),
        attestationObject: b64(response.attestationObject),
        transports: response.getTransports(),
      },
      clientExtensionResults: {},
    };
  },
  async get(options) {
    const credential = await asked(() => navigator.credentials.get({
      publicKey: {
        rpId: options.rpId,
        challenge: fromB64(options.challenge),
        allowCredentials: descriptors(options.allowCredentials),
        userVerification: "required",
        timeout: options.timeout ?? TIMEOUT_MS,
      },
    }));
    const response = credential.response as AuthenticatorAssertionResponse;
    return {
      id: credential.id,
      rawId: b64(credential.rawId),
      type: "public-key",
      response: {
        clientDataJSON: b64(response.clientDataJSON),
        authenticatorData: b64(response.authenticatorData),
        signature: b64(response.signature),
        userHandle: response.userHandle === null ? null : b64(response.userHandle),
      },
      clientExtensionResults: {},
    };
  },
};
