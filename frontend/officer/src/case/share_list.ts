/** The shares of a case or of a request, newest first: lines come, change and go one by one. */
import { duration } from "../../../request/src/times";
import { element } from "../page";
import type { ShareName } from "../share/clip/messages";
import { keptNames } from "../share/names";
import { sizeWords } from "../sizes";
import { timeElement } from "../times_on_page";
import { shareName } from "../share/short_name";

export interface Share {
  readonly share_id: string;
  readonly request_id: string;
  readonly state: string;
  readonly drill: boolean;
  readonly size_bytes: number;
  readonly received_at: string;
  readonly opened_at: string | null;
  readonly declined_at: string | null;
  readonly held_since: string | null;
  readonly sensitive_since: string | null;
  readonly flagged_by: string | null;
  readonly delete_after: string | null;
  readonly asked_at: string | null;
  readonly answered_at: string | null;
}

const WORDS: Record<string, string> = { accepted: "In case", withdrawn: "Withdrawn", removed: "To be deleted", deleted: "Deleted" };
const CHIPS: Record<string, string> = { accepted: "is-home", withdrawn: "is-warn", removed: "is-warn" };

/** "Front door, Nov 10, 2026, 3:04 AM EST, 30 min", of a share that was opened in this browser. */
function openedLine({ camera, fromMs, untilMs }: ShareName): HTMLElement {
  const [from, until] = [new Date(fromMs), new Date(untilMs)];
  const words = [document.createTextNode(`${camera}, `), timeElement(from.toISOString()), document.createTextNode(`, ${duration(from, until)}`)];
  const line = element("span", { className: "sm" }, ...words);
  line.dataset["test"] = "opened-name";
  return line;
}

/** The word that stands wherever an exercise, or a test card of one, is named. */
export function exerciseChip(drill: boolean): HTMLElement[] {
  if (!drill) return [];
  const chip = element("span", { className: "chip is-warn", text: "Exercise" });
  chip.dataset["test"] = "exercise";
  return [chip];
}

export function isWaiting(share: Share): boolean {
  return share.asked_at !== null && share.answered_at === null;
}

/** The state in words, and its chip. */
export function stateOf(share: Share): { words: string; chip: string } {
  if (share.state !== "received") return { words: WORDS[share.state] ?? share.state, chip: CHIPS[share.state] ?? "" };
  if (share.declined_at !== null) return { words: "Not needed", chip: "" };
  if (isWaiting(share)) return { words: "Asked", chip: "is-warn" };
  return share.opened_at === null ? { words: "New", chip: "is-law" } : { words: "Opened", chip: "" };
}

function key(share: Share): string {
  return `${share.received_at} ${share.share_id}`;
}

export class ShareList {
  readonly shares = new Map<string, Share>();
  private readonly lines = new Map<string, HTMLLIElement>();
  private names: ReadonlyMap<string, ShareName> = new Map();

  /** Lines lead to a share's page, or are picked where `pick` is given. */
  constructor(
    private readonly list: HTMLElement,
    private readonly pick?: (share: Share) => void,
  ) {
    list.replaceChildren(); // what stood there while the page waited
    const look = (): void => void (document.hidden || this.nameOpened());
    for (const event of ["visibilitychange", "pageshow"]) addEventListener(event, look, { capture: true }); // opened in another tab, or before
    look();
  }

  /** Say what this browser knows of shares that it opened: only what is sealed tells it, so the hub does not. */
  private async nameOpened(): Promise<void> {
    const names = await keptNames();
    const changed = [...this.shares.values()].filter(({ share_id: id }) => JSON.stringify(names.get(id)) !== JSON.stringify(this.names.get(id)));
    this.names = names;
    this.put(changed);
  }

  put(shares: readonly Share[]): void {
    for (const share of shares) {
      const line = this.line(share);
      const known = this.lines.get(share.share_id);
      if (known !== undefined) {
        const had = known.contains(document.activeElement);
        const picked = known.querySelector("[aria-current]") !== null;
        known.replaceWith(line);
        if (picked) line.firstElementChild?.setAttribute("aria-current", "true");
        if (had) (line.firstElementChild as HTMLElement).focus();
      } else {
        const before = [...this.list.children].find((each) => (each as HTMLElement).dataset["key"]! < key(share));
        this.list.insertBefore(line, before ?? null);
      }
      this.lines.set(share.share_id, line);
      this.shares.set(share.share_id, share);
    }
  }

  drop(isGone: (shareId: string) => boolean): void {
    for (const shareId of [...this.shares.keys()].filter(isGone)) {
      this.lines.get(shareId)?.remove();
      this.lines.delete(shareId);
      this.shares.delete(shareId);
    }
  }

  /** Mark one line, and bring it into sight. */
  mark(shareId: string, focus: boolean): void {
    for (const [each, line] of this.lines) {
      const target = line.firstElementChild as HTMLElement;
      if (each !== shareId) target.removeAttribute("aria-current");
      else {
        target.setAttribute("aria-current", "true");
        if (focus) target.focus();
      }
    }
  }

  /** The share that stands `steps` below another; the first where there is none. */
  beside(shareId: string | null, steps: number): Share | undefined {
    const order = [...this.list.children].map((line) => (line as HTMLElement).dataset["share"]!);
    const at = shareId === null ? -1 : order.indexOf(shareId);
    const next = at === -1 ? 0 : Math.min(Math.max(at + steps, 0), order.length - 1);
    return this.shares.get(order[next] ?? "");
  }

  private line(share: Share): HTMLLIElement {
    const { words, chip } = stateOf(share);
    const about = [sizeWords(share.size_bytes)];
    if (share.held_since !== null) about.push("held for a court");
    if (share.sensitive_since !== null) about.push(share.flagged_by === null ? "custodians only" : `custodians only, flagged by ${share.flagged_by}`);
    const state = element("span", { className: `chip ${chip}`, text: words });
    const content = [
      element("b", { text: shareName(share.share_id) }),
      share.drill ? element("span", { className: "row" }, ...exerciseChip(true), state) : state,
      element("span", { className: "sm muted" }, timeElement(share.received_at), document.createTextNode(`, ${about.join(", ")}`)),
    ];
    const name = this.names.get(share.share_id);
    if (name !== undefined && ["received", "accepted"].includes(share.state)) content.push(openedLine(name));
    const line = element("li", {}, this.pick === undefined ? this.link(share, content) : this.button(share, content));
    line.dataset["key"] = key(share);
    line.dataset["share"] = share.share_id;
    const target = line.firstElementChild as HTMLElement;
    target.dataset["test"] = "share";
    target.dataset["shareId"] = share.share_id;
    return line;
  }

  private link(share: Share, content: Node[]): HTMLAnchorElement {
    const link = element("a", {}, ...content);
    link.href = `/shares/${share.share_id}`;
    return link;
  }

  private button(share: Share, content: Node[]): HTMLButtonElement {
    const button = element("button", {}, ...content);
    button.type = "button";
    button.addEventListener("click", () => this.pick?.(this.shares.get(share.share_id) ?? share));
    return button;
  }
}
