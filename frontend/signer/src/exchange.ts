/**
 * What the officers' pages and the signer say to each other: one JSON object in the address's fragment, which no
 * server ever sees. The signer answers only to the officers' origins of its own configuration.
 */
import { fromB64, fromUtf8, toB64, utf8 } from "../../request/src/encoding";
import type { Asserted, Created, CreateOptions } from "../../passkeys/src/authenticator";

export type Role = "officer" | "approver";
export interface SignOrder {
  readonly version: 1;
  readonly act: "sign";
  readonly payload: string;
  readonly role: Role;
  readonly credential_ids: readonly string[];
  readonly time_zone: string;
  readonly return_to: string;
  readonly state: string;
}
export interface RegisterOrder {
  readonly version: 1;
  readonly act: "register";
  readonly options: CreateOptions;
  readonly return_to: string;
  readonly state: string;
}
export type Order = SignOrder | RegisterOrder;
export interface Answer {
  readonly version: 1;
  readonly act: "sign" | "register";
  readonly state: string;
  readonly assertion: Asserted | null;
  readonly registration: Created | null;
  readonly error: string | null;
}

export function toFragment(message: Order | Answer): string {
  return `#${toB64(utf8(JSON.stringify(message)))}`;
}

/** Null when there is no fragment; throws when it is not a message of this version. */
export function fromFragment<T extends Order | Answer>(fragment: string): T | null {
  if (fragment.length < 2) return null;
  const message = JSON.parse(fromUtf8(fromB64(fragment.slice(1)))) as T;
  if (message.version !== 1 || (message.act !== "sign" && message.act !== "register")) throw new Error("unknown_version");
  return message;
}

/** The address to return to, or an error: only an allowed origin, and only its page made for this. */
export function checkReturn(address: string, allowedOrigins: readonly string[]): URL {
  const url = new URL(address);
  if (!allowedOrigins.includes(url.origin) || url.pathname !== "/sign-in/return" || url.search !== "") {
    throw new Error("return_not_allowed");
  }
  return url;
}
