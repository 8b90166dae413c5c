/** One share: sending what is left of it, its key on paper, what became of it, and taking it back. */
import { element } from "../../../officer/src/page";
import type { CityRecord } from "../../../proof/src/city";
import { SHARE_PREFIX, shownKey } from "../../../residents/src/key";
import { drawCode } from "../../../residents/src/shown_key";
import { dropBodies, forgetShare, keepShare, keptShare, type KeptShare } from "../share/kept";
import { shareKeys } from "../share/messages";
import { readReceipts, withdraw, type Receipt } from "../share/receipts";
import { send } from "../share/sending";
import { atTime, say, sentence, words } from "../words/say";
import { banner, button, facts, list, say as sayWrong, show, tell } from "./parts";

const AGAIN_AFTER_MS = 2_000; // the hub writes its receipt when it has the last byte
const TRIES_MAX = 10;
const ENDED: readonly string[] = ["withdrawn", "deleted"];

function paper(key: string): HTMLElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", say("key_code"));
  drawCode(svg, `${location.origin}/requests#${shownKey(key, SHARE_PREFIX)}`);
  const shown = element("p", { className: "key", text: shownKey(key, SHARE_PREFIX) });
  shown.dataset["test"] = "key";
  return element("div", { className: "qr" }, svg, element("div", { className: "stack" }, shown, element("p", { className: "sm", text: say("receipt_lead") })));
}

const eventsOf = (receipts: readonly Receipt[]): readonly string[] =>
  receipts.map(({ event, at, badge }) => `${atTime(at)}: ${words[`event_${event}`]}${badge === null || badge === "-" ? "" : ` (${say("badge")} ${badge})`}`);

/** Show the share with this key; `back` leads to the list. */
export async function showReceipt(record: CityRecord, key: string, back: () => void): Promise<void> {
  const keys = await shareKeys(key);
  const [events, acts] = [element("div", { className: "stack" }), element("div", { className: "actions" })];
  events.dataset["test"] = "events";
  let receipts: readonly Receipt[] = [];

  async function refresh(): Promise<void> {
    receipts = await readReceipts(record, keys);
    events.replaceChildren(receipts.length === 0 ? element("p", { text: say("no_events") }) : list(eventsOf(receipts)));
    draw();
  }

  async function takeBack(): Promise<void> {
    const requestId = receipts[0]?.requestId ?? keptShare(key)?.requestId;
    if (requestId === undefined) throw new Error("share_unknown");
    await withdraw(record, keys, requestId);
    const share = keptShare(key);
    if (share !== undefined) {
      await dropBodies(share);
      keepShare({ ...share, state: "withdrawn" });
    }
    await refresh();
    tell(say("withdrawn"));
  }

  function sure(): void {
    const ask = element("p", { text: say("withdraw_sure") });
    acts.replaceChildren(ask, button(say("back"), "keep", draw), button(say("withdraw_yes"), "withdraw-yes", takeBack, "bad"));
  }

  async function goOn(share: KeptShare): Promise<void> {
    tell(say("sending", { percent: 0 }));
    await send(record.homeUrl, share, (sent, all) => tell(say("sending", { percent: Math.floor((100 * sent) / all) })));
    keepShare({ ...share, state: "sent" });
    await dropBodies(share);
    tell("");
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      await refresh();
      if (receipts.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }

  function draw(): void {
    const share = keptShare(key);
    const buttons = [button(say("print"), "print", () => print()), button(say("refresh"), "refresh", refresh)];
    if (share?.state === "sending") buttons.push(button(say("go_on"), "go-on", () => goOn(share)));
    const isOver = receipts.some(({ event }) => ENDED.includes(event));
    if (!isOver && (receipts.length > 0 || share !== undefined)) buttons.push(button(say("withdraw"), "withdraw", sure, "bad"));
    if (share !== undefined && share.state !== "sending") {
      const forget = (): void => {
        forgetShare(key);
        back();
      };
      buttons.push(button(say("forget"), "forget", forget, "quiet"));
    }
    acts.replaceChildren(...buttons);
  }

  draw();
  const share = keptShare(key);
  const head = facts([[say("share_id"), keys.shareId], ...(share === undefined ? [] : [[say("case"), share.caseNumber] as const])]);
  const kept = share?.state === "sending" ? [banner(say("unsent")), element("p", { className: "sm", text: say("keep_open") })] : [];
  show(
    say("receipt"),
    element("section", { className: "card stack" }, paper(key), head),
    ...kept,
    element("section", { className: "card stack" }, element("h2", { text: say("events") }), events, acts),
    button(say("back"), "back", back, "quiet"),
  );
  const first = share?.state === "sending" ? goOn(share) : refresh();
  await first.catch((error: unknown) => {
    tell("");
    sayWrong(sentence(error));
    draw();
  });
  if (keptShare(key)?.state !== "sending") kept.forEach((each) => each.remove());
}
