/** Shows a saved still's facts and its SHA-256, which can be copied. */
import { element, onClick } from "../../page";
import { frameWords, unsureWords, utcMoment } from "../time/moments";
import type { Still } from "./still";

export async function showStill(place: HTMLElement, { facts, name, sha256 }: Still): Promise<void> {
  const copy = element("button", { className: "btn", text: "Copy SHA-256" });
  copy.type = "button";
  copy.dataset["test"] = "copy-hash";
  const copied = element("span", { className: "xs muted" });
  copied.setAttribute("role", "status");
  const write = async (): Promise<void> => {
    await navigator.clipboard.writeText(sha256);
    copied.textContent = "Copied.";
  };
  onClick(copy, write);
  const digest = element("code", { className: "mono", text: sha256 });
  digest.dataset["test"] = "still-sha256";
  const checked = facts.verified
    ? "The clip was verified to its end when this was taken."
    : "The clip was not verified to its end when this was taken.";
  const isTranscode = facts.previewSha256 !== null;
  const of = isTranscode ? " It is a picture of the home’s transcode, not of the clip." : "";
  place.replaceChildren(
    element("b", { text: `Picture saved: ${frameWords(facts.frame - 1, facts.frames, isTranscode)}` }),
    element("span", { text: `${utcMoment(facts.trueMs)}, ${unsureWords(facts.unsureMs)}.${of} ${checked} The hub wrote down that it was taken, not what it shows.` }),
    element("span", { className: "mono xs", text: name }),
    element("span", { className: "row wrap" }, digest, copy, copied),
  );
  place.hidden = false;
  await write().catch(() => undefined); // not every browser lets a page copy by itself: there is a button
}
