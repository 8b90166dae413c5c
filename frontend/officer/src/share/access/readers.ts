/** Give one more officer access to a share: add headers sealed to their decryption key; the body stays as it is. */
import { toB64 } from "../../../../request/src/encoding";
import { postFresh } from "../../fresh";
import { keptWraps, openWrap } from "../../keys/kept_wraps";
import { find, pageData } from "../../page";
import { keepKey, keptKey } from "../clip/server";
import type { OpeningKey } from "../clip/messages";
import { readOpeningKey } from "../decryption/key";
import { bodyUrl, papersOf, type ShareData } from "../page_data";
import { wrapFileKey } from "./rewrap";
import { fileKeyOf } from "../decryption/sealed";
import { proveShare } from "../manifest/verify";

/** The person's opening key: chosen in this session, or in the page's field, or under a security key. */
export async function givenKey(): Promise<OpeningKey> {
  const field = find<HTMLInputElement>("#identity-file");
  const file = field.files?.[0];
  const kept = file === undefined ? await keptKey() : await readOpeningKey(await file.text());
  if (kept !== null) return kept;
  const wraps = await keptWraps();
  if (wraps.length > 0) return (await openWrap(wraps)).opening;
  find("#opening-key").hidden = false;
  throw new Error("Choose the file with your opening key first.");
}

/** The parts of the page's share, each sealed anew to `recipient` as well. */
export async function wrappedFor(recipient: string, key: OpeningKey): Promise<{ part: string; header: string }[]> {
  const data = pageData<ShareData>();
  const { parts } = await proveShare(papersOf(data), bodyUrl(data));
  const sealed = [...parts].map(async ([name, part]) => {
    return { part: name, header: toB64(wrapFileKey(await fileKeyOf(part, key.key), recipient)) };
  });
  const headers = await Promise.all(sealed).catch((error: Error) => {
    if (error.message !== "no_key_fits") throw error;
    find("#opening-key").hidden = false; // another one, the recovery key perhaps
    throw new Error("This opening key does not open this share. Choose the file with one that does.");
  });
  await keepKey(key); // it fits
  return headers;
}

/** Let the officer open the share whose opening key is chosen in `select`. */
export async function letOpen(select: HTMLSelectElement): Promise<void> {
  const data = pageData<ShareData>();
  const recipient = select.selectedOptions[0]?.dataset["age"] ?? "";
  const key = await givenKey();
  const headers = await wrappedFor(recipient, key);
  await postFresh(`/api/shares/${data.share_id}/readers/${select.value}`, "share.rewrap", `${data.share_id}/${select.value}`, { headers });
}
