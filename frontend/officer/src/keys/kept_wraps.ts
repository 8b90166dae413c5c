/** The wraps of a person's opening keys that the hub keeps, and the way back from one of them to the key. */
import { fromB64, toB64, type Bytes } from "../../../request/src/encoding";
import { postFresh } from "../fresh";
import { get } from "../page";
import type { OpeningKey } from "../share/clip/messages";
import { askPrf, newPrf } from "./prf";
import { unwrapKey, wrapKey, type Wrapped } from "./wrap";

export interface KeptWrap extends Wrapped {
  readonly id: string;
  readonly recipient: string;
  readonly credentialId: Bytes;
  readonly label: string;
}
interface WrapJson {
  readonly wrap_id: string;
  readonly recipient: string;
  readonly credential_id: string;
  readonly label: string;
  readonly iv: string;
  readonly wrap: string;
}

export async function keptWraps(): Promise<KeptWrap[]> {
  const { wraps } = await get<{ wraps: WrapJson[] }>("/api/wraps");
  return wraps.map(({ wrap_id: id, recipient, credential_id, label, iv, wrap }) => {
    return { id, recipient, credentialId: fromB64(credential_id), label, iv: fromB64(iv), wrap: fromB64(wrap) };
  });
}

/** Wrap `opening` under a security key that has none of `known`, and give the wrap to the hub. */
export async function addWrap(opening: OpeningKey, owner: string, label: string, known: readonly KeptWrap[]): Promise<void> {
  const prf = await newPrf(owner, known.map(({ credentialId }) => credentialId));
  const { iv, wrap } = await wrapKey(opening, prf);
  const kept = { recipient: opening.recipient, credential_id: toB64(prf.credentialId), label, iv: toB64(iv), wrap: toB64(wrap) };
  await postFresh("/api/wraps", "key.wrap", "", kept);
}

export async function removeWrap(id: string): Promise<void> {
  await postFresh(`/api/wraps/${id}/remove`, "key.unwrap", id);
}

/** Open one of the wraps with whichever of its security keys answers; says which it was. */
export async function openWrap(wraps: readonly KeptWrap[], extractable = false): Promise<{ opening: OpeningKey; by: KeptWrap }> {
  const prf = await askPrf(wraps.map(({ credentialId }) => credentialId));
  const id = toB64(prf.credentialId);
  const by = wraps.find(({ credentialId }) => toB64(credentialId) === id);
  if (by === undefined) throw new Error("This security key was not asked for.");
  return { opening: await unwrapKey(by.recipient, by, prf, extractable), by };
}
