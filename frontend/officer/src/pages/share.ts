/** One share: opened, played and checked in this browser. The opening key never leaves it, and neither do plain bytes. */
import { local } from "../../../request/src/times";
import { postFresh } from "../fresh";
import { find, onClick, pageData, sentence, typed } from "../page";
import { ClipPlayer } from "../player/clip_player";
import { fetchStrays } from "../player/mp4/fetch";
import { SOUND } from "../player/time/moments";
import { SinglePlayer } from "../player/single";
import type { Ended } from "../share/state/ended";
import { NoClipServer } from "../share/clip/server";
import { filmOf, verifyAll } from "../share/clip/transcode";
import { keepChosen, offerKeys } from "../share/decryption/key_choice";
import type { OpeningKey } from "../share/clip/messages";
import { forgetName, keepName } from "../share/names";
import { isNotServed, openClip, type Failure, type OpenedClip } from "../share/clip/opened";
import { bodyUrl, papersOf, type ShareData } from "../share/page_data";
import { ProofPanel } from "../share/provenance/panel";
import { clipLine, pendingLine, refusedLine, refusedWords, strippedLine, transcodeLines } from "../share/provenance/clip_lines";
import { saveManifest, saveClip } from "../share/clip/download";
import { watchShares } from "../share/state/watch";
import { showStanding } from "../share/state/view";
import { proveManifest } from "../share/manifest/verify";
import { TIME_ZONE } from "../times_on_page";

interface Data extends ShareData {
  readonly case_id: string;
  readonly at: number;
}
/** The clip, and what is shown of it: itself, its transcode, or nothing. */
interface Opened {
  readonly clip: OpenedClip;
  film: OpenedClip | null;
  single: SinglePlayer | null;
}

const data = pageData<Data>();
const panel = new ProofPanel(TIME_ZONE);
let opened: Opened | null = null;

function showState(state: "playing" | "verified" | "broken" | "ended", words: string, chip: string): void {
  document.body.dataset["clip"] = state;
  find("#check-state").textContent = words;
  find("#check-state").className = `chip ${chip}`;
}

/** Whether nothing of it is shown any more. */
function isOver(): boolean {
  return ["broken", "ended"].includes(document.body.dataset["clip"] ?? "");
}

function emptyVideo(): void {
  const video = find<HTMLVideoElement>("#clip");
  video.removeAttribute("src");
  video.load();
}

/** What fails a check is taken away at once: nobody goes on watching what proves nothing. */
function broken(rule: string, at: number | null = null): void {
  showState("broken", "A check failed", "is-bad");
  panel.head(refusedLine(rule, at));
  emptyVideo();
  find("#stage").hidden = true;
  find("#taken-away").hidden = false;
}

/** The share is not this person's to watch any more: what was opened of it is forgotten, and the page says why. */
function ended({ name, text }: Ended): void {
  if (document.body.dataset["clip"] === "ended") return;
  showState("ended", "Not shown any more", "is-warn");
  opened?.single?.end();
  opened?.clip.close();
  opened?.film?.close();
  opened = null;
  emptyVideo();
  for (const id of ["#stage", "#sealed", "#taken-away"]) find(id).hidden = true;
  for (const id of ["#camera-label", "#clip-begins", "#audio-state", "#problem"]) find(id).textContent = "";
  for (const id of ["#save-clip", "#save-manifest"]) find<HTMLButtonElement>(id).disabled = true;
  delete document.body.dataset["clipSha256"];
  panel.only({ mark: "warn", name, text });
  find("#ended-name").textContent = name;
  find("#ended-words").textContent = text;
  find("#ended").hidden = false;
  void forgetName(data.share_id);
}

function failed({ rule, at }: Failure): void {
  if (isOver()) return;
  if (isNotServed(rule)) find("#not-served").hidden = false;
  else broken(rule, at);
}

/** The home's transcode is not what its owner approved, or can't be opened; the clip is checked all the same. */
function refused(rule: string): void {
  if (isOver()) return;
  if (isNotServed(rule)) {
    find("#not-served").hidden = false;
    return;
  }
  document.body.dataset["transcode"] = "refused";
  emptyVideo();
  find("#player").hidden = true;
  find("#transcode").hidden = true;
  find("#transcode-rule").textContent = refusedWords(rule);
  find("#transcode-refused").hidden = false;
  if (opened !== null) opened.film = null;
}

function cantPlay(): void {
  find("#problem").textContent = "This browser can’t play the clip’s video. It can be saved once it is verified.";
}

async function verify({ clip }: Opened): Promise<void> {
  try {
    const tell = (share: number): void => showState("playing", `Being checked, ${Math.floor(share * 100)}%`, "is-warn");
    await verifyAll(clip, opened?.film ?? null, tell, refused);
  } catch (error) {
    const rule = sentence(error);
    if (isOver()) return; // the player met it before
    if (!isNotServed(rule)) return broken(rule);
    showState("playing", "Not checked", "is-warn");
    find("#not-served").hidden = false;
    return;
  }
  if (isOver()) return;
  showState("verified", "Verified", "is-home");
  document.body.dataset["clipSha256"] = clip.proven.manifest.clipSha256;
  const head = [clipLine(clip.proven, clip.sizeBytes), ...transcodeLines(opened?.film ?? null)];
  panel.head(...head);
  find<HTMLButtonElement>("#save-clip").disabled = false;
  const strays = await fetchStrays(clip.url, clip.sizeBytes, clip.proven.manifest.audio === "kept").catch(() => null);
  if (!isOver()) panel.head(...head, strippedLine(clip.proven, strays));
}

async function again(shown: Opened, key: CryptoKey): Promise<void> {
  const video = find<HTMLVideoElement>("#clip");
  const at = video.currentTime;
  find("#not-served").hidden = true;
  if (shown.single === null && document.body.dataset["transcode"] !== "refused") await play(shown, key);
  else {
    video.load();
    video.currentTime = at;
  }
  if (document.body.dataset["clip"] !== "verified" || shown.film !== shown.clip) await verify(shown);
}

/** Play what this browser can: the clip, else the home's transcode, which is named as that. */
async function play(shown: Opened, key: CryptoKey): Promise<void> {
  const { clip } = shown;
  const film = (shown.film = await filmOf(clip, key, refused).catch((error: unknown) => {
    failed({ rule: sentence(error), at: 0 });
    return null;
  }));
  if (isOver()) film?.close();
  if (film === null || isOver()) return;
  if (film !== clip) film.onFailure(({ rule }) => refused(rule));
  find("#transcode").hidden = film === clip;
  if (film !== clip) document.body.dataset["transcode"] = "shown";
  panel.head(pendingLine(clip.sizeBytes), ...transcodeLines(film));
  const video = find<HTMLVideoElement>("#clip");
  const player = new ClipPlayer(video, film);
  const isVerified = (): boolean => document.body.dataset["clip"] === "verified";
  const single = new SinglePlayer(player, { shareId: data.share_id, caseId: data.case_id, isVerified });
  shown.single = single;
  await player.begin(); // the check of the whole begins after the first picture
  if (video.readyState > 0 && video.videoWidth === 0) cantPlay(); // the sound alone
  if (!isOver()) void single.readFrames();
}

async function show(clip: OpenedClip, key: CryptoKey): Promise<void> {
  if (isOver()) return clip.close(); // taken back while it was opened
  const shown: Opened = { clip, film: null, single: null };
  opened = shown;
  const { manifest } = clip.proven;
  clip.onFailure(failed);
  find("#clip").addEventListener("error", () => find("#clip").hasAttribute("src") && cantPlay());
  find("#audio-state").textContent = SOUND[manifest.audio];
  find("#audio-state").hidden = false;
  find("#camera-label").textContent = manifest.cameraLabel;
  find("#clip-begins").textContent = local(manifest.ranges[0]!.from, TIME_ZONE, true);
  panel.head(pendingLine(clip.sizeBytes));
  showState("playing", "Being checked", "is-warn");
  find("#sealed").hidden = true;
  find("#stage").hidden = false;
  onClick(find<HTMLButtonElement>("#save-clip"), () => saveClip(clip));
  onClick(find<HTMLButtonElement>("#save-manifest"), () => saveManifest(clip.proven));
  onClick(find<HTMLButtonElement>("#again"), () => again(shown, key));
  void keepName(data.share_id, manifest);
  await play(shown, key);
  if (!isOver()) await verify(shown);
}

/** Open the share; a key that fits is kept for the session. */
async function open(key: OpeningKey): Promise<void> {
  try {
    const papers = papersOf(data);
    const proven = await proveManifest(papers, bodyUrl(data), key.key);
    void panel.begin(proven, papers.request);
    const clip = await openClip(proven, key.key);
    await keepChosen(key);
    await show(clip, key.key);
  } catch (error) {
    if (document.body.dataset["clip"] === "ended") return;
    if (error instanceof NoClipServer) throw error;
    const rule = sentence(error);
    if (isNotServed(rule)) throw new Error("The hub did not send the sealed clip. Try again.");
    broken(rule);
    throw new Error(
      rule === "no_key_fits" ? "This opening key does not open this clip. Choose one that it was sealed to." : "A check failed: see provenance.",
    );
  }
}

const accept = document.querySelector<HTMLButtonElement>("#accept");
if (accept !== null) {
  const revoked = find<HTMLInputElement>("#key-revoked");
  revoked.addEventListener("change", () => (find("#accept-reason-field").hidden = !revoked.checked));
  onClick(accept, async () => {
    const reason = revoked.checked ? typed(find<HTMLTextAreaElement>("#accept-reason")) : "";
    const judged = { home_key_revoked: revoked.checked, reason: reason === "" ? null : reason };
    await postFresh(`/api/shares/${data.share_id}/accept`, "share.accept", data.share_id, judged);
    location.reload();
  });
}
const opener = document.querySelector<HTMLButtonElement>("#open");
if (opener !== null) {
  watchShares({ caseId: data.case_id, at: data.at, timeZone: TIME_ZONE, shareIds: () => [data.share_id], changed: (_, standing) => showStanding(standing), ended: (_, why) => ended(why) });
  const offered = offerKeys(opener, open);
  opener.disabled = false; // from now on a press is heard
  await offered;
}
