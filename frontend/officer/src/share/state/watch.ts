/**
 * Follows the case's event stream for the shares open on a page: withdrawn, custodians only, being deleted, no longer
 * visible to this person, or otherwise changed.
 */
import { isFlagged, live, type Changes } from "../../case/live";
import { getUnattended, HubRefusal } from "../../page";
import { endOf, NOT_YOURS, SENSITIVE, type Ended } from "./ended";

export interface Receipt {
  readonly event: string;
  readonly at: string;
  readonly badge: string | null;
  readonly device: string | null;
}
/** A share as the hub tells it. */
export interface Standing {
  readonly state: string;
  readonly withdrawn_at: string | null;
  readonly accept_reason: string | null;
  readonly receipts: readonly Receipt[];
  readonly consents: readonly { readonly kind: string }[];
}
export interface Watch {
  readonly caseId: string;
  /** What the page shows is as it was then. */
  readonly at: number;
  readonly timeZone: string;
  /** The shares that are open here. */
  readonly shareIds: () => readonly string[];
  readonly changed: (shareId: string, standing: Standing) => void;
  readonly ended: (shareId: string, ended: Ended) => void;
}

const ASKED_EVERY_MS = 15_000; // by a page that nobody sees: a browser opens six connections, and a stream keeps one

const isRefused = (error: unknown): boolean => error instanceof HubRefusal && [403, 404].includes(error.status);

/** Listen from now on. */
export function watchShares(watch: Watch): void {
  let position = watch.at;
  const endAll = (): void => watch.shareIds().forEach((shareId) => watch.ended(shareId, NOT_YOURS));

  async function look(shareId: string, isFlagged: boolean): Promise<void> {
    try {
      const standing = await getUnattended<Standing>(`/api/shares/${shareId}`);
      const ended = endOf(standing, watch.timeZone);
      if (ended === null) watch.changed(shareId, standing);
      else watch.ended(shareId, ended);
    } catch (error) {
      if (!isRefused(error)) throw error;
      watch.ended(shareId, isFlagged ? SENSITIVE : NOT_YOURS);
    }
  }

  async function catchUp(): Promise<void> {
    const changes = await getUnattended<Changes>(`/api/cases/${watch.caseId}/changes?after=${position}`).catch((error: unknown) => {
      if (isRefused(error)) endAll(); // the case is closed to this person
      throw error;
    });
    for (const shareId of watch.shareIds()) {
      const flagged = !changes.whole && isFlagged(changes, shareId);
      if (changes.whole || flagged || changes.shares.some((each) => each.share_id === shareId)) await look(shareId, flagged);
    }
    position = changes.at;
  }

  const ask = (): void => void catchUp().catch(() => undefined);
  const listen = (): (() => void) => live(`/cases/${watch.caseId}/events`, catchUp, ask);
  let stop = listen();
  let asking: number | undefined;
  document.addEventListener("visibilitychange", () => {
    clearInterval(asking);
    if (document.hidden) {
      stop();
      asking = setInterval(ask, ASKED_EVERY_MS) as unknown as number;
    } else stop = listen(); // which begins by asking
  });
}
