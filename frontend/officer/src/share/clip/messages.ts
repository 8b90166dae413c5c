/** Messages between a page, its workers, and the service worker. */

/** An X25519 key that opens footage, and the age recipient that it belongs to. The key can't be read out. */
export interface OpeningKey {
  readonly recipient: string;
  readonly key: CryptoKey;
}

/** A sealed body that a page has the file key of. */
export interface SealedClip {
  readonly id: string;
  readonly bodyUrl: string;
  readonly bodyBytes: number;
  readonly fileKey: Uint8Array;
}

/** What a share that was opened is called in lists: its camera, and from when to when it is. */
export interface ShareName {
  readonly camera: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A page to the service worker; each is answered on the port that comes along. `person` is whose page it is, null where nobody is signed in. */
export type Ask =
  | { readonly ask: "open"; readonly clip: SealedClip }
  | { readonly ask: "close"; readonly id: string }
  | { readonly ask: "keep"; readonly key: OpeningKey; readonly person: string | null }
  | { readonly ask: "key"; readonly person: string | null }
  | { readonly ask: "forget" }
  | { readonly ask: "name"; readonly shareId: string; readonly name: ShareName | null; readonly person: string | null }
  | { readonly ask: "names"; readonly person: string | null }
  | { readonly ask: "lock" }
  | { readonly ask: "claim" };
export type Answer = { readonly value: unknown } | { readonly error: string };

/** The service worker to a page: it needs a clip again, a part could not be given, or the device was locked. */
export type Told =
  | { readonly need: string }
  | { readonly failed: string; readonly rule: string; readonly at: number }
  | { readonly locked: true };

/** A page to the worker that checks a whole clip; `keep` asks for the plain bytes as well. */
export interface Check {
  readonly bodyUrl: string;
  readonly bodyBytes: number;
  readonly fileKey: Uint8Array;
  readonly clipSha256: string;
  readonly keep: boolean;
}
export type Checked =
  | { readonly progress: number }
  | { readonly verified: true; readonly blob: Blob | null }
  | { readonly error: string };
