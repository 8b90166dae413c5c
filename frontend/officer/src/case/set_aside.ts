/** What arrived and is there for custodians alone: that it came, who said so, and whom to ask. */
import { element, find } from "../page";
import { timeElement } from "../times_on_page";

export interface SetAside {
  readonly shares: readonly {
    readonly name: string;
    readonly request_id: string;
    readonly received_at: string;
    readonly by_owner: boolean;
    /** Whose keys open it. */
    readonly ask: readonly { readonly name: string; readonly badge: string }[];
  }[];
}

const text = (words: string): Text => document.createTextNode(words);

/** Put them into the page; of `requestId` alone where it is given. */
export function showSetAside({ shares }: SetAside, requestId?: string): void {
  const shown = shares.filter((share) => requestId === undefined || share.request_id === requestId);
  const lines = shown.map((share) => {
    const by = share.by_owner ? "Flagged by the owner: a child or something intimate may be seen." : "Flagged by an officer or a custodian.";
    const people = share.ask.map(({ name, badge }) => `${name}, badge ${badge}`);
    const ask = people.length === 0 ? "Ask the evidence unit." : `Ask ${people.join("; or ")}.`;
    const line = element("li", {}, element("b", { text: `Share ${share.name}` }), text(" arrived "), timeElement(share.received_at), text(`. ${by} ${ask}`));
    line.dataset["test"] = "set-aside-share";
    return line;
  });
  find("#set-aside-list").replaceChildren(...lines);
  find("#set-aside").hidden = shown.length === 0;
  if (shown.length > 0) find("#no-shares").hidden = true;
}

/** Whether something arrived, be it this person's to open or not. */
export const hasArrived = (count: number): boolean => count > 0 || !find("#set-aside").hidden;
