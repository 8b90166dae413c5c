/** One share: opened, played and checked in this browser. The opening key never leaves it, and neither do plain bytes. */
import { local } from "../../../request/src/times";
import { postFresh } from "../fresh";
import { find, onClick, pageData, sentence } from "../page";
import { ClipPlayer } from "../player/clip_player";
import { SOUND } from "../player/moments";
import { SinglePlayer } from "../player/single";
import { save } from "../save";
import { keepChosen, offerKeys } from "../share/key_choice";
import type { OpeningKey } from "../share/messages";
import { isNotServed, openClip, type Failure, type OpenedClip } from "../share/opened";
import { bodyUrl, papersOf, type ShareData } from "../share/papers";
import { clipLine, manifestLines, pendingLine, refusedLine, showLines } from "../share/provenance";
import { proveManifest, type Proven } from "../share/verify";
import { TIME_ZONE } from "../times_on_page";

interface Data extends ShareData {
  readonly case_id: string;
}

const SAVED_MOST_BYTES = 4_000_000_000; // the browser gathers it before it is saved
const data = pageData<Data>();
const list = find("#provenance");

function showAudio(state: keyof typeof SOUND): void {
  find("#audio-state").textContent = SOUND[state];
  find("#audio-state").hidden = false;
}

function showState(state: "playing" | "verified" | "broken", words: string, chip: string): void {
  document.body.dataset["clip"] = state;
  find("#check-state").textContent = words;
  find("#check-state").className = `chip ${chip}`;
}

/** What fails a check is taken away at once: nobody goes on watching what proves nothing. */
function broken(proven: Proven | null, rule: string, at: number | null = null): void {
  showState("broken", "A check failed", "is-bad");
  showLines(list, [refusedLine(rule, at), ...(proven === null ? [] : manifestLines(proven, TIME_ZONE))]);
  const video = find<HTMLVideoElement>("#clip");
  video.removeAttribute("src");
  video.load();
  find("#stage").hidden = true;
  find("#taken-away").hidden = false;
}

function failed(clip: OpenedClip, { rule, at }: Failure): void {
  if (document.body.dataset["clip"] === "broken") return;
  if (isNotServed(rule)) find("#not-served").hidden = false;
  else broken(clip.proven, rule, at);
}

async function verify(clip: OpenedClip): Promise<void> {
  const { manifest } = clip.proven;
  try {
    await clip.verify((share) => showState("playing", `Being checked, ${Math.floor(share * 100)}%`, "is-warn"));
  } catch (error) {
    const rule = sentence(error);
    if (document.body.dataset["clip"] === "broken") return; // the player met it before
    if (!isNotServed(rule)) return broken(clip.proven, rule);
    showState("playing", "Not checked", "is-warn");
    find("#not-served").hidden = false;
    return;
  }
  showState("verified", "Verified", "is-home");
  document.body.dataset["clipSha256"] = manifest.clipSha256;
  showLines(list, [clipLine(manifest.clipSha256, clip.sizeBytes), ...manifestLines(clip.proven, TIME_ZONE)]);
  find<HTMLButtonElement>("#save-clip").disabled = false;
}

async function again(clip: OpenedClip): Promise<void> {
  const video = find<HTMLVideoElement>("#clip");
  const at = video.currentTime;
  find("#not-served").hidden = true;
  video.load();
  video.currentTime = at;
  if (document.body.dataset["clip"] !== "verified") await verify(clip);
}

async function saveClip(clip: OpenedClip): Promise<void> {
  if (clip.sizeBytes > SAVED_MOST_BYTES) throw new Error("This clip is too large to be saved here. Open it with milton-hub open.");
  const bar = find<HTMLProgressElement>("#progress");
  bar.hidden = false;
  const blob = await clip.save((share) => (bar.value = share)).finally(() => (bar.hidden = true));
  save(blob, `share-${data.share_id}.mp4`);
}

async function show(clip: OpenedClip): Promise<void> {
  const { manifest, manifestBytes } = clip.proven;
  const video = find<HTMLVideoElement>("#clip");
  clip.onFailure((failure) => failed(clip, failure));
  video.addEventListener("error", () => {
    if (video.hasAttribute("src")) find("#problem").textContent = "This browser can’t play the clip’s video. It can be saved once it is verified.";
  });
  showAudio(manifest.audio);
  find("#camera-label").textContent = manifest.cameraLabel;
  find("#clip-begins").textContent = local(manifest.ranges[0]!.from, TIME_ZONE, true);
  showLines(list, [pendingLine(clip.sizeBytes), ...manifestLines(clip.proven, TIME_ZONE)]);
  showState("playing", "Being checked", "is-warn");
  find("#sealed").hidden = true;
  find("#stage").hidden = false;
  onClick(find<HTMLButtonElement>("#save-clip"), () => saveClip(clip));
  onClick(find<HTMLButtonElement>("#save-manifest"), async () =>
    save(new Blob([manifestBytes], { type: "application/json" }), `share-${data.share_id}.manifest.json`),
  );
  onClick(find<HTMLButtonElement>("#again"), () => again(clip));
  const player = new ClipPlayer(video, clip);
  const isVerified = (): boolean => document.body.dataset["clip"] === "verified";
  const single = new SinglePlayer(player, { shareId: data.share_id, caseId: data.case_id, isVerified });
  await player.begin(); // the check of the whole begins after the first picture
  void single.readFrames();
  await verify(clip);
}

/** Open the share; a key that fits is kept for the session. */
async function open(key: OpeningKey): Promise<void> {
  let proven: Proven | null = null;
  try {
    proven = await proveManifest(papersOf(data), bodyUrl(data), key.key);
    const clip = await openClip(proven, key.key);
    await keepChosen(key);
    await show(clip);
  } catch (error) {
    const rule = sentence(error);
    if (isNotServed(rule)) throw new Error("The hub did not send the sealed clip. Try again.");
    broken(proven, rule);
    throw new Error(
      rule === "no_key_fits" ? "This opening key is none of those that the clip is sealed to." : "A check failed: see provenance.",
    );
  }
}

const accept = document.querySelector<HTMLButtonElement>("#accept");
if (accept !== null) {
  const revoked = find<HTMLInputElement>("#key-revoked");
  revoked.addEventListener("change", () => (find("#accept-reason-field").hidden = !revoked.checked));
  onClick(accept, async () => {
    const reason = revoked.checked ? find<HTMLTextAreaElement>("#accept-reason").value.trim() : "";
    const judged = { home_key_revoked: revoked.checked, reason: reason === "" ? null : reason };
    await postFresh(`/api/shares/${data.share_id}/accept`, "share.accept", data.share_id, judged);
    location.reload();
  });
}
const opener = document.querySelector<HTMLButtonElement>("#open");
if (opener !== null) await offerKeys(opener, open);
