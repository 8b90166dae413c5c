/**
 * The way to the signer and back. What was asked for is remembered in this tab under a random word; an answer that
 * does not bring the word back is thrown away, so nobody can hand this page a signature it did not ask for.
 */
import { toB64 } from "../../request/src/encoding";
import { fromFragment, toFragment, type Answer, type Order, type RegisterOrder, type Role, type SignOrder } from "../../signer/src/exchange";
import { postFresh } from "./fresh";
import { post } from "./page";
import { TIME_ZONE } from "./times_on_page";

type Pending =
  | { readonly act: "register"; readonly ceremony: string; readonly state: string }
  | { readonly act: "sign"; readonly id: string; readonly role: Role; readonly personId: string; readonly state: string };
/** A request that waits for a signature, as the hub describes it to the person who may sign. */
export interface Signable {
  readonly id: string;
  readonly person_id: string;
  readonly signer_origin: string;
  readonly payload: string;
  readonly credential_ids: readonly string[];
}

const PENDING = "milton-pending-signature";
const RETURN_PATH = "/sign-in/return";

function remember(pending: (state: string) => Pending): string {
  const state = toB64(crypto.getRandomValues(new Uint8Array(18)));
  sessionStorage.setItem(PENDING, JSON.stringify(pending(state)));
  return state;
}

function leave(signerOrigin: string, order: Order): void {
  location.assign(`${signerOrigin}/${toFragment(order)}`);
}

export const toSigner = {
  /** Make a signing credential. */
  async register(): Promise<void> {
    const begun = await postFresh<{ signer_origin: string; ceremony: string; options: RegisterOrder["options"] }>(
      "/account/signing-key/options",
      "signing_key.propose",
      "",
    );
    const state = remember((word) => ({ act: "register", ceremony: begun.ceremony, state: word }));
    leave(begun.signer_origin, { version: 1, act: "register", options: begun.options, return_to: location.origin + RETURN_PATH, state });
  },
};

/** Leave for the signer with a request's payload; the assertion comes back to `/sign-in/return`. */
export function signRequest(signable: Signable, role: Role): void {
  if (signable.credential_ids.length === 0) throw new Error("The directory has no signing key of yours. See: My keys.");
  const { id, person_id: personId } = signable;
  const state = remember((word) => ({ act: "sign", id, role, personId, state: word }));
  const order: SignOrder = {
    version: 1,
    act: "sign",
    payload: signable.payload,
    role,
    credential_ids: signable.credential_ids,
    time_zone: TIME_ZONE,
    return_to: location.origin + RETURN_PATH,
    state,
  };
  leave(signable.signer_origin, order);
}

/** Give the hub what the signer made; returns where to go on. Throws when there is nothing, or nothing asked for. */
export async function takeAnswer(fragment: string): Promise<string> {
  const answer = fromFragment<Answer>(fragment);
  const kept = sessionStorage.getItem(PENDING);
  if (answer === null || kept === null) throw new Error("No signature was asked for in this tab.");
  const pending = JSON.parse(kept) as Pending;
  if (answer.state !== pending.state) throw new Error("This signature was not asked for in this tab.");
  sessionStorage.removeItem(PENDING);
  if (answer.error !== null || answer.act !== pending.act) throw new Error("You went back without signing.");
  return pending.act === "register" ? handOverKey(pending.ceremony, answer) : handOverSignature(pending, answer);
}

async function handOverKey(ceremony: string, answer: Answer): Promise<string> {
  await post("/account/signing-key", { ceremony, credential: answer.registration });
  return "/account";
}

/** Hand over the assertion in the protocol's form; once every signature is there, publish. */
async function handOverSignature(pending: Extract<Pending, { act: "sign" }>, answer: Answer): Promise<string> {
  if (answer.assertion === null) throw new Error("The signer sent no signature.");
  const { id, response } = answer.assertion;
  const { may } = await post<{ may: string[] }>(`/api/requests/${pending.id}/assertions`, {
    role: pending.role,
    person_id: pending.personId,
    credential_id: id,
    client_data: response.clientDataJSON,
    authenticator_data: response.authenticatorData,
    signature: response.signature,
  });
  if (may.includes("publish")) await post(`/api/requests/${pending.id}/publish`);
  return `/requests/${pending.id}`;
}
