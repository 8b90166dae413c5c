/** Acts for which the hub wants the passkey again: it refuses the first try, and the second brings the proof. */
import type { GetOptions } from "../../passkeys/src/authenticator";
import { chooseAuthenticator } from "../../passkeys/src/choose";
import { HubRefusal, pageData, post } from "./page";

interface Begun {
  readonly ceremony: string;
  readonly options: GetOptions;
}

async function proof(act: string, subject: string): Promise<string> {
  const { ceremony, options } = await post<Begun>("/reverify/options", { act, subject });
  const { software_authenticator: software } = pageData<{ software_authenticator: string | null }>();
  const authenticator = await (await chooseAuthenticator(software))();
  const credential = await authenticator.get(options);
  return (await post<{ fresh: string }>("/reverify/verify", { ceremony, act, subject, credential })).fresh;
}

/** Post `act` to `subject`; where the hub asks for it, the person confirms with their passkey in between. */
export async function postFresh<T>(path: string, act: string, subject: string, body: unknown = {}): Promise<T> {
  try {
    return await post<T>(path, body);
  } catch (error) {
    if (!(error instanceof HubRefusal) || error.rule !== "fresh_needed") throw error;
  }
  return post<T>(path, body, { "Milton-Fresh": await proof(act, subject) });
}
