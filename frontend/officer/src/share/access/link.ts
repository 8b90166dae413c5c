/** Share outside the agency: ask the owner, then make a link whose key is only in its fragment. */
import { generateIdentity, identityToRecipient } from "age-encryption";
import { linkAddress } from "../../../../passed/src/link";
import { sha256Hex, toHex, utf8 } from "../../../../request/src/encoding";
import { instantsOf } from "../../../../request/src/times";
import { postFresh } from "../../fresh";
import { find, pageData, post, typed } from "../../page";
import { TIME_ZONE } from "../../times_on_page";
import { givenKey, wrappedFor } from "./readers";

interface PassingData {
  readonly share_id: string;
  readonly home_url: string;
}

const all = (): string => `/api/shares/${pageData<PassingData>().share_id}/passing`;

/** Ask the owner; the last day is meant whole, on the agency's clocks. */
export async function askOwner(form: HTMLFormElement): Promise<void> {
  const field = (name: string): string => typed(find<HTMLInputElement>(`[name=${name}]`, form));
  const until = instantsOf(field("until"), "23:59", TIME_ZONE).at(-1);
  if (until === undefined) throw new Error("Fill in until when.");
  const at = until.toISOString().replace(/[.]\d+Z$/, "Z");
  await post(all(), { name: field("name"), organisation: field("organisation"), until: at });
}

/** Make a link for question `number`; it is returned, and kept nowhere. */
export async function makeLink(number: string): Promise<string> {
  const { share_id: shareId, home_url: home } = pageData<PassingData>();
  const key = await givenKey();
  const [id, secret] = [toHex(crypto.getRandomValues(new Uint8Array(16))), await generateIdentity()];
  const headers = await wrappedFor(await identityToRecipient(secret), key);
  const kept = { link_sha256: await sha256Hex(utf8(id)), headers };
  await postFresh(`${all()}/${number}/link`, "share.pass_on", `${shareId}/${number}`, kept);
  return linkAddress(home, { id, secret });
}

export async function endLink(number: string): Promise<void> {
  await post(`${all()}/${number}/end`);
}
