/**
 * The way to the signer and back. What was asked for is remembered in this tab under a random word; an answer that
 * does not bring the word back is thrown away, so nobody can hand this page a signature it did not ask for.
 */
import { toB64 } from "../../request/src/encoding";
import { fromFragment, toFragment, type Answer, type Order, type RegisterOrder, type Role, type SignOrder } from "../../signer/src/exchange";
import { post } from "./page";

interface Pending {
  readonly state: string;
  readonly answerTo: string;
  readonly ceremony: string | null;
  readonly next: string;
}
interface SigningOrder {
  readonly signer_origin: string;
  readonly payload: string;
  readonly credential_ids: readonly string[];
}

const PENDING = "milton-pending-signature";
const RETURN_PATH = "/sign-in/return";

function remember(pending: Omit<Pending, "state">): string {
  const state = toB64(crypto.getRandomValues(new Uint8Array(18)));
  sessionStorage.setItem(PENDING, JSON.stringify({ ...pending, state }));
  return state;
}

function leave(signerOrigin: string, order: Order): void {
  location.assign(`${signerOrigin}/${toFragment(order)}`);
}

export const toSigner = {
  /** Make a signing credential. */
  async register(): Promise<void> {
    const begun = await post<{ signer_origin: string; ceremony: string; options: RegisterOrder["options"] }>("/account/signing-key/options");
    const state = remember({ answerTo: "/account/signing-key", ceremony: begun.ceremony, next: "/account" });
    leave(begun.signer_origin, { version: 1, act: "register", options: begun.options, return_to: location.origin + RETURN_PATH, state });
  },
  /** Sign a request's payload; the assertion goes to `answerTo`, then the tab to `next`. */
  sign(order: SigningOrder, role: Role, answerTo: string, next: string): void {
    const state = remember({ answerTo, ceremony: null, next });
    const sent: SignOrder = {
      version: 1,
      act: "sign",
      payload: order.payload,
      role,
      credential_ids: order.credential_ids,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      return_to: location.origin + RETURN_PATH,
      state,
    };
    leave(order.signer_origin, sent);
  },
};

/** Give the hub what the signer made; returns where to go on. Throws when there is nothing, or nothing asked for. */
export async function takeAnswer(fragment: string): Promise<string> {
  const answer = fromFragment<Answer>(fragment);
  const kept = sessionStorage.getItem(PENDING);
  if (answer === null || kept === null) throw new Error("No signature was asked for in this tab.");
  const pending = JSON.parse(kept) as Pending;
  if (answer.state !== pending.state) throw new Error("This signature was not asked for in this tab.");
  sessionStorage.removeItem(PENDING);
  if (answer.error !== null) throw new Error("You went back without signing.");
  const made = answer.act === "sign" ? { credential: answer.assertion } : { ceremony: pending.ceremony, credential: answer.registration };
  const { next } = await post<{ next?: string }>(pending.answerTo, made);
  return next ?? pending.next;
}
