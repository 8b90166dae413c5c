/** One request: its signatures, and its shares as they arrive. */
import { fromB64 } from "../../../request/src/encoding";
import { readRequest } from "../../../request/src/payload";
import { follow, isFlagged, live } from "../case/live";
import { olderShares } from "../case/older";
import { hasArrived, showSetAside, type SetAside } from "../case/set_aside";
import { ShareList, type Share } from "../case/share_list";
import { postFresh } from "../fresh";
import { borderOf, type BorderJson } from "../map/area_json";
import { AreaLook } from "../map/area_look";
import { cityGround } from "../map/city_ground";
import { ZOOM_STEP } from "../map/looking";
import { sayWhere } from "../map/where";
import { find, getUnattended, onClick, pageData } from "../page";
import { signRequest, type Signable } from "../signing";

interface Data {
  readonly signable: Signable;
  readonly case_id: string;
  readonly at: number;
  readonly may_see_shares: boolean;
  readonly shares: readonly Share[];
  readonly next: string | null;
  readonly set_aside: SetAside;
  readonly border: BorderJson;
}

const data = pageData<Data>();
const requestId = data.signable.id;
const shares = new ShareList(find("#shares"));

function showShares(found: readonly Share[]): void {
  shares.put(found.filter((share) => share.request_id === requestId));
  find("#no-shares").hidden = hasArrived(shares.shares.size);
}

/** Its signatures and buttons are made by the hub: the page is loaded again where its state is another. */
function checkState(state: string | undefined): void {
  if (state !== undefined && state !== find("#state").dataset["state"]) location.reload();
}

/** The area on the city's map, which the buttons and keys move. */
async function showArea(): Promise<void> {
  const area = readRequest(fromB64(data.signable.payload)).area;
  const look = new AreaLook(find<SVGSVGElement>("#area-map"), borderOf(data.border), area);
  look.listen();
  find("#zoom-in").addEventListener("click", () => look.view.zoom(1 / ZOOM_STEP));
  find("#zoom-out").addEventListener("click", () => look.view.zoom(ZOOM_STEP));
  find("#whole-area").addEventListener("click", () => look.whole());
  sayWhere(find("#area-words"), area, look);
  look.show(await cityGround());
}

function listen(): void {
  const path = `/requests/${requestId}/events`;
  if (!data.may_see_shares) {
    live(path, async () => checkState((await getUnattended<{ state: string }>(`/api/requests/${requestId}`)).state));
    return;
  }
  follow(path, data.case_id, data.at, (changes) => {
    checkState(changes.requests?.find((each) => each.request_id === requestId)?.state);
    shares.drop((shareId) => isFlagged(changes, shareId));
    showShares(changes.shares);
    if (changes.set_aside !== null) showSetAside(changes.set_aside, requestId);
  });
}

function act(path: string): void {
  const button = document.querySelector<HTMLButtonElement>(`#${path}`);
  if (button === null) return;
  onClick(button, async () => {
    await postFresh(`/api/requests/${requestId}/${path}`, `request.${path}`, requestId);
    location.reload();
  });
  button.disabled = false; // from now on a press is heard
}

for (const [id, role] of [["sign", "officer"], ["cosign", "approver"]] as const) {
  const button = document.querySelector<HTMLButtonElement>(`#${id}`);
  if (button === null) continue;
  onClick(button, async () => signRequest(data.signable, role));
  button.disabled = false;
}
void showArea();
act("publish");
act("withdraw");
act("resolve");
showShares(data.shares);
showSetAside(data.set_aside, requestId);
olderShares(shares, `/api/cases/${data.case_id}/shares?request=${requestId}`, data.next);
listen();
