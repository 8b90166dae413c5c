/** The provenance panel of an open share: first what the clip shows, then what its messages prove; updated as more is known. */
import type { Bytes } from "../../../../request/src/encoding";
import { checkAnchor, type ShareProofsJson } from "./anchor";
import { checkFollowed } from "../../../../proof/src/followed";
import { checkHome } from "./home_signature";
import { keepLog, knownLog } from "../../../../proof/src/known_log";
import { knownRoot } from "../../../../proof/src/known_root";
import { proveRequest } from "../../../../proof/src/request";
import { find, get, sentence } from "../../page";
import { showLines, showUnchecked, type Line } from "./lines";
import { manifestLines } from "./clip_lines";
import type { Asked } from "./request_lines";
import { uncheckedOf } from "./unchecked";
import type { Proven } from "../manifest/verify";

async function whoAsked(proven: Proven, payload: Bytes): Promise<Asked> {
  const known = knownLog();
  const proofs = await get<ShareProofsJson>(`/api/shares/${proven.share.shareId}/proofs?known=${known?.size ?? 0}`).catch(() => null);
  if (proofs === null) return { state: "not_served" };
  try {
    const now = new Date();
    const request = await proveRequest(proofs, payload, knownRoot, now);
    const followed = await checkFollowed(proofs.followed, request, proofs.root_public_key, known, now);
    keepLog(followed.known);
    const anchored = await checkAnchor(proofs.anchor, proven.share, request, followed, now);
    return { state: "proven", proven: request, followed, anchored, home: await checkHome(proven, proofs.home_keys) };
  } catch (error) {
    return { state: "refused", rule: sentence(error) };
  }
}

const isRefused = (asked: Asked): boolean => asked.state === "refused" || (asked.state === "proven" && (asked.home?.state === "wrong" || asked.anchored.state === "refused"));

export class ProofPanel {
  #proven: Proven | null = null;
  #head: readonly Line[] = [];
  #asked: Asked = { state: "pending" };

  constructor(private readonly timeZone: string) {}

  /** Show what this proves, and find out who asked; a warning stays on the page where that does not hold. */
  async begin(proven: Proven, requestPayload: Bytes): Promise<void> {
    this.#proven = proven;
    this.#asked = await whoAsked(proven, requestPayload);
    if (this.#proven === null) return; // taken back meanwhile
    const isWrong = isRefused(this.#asked);
    find("#not-proven").hidden = !isWrong;
    document.body.dataset["asked"] = isWrong ? "refused" : this.#asked.state;
    this.#show();
  }

  /** Show what is known of the clip. */
  head(...lines: readonly Line[]): void {
    this.#head = lines;
    this.#show();
  }

  /** Show this alone: nothing of the share is to be seen any more. */
  only(line: Line): void {
    this.#proven = null;
    find("#not-proven").hidden = true;
    this.head(line);
  }

  #show(): void {
    const proven = this.#proven;
    const lines = [...this.#head, ...(proven === null ? [] : manifestLines(proven, this.timeZone, this.#asked))];
    const fails = ({ mark }: Line): boolean => mark === "no";
    showLines(find("#provenance"), [...lines.filter(fails), ...lines.filter((line) => !fails(line))]);
    showUnchecked(find("#unchecked-part"), find("#unchecked"), proven === null ? [] : uncheckedOf(proven.manifest, this.#asked));
  }
}
