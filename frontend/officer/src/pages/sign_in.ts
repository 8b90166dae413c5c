/** Sign in with the passkey of this device. */
import type { GetOptions } from "../../../passkeys/src/authenticator";
import { chooseAuthenticator } from "../../../passkeys/src/choose";
import { find, onClick, pageData, post } from "../page";

interface Ceremony {
  readonly ceremony: string;
  readonly options: GetOptions;
}

const data = pageData<{ software_authenticator: string | null }>();
const authenticator = await chooseAuthenticator(data.software_authenticator);
onClick(find<HTMLButtonElement>("#sign-in"), async () => {
  const { ceremony, options } = await post<Ceremony>("/sign-in/options");
  const credential = await (await authenticator()).get(options);
  const { next } = await post<{ next: string }>("/sign-in/verify", { ceremony, credential });
  location.assign(next);
});
