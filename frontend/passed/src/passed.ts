/** The page behind a link: the clip is opened, played and checked in this browser; the server has nothing that opens it. */
import { fromB64, fromBase64, toHex } from "../../request/src/encoding";
import { both } from "../../request/src/times";
import { element, find, HubRefusal, onClick, sentence } from "../../officer/src/page";
import { NoClipServer } from "../../officer/src/share/clip/server";
import { filmOf, verifyAll } from "../../officer/src/share/clip/transcode";
import { importIdentity } from "../../officer/src/share/decryption/key";
import { isNotServed, openClip, type OpenedClip } from "../../officer/src/share/clip/opened";
import { showLines, showUnchecked, type Line } from "../../officer/src/share/provenance/lines";
import { clipLine, manifestLines, pendingLine, refusedLine, refusedWords, transcodeLines } from "../../officer/src/share/provenance/clip_lines";
import { uncheckedOf } from "../../officer/src/share/provenance/unchecked";
import { proveManifest, type Papers } from "../../officer/src/share/manifest/verify";
import { readLink } from "./link";
import { addSpanish, dateInSpanish, IN_BOTH, spanish } from "./spanish";

interface Viewed {
  readonly name: string;
  readonly organisation: string;
  readonly until: string;
  readonly envelope: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly request_payload: string;
}

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone; // whoever watches is anywhere
const LOOK_EVERY_MS = 3_000; // so long at most is a clip still shown whose link has ended
const NOTHING = "This link opens nothing, or not any more. Ask who sent it. · Este enlace no abre nada, o ya no. Pregunte a quien lo envió.";
const NO_WORKER_ES = "No se abrió nada: hace falta un «service worker», y este navegador no lo tiene aquí. Permítale guardar lo que este sitio necesita, o use otro navegador.";
const view = toHex(crypto.getRandomValues(new Uint8Array(16))); // one view, however often it is asked for
const list = find("#provenance");
let link = readLink(location.hash);
let shown: OpenedClip | null = null;
let film: OpenedClip | null = null; // what is shown: the clip, its transcode, or nothing

function say(lines: readonly Line[]): void {
  showLines(list, lines, IN_BOTH);
  addSpanish(list);
}

function isOver(): boolean {
  return ["broken", "ended"].includes(document.body.dataset["clip"] ?? "");
}

function showState(state: "playing" | "verified" | "broken", words: string, other: string, chip: string): void {
  document.body.dataset["clip"] = state;
  find("#check-state").replaceChildren(element("span", { text: `${words} · ` }, spanish(other)));
  find("#check-state").className = `chip ${chip}`;
}

/** What fails a check is taken away at once. */
function broken(rule: string, at: number | null = null): void {
  showState("broken", "A check failed", "Una comprobación falló", "is-bad");
  say([refusedLine(rule, at)]);
  showUnchecked(find("#unchecked-part"), find("#unchecked"), []);
  find("#about").hidden = false;
  takeAway();
}

function takeAway(): void {
  const video = find<HTMLVideoElement>("#clip");
  video.removeAttribute("src");
  video.load();
  find("#stage").hidden = true;
}

/** The link has ended, or this view of it: what is shown is taken away, and all that the page had of it is forgotten. */
function ended(): void {
  if (isOver()) return;
  document.body.dataset["clip"] = "ended";
  takeAway();
  for (const clip of [shown, film]) clip?.close();
  [shown, film, link] = [null, null, null];
  history.replaceState(null, "", location.pathname); // the key is in the address
  for (const part of ["#to", "#until", "#provenance", "#unchecked"]) find(part).replaceChildren();
  find("#about").hidden = true;
  find("#ended").hidden = false;
}

/** Ask whether this view still opens, which is no further look at the clip; without an answer nothing is known. */
async function look(): Promise<void> {
  if (shown === null || isOver() || document.hidden) return;
  const answer = await fetch(bodyOf("manifest"), { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer?.status === 404) ended();
}

function bodyOf(part: string): string {
  return `/v1/passed/${view}/${part}/body`;
}

function failed(rule: string, at: number | null = null): void {
  if (isOver()) return;
  if (!isNotServed(rule)) return broken(rule, at);
  void look().then(() => (find("#not-served").hidden = isOver()));
}

async function asked(id: string): Promise<Viewed> {
  const answer = await fetch("/v1/passed", {
    method: "POST",
    cache: "no-store",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ link: id, view }),
  });
  if (!answer.ok) throw new HubRefusal("link_unknown", NOTHING, answer.status);
  return (await answer.json()) as Viewed;
}

/** The home's transcode is not what its owner approved; the clip is checked all the same. */
function refused(rule: string): void {
  if (isNotServed(rule)) return failed(rule);
  const video = find<HTMLVideoElement>("#clip");
  video.removeAttribute("src");
  video.load();
  video.hidden = true;
  find("#transcode").hidden = true;
  find("#transcode-rule").textContent = refusedWords(rule);
  find("#transcode-refused").hidden = false;
  film = null;
}

function checking(share: number): void {
  const percent = `${Math.floor(share * 100)}%`;
  showState("playing", `Being checked, ${percent}`, `Se comprueba, ${percent}`, "is-warn");
}

async function show(clip: OpenedClip, key: CryptoKey): Promise<void> {
  const { manifest } = clip.proven;
  shown = clip;
  setInterval(() => void look(), LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", () => void look());
  for (const action of ["play", "seeking"]) find("#clip").addEventListener(action, () => void look());
  clip.onFailure(({ rule, at }) => failed(rule, at));
  say([pendingLine(clip.sizeBytes), ...manifestLines(clip.proven, ZONE)]);
  showUnchecked(find("#unchecked-part"), find("#unchecked"), uncheckedOf(manifest, null));
  addSpanish(find("#unchecked"));
  showState("playing", "Being checked", "Se comprueba", "is-warn");
  for (const [id, hidden] of [["before", true], ["stage", false], ["about", false]] as const) find(`#${id}`).hidden = hidden;
  film = await filmOf(clip, key, refused);
  if (film !== null && film !== clip) {
    film.onFailure(({ rule }) => refused(rule));
    find("#transcode").hidden = false;
  }
  if (film !== null) find<HTMLVideoElement>("#clip").src = film.url;
  try {
    await verifyAll(clip, film, checking, refused);
  } catch (error) {
    return failed(sentence(error));
  }
  if (isOver()) return;
  showState("verified", "Verified", "Comprobado", "is-home");
  say([clipLine(clip.proven, clip.sizeBytes), ...transcodeLines(film), ...manifestLines(clip.proven, ZONE)]);
}

async function open(id: string, secret: string): Promise<void> {
  const { key } = await importIdentity(secret).catch(() => Promise.reject(new Error(NOTHING)));
  const viewed = await asked(id);
  find("#to").textContent = `${viewed.name}, ${viewed.organisation}`;
  const until = new Date(viewed.until);
  find<HTMLTimeElement>("#until").dateTime = viewed.until;
  find("#until").replaceChildren(`${both(until, ZONE)} · `, spanish(dateInSpanish(until, ZONE)));
  const added = Object.entries(viewed.headers).map(([part, header]) => ({ part, header }));
  const papers: Papers = { envelope: fromBase64(viewed.envelope), request: fromB64(viewed.request_payload), added };
  try {
    await show(await openClip(await proveManifest(papers, bodyOf, key), key), key);
  } catch (error) {
    if (error instanceof NoClipServer) throw new Error(`${error.message} · ${NO_WORKER_ES}`);
    const rule = sentence(error);
    if (rule === "no_key_fits") throw new Error(NOTHING);
    if (isNotServed(rule)) throw new Error("The sealed clip did not come. Try again. · El vídeo sellado no llegó. Inténtelo otra vez.");
    broken(rule);
  }
}

addEventListener("hashchange", () => location.reload());
const opener = find<HTMLButtonElement>("#open");
if (link === null) {
  find("#problem").textContent = NOTHING;
} else {
  onClick(opener, async () => (link === null ? undefined : open(link.id, link.secret)));
  opener.disabled = false;
}
