/** Sealed parts: age v1 with header and body sent separately. They are opened only in this browser. */
import { Decrypter } from "age-encryption";
import { sha256Hex, type Bytes } from "../../../../request/src/encoding";
import { brought } from "./chunks";
import { chunkCount, joined, NONCE_BYTES, Opener, plainBytes } from "./stream";

export interface SealedPart {
  readonly header: Bytes;
  /** Headers of the same body that a custodian added for this person. */
  readonly added: readonly Bytes[];
  readonly bodyUrl: string;
  readonly bodySha256: string;
  readonly bodySizeBytes: number;
}

const WHOLE_MOST_BYTES = 8 * 2 ** 20; // a manifest has 4 MiB; it is read at once

/** The file key of a part, by whichever of its headers fits. Throws `no_key_fits` when the key is none of the recipients'. */
export async function fileKeyOf(part: SealedPart, key: CryptoKey): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  for (const header of [part.header, ...part.added]) {
    try {
      return await decrypter.decryptHeader(header);
    } catch (error) {
      if (!/no identity matched/i.test(String(error))) throw error;
    }
  }
  throw new Error("no_key_fits");
}

/**
 * Fetch and open a small part whole, with the age identity's key. Throws `no_key_fits`, `body_differs` when the sealed
 * bytes are not those of the share, `part_too_long`, `chunk_broken`, and `body_not_served_…`.
 */
export async function openPart(part: SealedPart, key: CryptoKey): Promise<Bytes> {
  if (part.bodySizeBytes > WHOLE_MOST_BYTES) throw new Error("part_too_long");
  const fileKey = await fileKeyOf(part, key);
  const response = await brought(fetch(part.bodyUrl, { cache: "no-store" }));
  if (!response.ok) throw new Error(`body_not_served_${response.status}`);
  const body = new Uint8Array(await brought(response.arrayBuffer()));
  if (body.length !== part.bodySizeBytes || (await sha256Hex(body)) !== part.bodySha256) throw new Error("body_differs");
  const last = chunkCount(plainBytes(body.length)) - 1;
  const opener = await Opener.of(fileKey, body.subarray(0, NONCE_BYTES));
  return joined(await opener.openAll(0, last, body.subarray(NONCE_BYTES)));
}
