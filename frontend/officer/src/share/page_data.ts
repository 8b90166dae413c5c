/** The data that the hub puts into a share's page. */
import { fromB64, fromBase64 } from "../../../request/src/encoding";
import type { Added, Papers } from "./manifest/verify";

export interface ShareData {
  readonly share_id: string;
  readonly envelope: string;
  readonly headers: Added;
  readonly request_payload: string;
}

export function papersOf(data: ShareData): Papers {
  return { envelope: fromBase64(data.envelope), request: fromB64(data.request_payload), added: data.headers };
}

/** Where the hub serves a sealed body of the share. */
export function bodyUrl(data: ShareData): (name: string) => string {
  return (name) => `/api/shares/${data.share_id}/parts/${name}/body`;
}
