/** One request: its signatures, and its shares as they arrive. */
import { fromB64 } from "../../../request/src/encoding";
import { degrees, middle, squareMiles } from "../../../request/src/geometry";
import { drawOutline } from "../../../request/src/outline";
import { readRequest } from "../../../request/src/payload";
import { local } from "../../../request/src/times";
import { postFresh } from "../fresh";
import { element, find, get, onClick, pageData } from "../page";
import { sizeWords } from "../sizes";
import { signRequest, type Signable } from "../signing";
import { TIME_ZONE } from "../times_on_page";

interface Data {
  readonly signable: Signable;
  readonly may_see_shares: boolean;
}
interface ShareSummary {
  readonly share_id: string;
  readonly state: string;
  readonly received_at: string;
  readonly opened_at: string | null;
  readonly parts: readonly { readonly name: string; readonly body_size_bytes: number }[];
}

const WORDS: Record<string, string> = { received: "New", accepted: "In case", withdrawn: "Withdrawn", deleted: "Deleted" };
const CHIPS: Record<string, string> = { received: "is-law", accepted: "is-home", withdrawn: "is-warn", deleted: "" };
const data = pageData<Data>();

function shareLine(share: ShareSummary): HTMLElement {
  const size = share.parts.reduce((sum, part) => sum + part.body_size_bytes, 0);
  const words = share.state === "received" && share.opened_at !== null ? "Opened" : (WORDS[share.state] ?? share.state);
  const link = element(
    "a",
    {},
    element("b", { text: `Share ${share.share_id.slice(0, 8)}` }),
    element("span", { className: `chip ${CHIPS[share.state] ?? ""}`, text: words }),
    element("span", { className: "sm muted", text: `${local(new Date(share.received_at), TIME_ZONE)}, ${sizeWords(size)}` }),
  );
  link.href = `/shares/${share.share_id}`;
  link.dataset["test"] = "share";
  link.dataset["shareId"] = share.share_id;
  return element("li", {}, link);
}

async function showShares(): Promise<void> {
  if (!data.may_see_shares) return;
  const { shares } = await get<{ shares: ShareSummary[] }>(`/api/shares?request=${data.signable.id}`);
  find("#shares").replaceChildren(...shares.toReversed().map(shareLine));
  find("#no-shares").hidden = shares.length > 0;
}

async function catchUp(): Promise<void> {
  const state = find("#state").dataset["state"];
  const now = await get<{ state: string }>(`/api/requests/${data.signable.id}`);
  if (now.state !== state) location.reload();
  else await showShares();
}

function listen(): void {
  const events = new EventSource(`/requests/${data.signable.id}/events`);
  // What changed between this page's making and the stream's beginning is told by nobody else.
  events.addEventListener("ready", async () => {
    document.body.dataset["live"] = "yes";
    await catchUp();
  });
  events.addEventListener("changed", catchUp);
}

function act(path: string): void {
  const button = document.querySelector<HTMLButtonElement>(`#${path}`);
  if (button === null) return;
  onClick(button, async () => {
    await postFresh(`/api/requests/${data.signable.id}/${path}`, `request.${path}`, data.signable.id);
    location.reload();
  });
  button.disabled = false; // from now on a press is heard
}

const area = readRequest(fromB64(data.signable.payload)).area;
drawOutline(find<SVGSVGElement>("#outline"), area);
find("#area-words").textContent = `${squareMiles(area).toFixed(3)} sq mi around ${degrees(middle(area))}.`;
for (const [id, role] of [["sign", "officer"], ["cosign", "approver"]] as const) {
  const button = document.querySelector<HTMLButtonElement>(`#${id}`);
  if (button === null) continue;
  onClick(button, async () => signRequest(data.signable, role));
  button.disabled = false;
}
act("publish");
act("withdraw");
act("resolve");
await showShares();
listen();
