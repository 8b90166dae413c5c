/** Sign in with the printed key, typed or read from its QR code. */
import { find } from "../../../officer/src/page";
import { call, onPress, say } from "../api";
import { handedPlace, onward } from "../handed";
import { keep } from "../kept";
import { readKey } from "../key";

const form = find<HTMLFormElement>("#sign-in");
const typed = find<HTMLInputElement>("#key");

async function signIn(): Promise<void> {
  const key = readKey(typed.value);
  if (key === null) throw new Error(say("not_a_key"));
  const { account_id: id } = await call<{ readonly account_id: string }>("POST", "/api/session", { key });
  keep({ id, key }, find<HTMLInputElement>("#shared").checked);
  location.assign(onward());
}

if (handedPlace(location.hash) !== null) find<HTMLAnchorElement>("[data-onward]").hash = location.hash;
else if (location.hash.length > 1) {
  typed.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
onPress(find<HTMLButtonElement>("button", form), signIn);
form.addEventListener("submit", (event) => event.preventDefault());
