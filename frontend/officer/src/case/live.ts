/** What changes a page by itself: a stream says that something changed, and the page asks what. */
import { inTurn } from "../in_turn";
import { whenLocked } from "../lock_form";
import { AGAIN_AFTER_MS, getUnattended, isForNow, streamEnded } from "../page";
import type { SetAside } from "./set_aside";
import type { Share } from "./share_list";
import { shortName } from "../share/short_name";

export interface Note {
  readonly note_id: string;
  readonly share_id: string | null;
  readonly badge: string;
  readonly at: string;
  readonly text: string;
}
export interface Member {
  readonly person_id: string;
  readonly name: string;
  readonly badge: string;
  readonly asks: boolean; // an officer of today
}
export interface CaseRequest {
  readonly request_id: string;
  readonly offence_name: string;
  readonly state: string;
  readonly state_words: string;
  readonly chip: string;
  readonly drill: boolean;
  readonly from: string;
  readonly expires_at: string;
}
export interface Changes {
  readonly at: number;
  readonly whole: boolean;
  readonly shares: readonly Share[];
  /** What is custodians' alone from now on, by the beginnings of ids: see {@link isFlagged}. */
  readonly flagged: readonly string[];
  readonly notes: readonly Note[];
  readonly tags: readonly string[] | null;
  readonly members: readonly Member[] | null;
  readonly requests: readonly CaseRequest[] | null;
  readonly set_aside: SetAside | null;
}

/** Whether a share was flagged: who is no custodian sees it no more. */
export const isFlagged = ({ flagged }: Changes, shareId: string): boolean => flagged.includes(shortName(shareId));

function say(state: "yes" | "no" | "ended"): void {
  document.body.dataset["live"] = state;
  const lost = document.querySelector<HTMLElement>("#lost");
  if (lost === null) return;
  lost.hidden = state === "yes";
  lost.textContent = state === "ended" ? "This page is no longer told of changes. Load it again." : "The hub does not answer. Trying again; what is shown may be old.";
}

/**
 * Call `catchUp` when the stream begins (what changed before is told by nobody else) and at each change, one at a time;
 * `lost` when the stream ends, for who may hear no more of it is told by nothing else. Returns how to hear no more.
 */
export function live(path: string, catchUp: () => Promise<void>, lost: () => void = () => undefined): () => void {
  const catchUpInTurn = inTurn(catchUp);
  let again: ReturnType<typeof setTimeout> | undefined;
  const run = async (): Promise<void> => {
    try {
      await catchUpInTurn();
      say("yes");
    } catch (error) {
      const isOver = !isForNow(error);
      say(isOver ? "ended" : "no");
      clearTimeout(again);
      if (!isOver) again = setTimeout(() => void run(), AGAIN_AFTER_MS);
    }
  };
  const events = new EventSource(path);
  events.addEventListener("ready", run);
  events.addEventListener("changed", run);
  events.addEventListener("error", () => {
    const isOver = events.readyState === EventSource.CLOSED;
    say(isOver ? "ended" : "no");
    lost();
    if (isOver) void streamEnded();
  });
  const stop = (): void => {
    events.close();
    clearTimeout(again);
  };
  whenLocked(stop);
  return stop;
}

/** Follow the changes of a case from `at` on; `show` gets those that it can put into the page. */
export function follow(path: string, caseId: string, at: number, show: (changes: Changes) => void): void {
  let position = at;
  live(path, async () => {
    const changes = await getUnattended<Changes>(`/api/cases/${caseId}/changes?after=${position}`);
    if (changes.whole) {
      location.reload();
      return;
    }
    position = changes.at;
    show(changes);
  });
}
