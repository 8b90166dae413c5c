/** The home's own signature under the manifest of a named share, by the keys that the hub names as those of enrolled homes. */
import { fromB64, sha256Hex, type Bytes } from "../../../../request/src/encoding";
import { checkSignature } from "../../../../proof/src/dsse";
import { MANIFEST_TYPE, type Proven } from "../manifest/verify";

const KEY_BYTES = 32;

/** The digest of the key that signed for the home. Of a home that the hub does not name nothing is checked. */
export interface HomeSignature {
  readonly keyId: string;
  readonly state: "enrolled" | "not_named" | "wrong";
}

async function keyOf(keyId: string, keys: Bytes): Promise<Bytes | null> {
  for (let at = 0; at + KEY_BYTES <= keys.length; at += KEY_BYTES) {
    const key = keys.slice(at, at + KEY_BYTES);
    if ((await sha256Hex(key)) === keyId) return key;
  }
  return null;
}

/** Null of a share that names no home. */
export async function checkHome({ share, manifest, envelope }: Proven, homeKeys: string): Promise<HomeSignature | null> {
  if (!manifest.named) return null;
  const own = await sha256Hex(share.oneTimeKey);
  const ids = [...envelope.signatures.keys()].filter((id) => id !== own);
  const keys = fromB64(homeKeys);
  for (const keyId of ids) {
    const key = await keyOf(keyId, keys);
    if (key === null) continue;
    const state = await checkSignature(envelope, MANIFEST_TYPE, key).then(() => "enrolled" as const, () => "wrong" as const);
    return { keyId, state };
  }
  return { keyId: ids[0]!, state: "not_named" };
}
