/** One share: opened, checked and played in this browser. The identity never leaves it, and neither do plain bytes. */
import { fromB64, fromBase64 } from "../../../request/src/encoding";
import { local } from "../../../request/src/times";
import { find, onClick, pageData, post, sentence } from "../page";
import { localTimes } from "../times_on_page";
import { save } from "../save";
import { readIdentity } from "../share/identity";
import { clipLine, manifestLines, refusedLine, showLines } from "../share/provenance";
import { openClip, part, proveManifest, type Proven } from "../share/verify";

interface Data {
  readonly share_id: string;
  readonly envelope: string;
  readonly request_payload: string;
}

const LARGEST_CLIP_BYTES = 4_000_000_000; // the browser keeps it until the page is left
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const data = pageData<Data>();

async function identityText(): Promise<string> {
  const file = find<HTMLInputElement>("#identity-file").files?.[0];
  return file === undefined ? find<HTMLTextAreaElement>("#identity-text").value : file.text();
}

function showAudio(state: "kept" | "removed" | "absent"): void {
  const words = { kept: "Audio shared by the owner", removed: "No audio: the owner removed it", absent: "No audio was recorded" };
  find("#audio-state").textContent = words[state];
  find("#audio-state").hidden = false;
}

function showClip(proven: Proven, clip: Blob): void {
  const { manifest } = proven;
  const video = find<HTMLVideoElement>("#clip");
  video.src = URL.createObjectURL(clip);
  showAudio(manifest.audio);
  find("#camera-label").textContent = manifest.cameraLabel;
  find("#clip-begins").textContent = local(manifest.ranges[0]!.from, TIME_ZONE, true);
  find("#sealed").hidden = true;
  find("#stage").hidden = false;
  document.body.dataset["clip"] = "verified";
  document.body.dataset["clipSha256"] = manifest.clipSha256;
  onClick(find<HTMLButtonElement>("#save-clip"), async () => save(clip, `share-${data.share_id}.mp4`));
  onClick(find<HTMLButtonElement>("#save-manifest"), async () =>
    save(new Blob([proven.manifestBytes], { type: "application/json" }), `share-${data.share_id}.manifest.json`),
  );
}

function showProgress(done: number): void {
  const bar = find<HTMLProgressElement>("#progress");
  bar.hidden = false;
  bar.value = done;
}

async function open(): Promise<void> {
  const list = find("#provenance");
  try {
    const identity = await readIdentity(await identityText());
    const url = (name: string): string => `/api/shares/${data.share_id}/parts/${name}/body`;
    const proven = await proveManifest(fromBase64(data.envelope), fromB64(data.request_payload), url, identity.secret);
    if (part(proven.share, "clip").bodySizeBytes > LARGEST_CLIP_BYTES) throw new Error("This clip is too large for this page. Open it with milton-hub open.");
    showLines(list, manifestLines(proven, TIME_ZONE));
    const clip = await openClip(proven, identity.secret, showProgress);
    showLines(list, [clipLine(proven.manifest.clipSha256, clip.size), ...manifestLines(proven, TIME_ZONE)]);
    showClip(proven, clip);
  } catch (error) {
    const said = sentence(error);
    showLines(list, [refusedLine(said)]);
    throw said === "no_key_fits" ? new Error("This opening key is none of those that the clip is sealed to.") : error;
  }
}

const opener = document.querySelector<HTMLButtonElement>("#open");
if (opener !== null) onClick(opener, open);
localTimes();
const accept = document.querySelector<HTMLButtonElement>("#accept");
if (accept !== null) {
  onClick(accept, async () => {
    await post(`/api/shares/${data.share_id}/accept`);
    location.reload();
  });
}
