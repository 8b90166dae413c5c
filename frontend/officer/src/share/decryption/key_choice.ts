/** The ways a page offers to give the decryption key: one already chosen, a security key, a file, or pasted text. */
import { keptWraps, openWrap } from "../../keys/kept_wraps";
import { find, onClick, sentence } from "../../page";
import { forgetKey, keepKey, keptKey } from "../clip/server";
import type { OpeningKey } from "../clip/messages";
import { readOpeningKey } from "./key";

let kept: OpeningKey | null = null;
let before: Promise<OpeningKey | null> = Promise.resolve(null);

function showKey(key: OpeningKey | null): void {
  kept = key;
  document.body.dataset["openingKey"] = key === null ? "none" : "ready";
  find("#key-ready").hidden = key === null;
  find("#key-choice").hidden = key !== null;
  find("#key-name").textContent = key === null ? "" : `${key.recipient.slice(0, 16)}…`;
}

async function keyText(): Promise<string> {
  const file = find<HTMLInputElement>("#identity-file").files?.[0];
  return file === undefined ? find<HTMLTextAreaElement>("#identity-text").value : file.text();
}

/** The key that was chosen just now, else the one that was chosen before, which the browser may still be asked for. */
async function chosenKey(): Promise<OpeningKey> {
  const text = await keyText();
  const ready = text.trim() === "" ? (kept ?? (await before)) : null;
  return ready ?? readOpeningKey(text);
}

/** A key that opened something is kept for the session. */
export async function keepChosen(key: OpeningKey): Promise<void> {
  if (key !== kept) await keepKey(key);
  showKey(key);
}

/** Offer all ways; `opener` and the security key's button call `open`. */
export async function offerKeys(opener: HTMLButtonElement, open: (key: OpeningKey) => Promise<void>): Promise<void> {
  before = keptKey().catch(() => null); // why there is no worker is said when a clip is opened
  onClick(opener, async () => open(await chosenKey()));
  onClick(find<HTMLButtonElement>("#other-key"), async () => {
    before = Promise.resolve(null);
    await forgetKey();
    showKey(null);
  });
  const found = await before;
  if (kept === null) showKey(found); // else one was chosen meanwhile
  const wraps = await keptWraps().catch((error: unknown) => {
    find("#problem").textContent = `Your security keys are not offered now. ${sentence(error)}`;
    return [];
  });
  const securityKey = find<HTMLButtonElement>("#security-key");
  securityKey.hidden = wraps.length === 0;
  opener.classList.toggle("law", wraps.length === 0 || kept !== null); // one main way
  onClick(securityKey, async () => open((await openWrap(wraps)).opening));
}
