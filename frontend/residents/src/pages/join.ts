/** Join with a letter's code: the key is made here, and shown once the account is there. */
import { find } from "../../../officer/src/page";
import { call, onPress, page, say } from "../api";
import { handedPlace, onward } from "../handed";
import { keep } from "../kept";
import { keyDigest, newAccount } from "../key";
import { showKey } from "../shown_key";

const account = newAccount(); // one for all tries: a repeated call makes no second account
const form = find<HTMLFormElement>("#join");
const code = find<HTMLInputElement>("#code");

async function join(): Promise<void> {
  const typed = code.value.trim();
  if (typed === "") throw new Error(say("no_code"));
  await call("POST", "/api/join", { code: typed, account_id: account.id, key_sha256: await keyDigest(account.key), language: page.language });
  keep(account, find<HTMLInputElement>("#shared").checked);
  showKey(account.key);
  [form.hidden, find("#joined").hidden] = [true, false];
  find<HTMLAnchorElement>("[data-onward]").href = onward();
  find("#joined h1").focus();
}

if (location.hash.length > 1 && handedPlace(location.hash) === null) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
const button = find<HTMLButtonElement>("button", form);
onPress(button, join);
form.addEventListener("submit", (event) => event.preventDefault());
