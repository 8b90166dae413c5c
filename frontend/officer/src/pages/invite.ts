/** First use of a device: an opening key made here, then a passkey; the signing key follows on the signer's page. */
import { generateX25519Identity } from "age-encryption";
import type { CreateOptions } from "../../../passkeys/src/authenticator";
import { chooseAuthenticator } from "../../../passkeys/src/choose";
import { find, onClick, pageData, post, sentence, typed } from "../page";
import { identityFile, readIdentity, type Identity } from "../share/decryption/identity";
import { save } from "../save";
import { toSigner } from "../signing";

interface Invited {
  readonly person: { readonly name: string; readonly badge: string };
  readonly needs_opening_key: boolean;
  /** Whether this person's roles sign requests: only they make a signing key. */
  readonly signs: boolean;
  readonly ceremony: string;
  readonly options: CreateOptions;
}

const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
const data = pageData<{ software_authenticator: string | null }>();
const authenticator = await chooseAuthenticator(data.software_authenticator);
let [identity, needsKey, signs]: [Identity | null, boolean, boolean] = [null, true, false];

function show(invited: Invited): void {
  find("#loading").hidden = true;
  find("#person-name").textContent = invited.person.name;
  find("#person-badge").textContent = invited.person.badge;
  needsKey = invited.needs_opening_key;
  signs = invited.signs;
  find("#opening-key").hidden = !needsKey;
  find("#signs").hidden = !signs;
  find<HTMLButtonElement>("#register").disabled = needsKey;
  find("#invited").hidden = false;
}

onClick(find<HTMLButtonElement>("#make-key"), async () => {
  identity ??= await readIdentity(await generateX25519Identity());
  const person = find("#person-name").textContent ?? "";
  save(new Blob([identityFile(identity, person)], { type: "text/plain" }), "milton-share-opening-key.txt");
  find("#key-state").textContent = `Made: ${identity.recipient.slice(0, 16)}…`;
  find<HTMLButtonElement>("#register").disabled = false;
});

async function register(): Promise<void> {
  const device = typed(find<HTMLInputElement>("#device"));
  if (device === "") throw new Error("Name this device first.");
  if (needsKey && identity === null) throw new Error("Make the opening key first.");
  const { ceremony, options } = await post<Invited>("/invite/open", { code });
  const credential = await (await authenticator()).create(options);
  await post("/invite/register", { code, ceremony, credential, device, age_recipient: identity?.recipient ?? null });
  if (signs) await toSigner.register();
  else location.assign("/account");
}

try {
  if (code === "") throw new Error("This link is not whole. Open the link of your invitation as your administrator gave it to you.");
  show(await post<Invited>("/invite/open", { code }));
  const button = find<HTMLButtonElement>("#register");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await register();
    } catch (error) {
      find("#problem").textContent = sentence(error);
      button.disabled = false;
    }
  });
} catch (error) {
  find("#loading").hidden = true;
  find("#problem").textContent = sentence(error);
}
