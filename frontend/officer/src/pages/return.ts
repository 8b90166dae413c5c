/** Back from the signer: hand what it made to the hub, but only what this tab asked for. */
import { find, sentence } from "../page";
import { takeAnswer } from "../signing";

function onward(text: string, address: string): void {
  const link = find<HTMLAnchorElement>("#onward-link");
  link.textContent = text;
  link.href = address;
  find("#onward").hidden = false;
}

try {
  const next = await takeAnswer(location.hash);
  history.replaceState(null, "", location.pathname);
  location.replace(next);
} catch (error) {
  find("#heading").textContent = "Nothing was signed";
  find("#problem").textContent = sentence(error);
  onward("To the start", "/");
}
