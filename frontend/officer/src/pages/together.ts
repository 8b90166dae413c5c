/** Several clips of a case on one clock: chosen, opened and checked in this browser, and watched side by side. */
import { local } from "../../../request/src/times";
import { exerciseChip } from "../case/share_list";
import { borderOf, type BorderJson } from "../map/area_json";
import { CamerasMap } from "../map/cameras_map";
import type { FeatureCollection } from "../map/features";
import { element, find, get, pageData, sentence } from "../page";
import { Conductor } from "../player/conductor";
import { otherSpeed } from "../player/time/drift";
import { localMoment, utcMoment } from "../player/time/moments";
import { Panel } from "../player/panel";
import { Tracks } from "../player/tracks";
import type { Ended } from "../share/state/ended";
import { filmOf, verifyAll } from "../share/clip/transcode";
import { keepChosen, offerKeys } from "../share/decryption/key_choice";
import type { OpeningKey } from "../share/clip/messages";
import { forgetName, keepName } from "../share/names";
import { isNotServed, openClip, type OpenedClip } from "../share/clip/opened";
import { refusedWords } from "../share/provenance/clip_lines";
import { bodyUrl, papersOf } from "../share/page_data";
import { watchShares } from "../share/state/watch";
import { proveManifest, type Added } from "../share/manifest/verify";
import { sizeWords } from "../sizes";
import { TIME_ZONE } from "../times_on_page";
import { shareName } from "../share/short_name";

interface Offered {
  readonly share_id: string;
  readonly request_id: string;
  readonly drill: boolean;
  readonly received_at: string;
  readonly size_bytes: number;
}
interface Data {
  readonly case_id: string;
  readonly at: number;
  readonly shares: readonly Offered[];
  readonly requests: Readonly<Record<string, string>>;
  readonly border: BorderJson;
}

const MOST_TOGETHER = 4; // each keeps up to 0.2 GB of pictures ready: four stay below a gigabyte
const LETTERS = "ABCD";
const data = pageData<Data>();
const chosen = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("#offered input:checked")];

function offer(): void {
  const lines = data.shares.map((share) => {
    const box = element("input");
    box.type = "checkbox";
    box.value = share.share_id;
    const words = element("span", {}, element("b", { text: shareName(share.share_id) }), ...exerciseChip(share.drill), element("small", { text: `${local(new Date(share.received_at), TIME_ZONE)}, ${sizeWords(share.size_bytes)}` }));
    return element("li", {}, element("label", { className: "pick" }, box, words));
  });
  find("#offered").replaceChildren(...lines);
  find("#none-offered").hidden = lines.length > 0;
  find("#offered").addEventListener("change", showChoice);
  showChoice();
}

function showChoice(): void {
  const boxes = chosen();
  const isFull = boxes.length >= MOST_TOGETHER;
  for (const box of document.querySelectorAll<HTMLInputElement>("#offered input")) box.disabled = isFull && !box.checked;
  find("#chosen-words").textContent = `${boxes.length} of at most ${MOST_TOGETHER} chosen${isFull ? ": more would need more memory than a browser has to spare" : ""}.`;
  find<HTMLButtonElement>("#open").disabled = boxes.length === 0;
}

/** A clip and what is shown of it: itself, its transcode, or nothing where that was refused. */
interface Opened {
  readonly clip: OpenedClip;
  readonly film: OpenedClip | null;
  readonly refused: string | null;
}

async function openOne(offered: Offered, key: CryptoKey): Promise<Opened> {
  const { envelope, added_headers: headers } = await get<{ envelope: string; added_headers: Added }>(`/api/shares/${offered.share_id}`);
  const share = { share_id: offered.share_id, envelope, headers, request_payload: data.requests[offered.request_id] ?? "" };
  const clip = await openClip(await proveManifest(papersOf(share), bodyUrl(share), key), key);
  void keepName(offered.share_id, clip.proven.manifest);
  let refused: string | null = null;
  const film = await filmOf(clip, key, (rule) => (refused = rule));
  return { clip, film, refused };
}

function notOpened(offered: Offered, error: unknown): HTMLElement {
  const words = element("span", {}, element("b", { text: `${shareName(offered.share_id)} is not shown. ` }), document.createTextNode(refusedWords(sentence(error))));
  const said = element("p", { className: "banner is-bad" }, words);
  said.setAttribute("role", "alert");
  return said;
}

async function open(key: OpeningKey): Promise<void> {
  const wanted = chosen().map((box) => data.shares.find(({ share_id }) => share_id === box.value)!);
  if (wanted.length === 0) throw new Error("Choose a clip first.");
  const clips: Opened[] = [];
  for (const offered of wanted) {
    try {
      clips.push(await openOne(offered, key.key));
    } catch (error) {
      if (sentence(error) === "no_key_fits") throw new Error("This opening key is none of those that the clips are sealed to.");
      find("#panels").append(notOpened(offered, error));
    }
  }
  if (clips.length > 0) await keepChosen(key);
  await watch(panelsOf(clips));
}

/** The camera whose clip begins first is A. */
function panelsOf(clips: readonly Opened[]): Panel[] {
  const begins = ({ clip: { proven } }: Opened): number => proven.manifest.ranges[0]!.from.getTime();
  const inTime = [...clips].sort((a, b) => begins(a) - begins(b));
  const panels: Panel[] = inTime.map(({ clip, film, refused }, index) => {
    const panel = new Panel(LETTERS[index]!, clip, film, hear);
    if (refused !== null) panel.refuse(refusedWords(refused));
    return panel;
  });
  function hear(heard: Panel): void {
    const isNew = heard.player.video.muted;
    for (const panel of panels) panel.hear(panel === heard && isNew);
  }
  return panels;
}

async function watch(panels: readonly Panel[]): Promise<void> {
  find("#choosing").hidden = true;
  for (const id of ["#watching", "#choose-again"]) find(id).hidden = false;
  find("#panels").prepend(...panels.map(({ root }) => root));
  if (panels.length === 0) return; // why stands there
  const players = panels.map(({ player }) => player);
  const conductor = new Conductor(players);
  for (const panel of panels) {
    panel.clip.onFailure(({ rule }) => fail(panel, conductor, rule));
    if (panel.film === null) conductor.drop(panel.player);
    else if (panel.film !== panel.clip) panel.film.onFailure(({ rule }) => failFilm(panel, conductor, rule));
    panel.check("playing", "Waits to be checked", "is-warn");
  }
  const tracks = new Tracks(find("#tracks"), panels.map(({ letter, player, clip }) => ({ name: `${letter}  ${clip.proven.manifest.cameraLabel}`, time: player.time })), conductor.span, TIME_ZONE, (ms) => void conductor.seek(ms));
  const map = new CamerasMap(find("#map"), borderOf(data.border), panels.map(({ letter, clip }) => ({ letter, view: clip.proven.manifest.view })));
  const show = (): void => showMoment(conductor, panels, tracks, map);
  conductor.addEventListener("moment", show);
  conductor.addEventListener("state", () => showState(conductor));
  listen(conductor);
  showPlaces(panels);
  watchShares({ caseId: data.case_id, at: data.at, timeZone: TIME_ZONE, shareIds: () => panels.map(({ shareId }) => shareId), changed: () => undefined, ended: (shareId, why) => end(panels, conductor, tracks, map, shareId, why) });
  const there = (): Panel[] => panels.filter((panel) => panel.film !== null && !panel.isGone);
  await Promise.all(there().map(({ player }) => player.begin()));
  await Promise.all(there().map((panel) => panel.readFrames()));
  await conductor.begin();
  document.body.dataset["together"] = "ready";
  void get<FeatureCollection>("/map.geojson").then((ground) => map.background(ground));
  for (const panel of panels) await verify(panel, conductor); // one after the other: each takes a core
}

function fail(panel: Panel, conductor: Conductor, rule: string): void {
  if (isNotServed(rule)) {
    find("#problem").textContent = `The hub did not send a part of ${panel.letter}. Nothing is lost: load the page again.`;
    conductor.pause();
    return;
  }
  conductor.drop(panel.player);
  panel.takeAway(refusedWords(rule));
}

/** Its transcode is not what its owner approved; the clip is checked all the same. */
function failFilm(panel: Panel, conductor: Conductor, rule: string): void {
  if (isNotServed(rule)) return fail(panel, conductor, rule);
  if (panel.isGone) return;
  conductor.drop(panel.player);
  panel.refuse(refusedWords(rule));
}

/** The share is not this person's to watch any more: nothing of it is left on the page. */
function end(panels: readonly Panel[], conductor: Conductor, tracks: Tracks, map: CamerasMap, shareId: string, { name, text }: Ended): void {
  const panel = panels.find((each) => each.shareId === shareId);
  if (panel === undefined || panel.root.dataset["clip"] === "ended") return;
  conductor.drop(panel.player);
  panel.end(`${name} ${text}`);
  tracks.forget(panels.indexOf(panel), `${panel.letter}  Not shown any more`);
  map.forget(panel.letter);
  showPlaces(panels);
  showMoment(conductor, panels, tracks, map);
  void forgetName(shareId);
}

async function verify(panel: Panel, conductor: Conductor): Promise<void> {
  if (panel.isGone) return;
  try {
    const tell = (share: number): void => panel.check("playing", `Being checked, ${Math.floor(share * 100)}%`, "is-warn");
    await verifyAll(panel.clip, panel.film, tell, (rule) => failFilm(panel, conductor, rule));
    if (!panel.isGone) panel.check("verified", "Verified", "is-home");
  } catch (error) {
    if (panel.isGone) return; // the player met it before, or it was taken back
    if (isNotServed(sentence(error))) panel.check("playing", "Not checked", "is-warn");
    fail(panel, conductor, sentence(error));
  }
}

function showMoment(conductor: Conductor, panels: readonly Panel[], tracks: Tracks, map: CamerasMap): void {
  const ms = conductor.nowMs;
  find("#moment-local").textContent = localMoment(ms, TIME_ZONE);
  find("#moment-utc").textContent = `${utcMoment(ms)}${conductor.waits ? ", waiting for a picture" : ""}`;
  const there = panels.filter((panel) => panel.show(ms) && !panel.isGone).map(({ letter }) => letter);
  tracks.show(ms);
  map.show(new Set(there));
  find("#skip").hidden = there.length > 0;
  find("#who").textContent = there.length === 0 ? "No camera recorded this moment." : `Recorded by ${there.join(", ")}.`;
}

function showState(conductor: Conductor): void {
  find("#play-words").textContent = conductor.playing ? "Pause" : "Play";
}

function showPlaces(panels: readonly Panel[]): void {
  const there = panels.filter((panel) => panel.root.dataset["clip"] !== "ended");
  const lines = there.map(({ letter, clip }) => {
    const { cameraLabel, view } = clip.proven.manifest;
    const words = view === null ? "Its place was not told." : `Looks ${view.headingDeg}° from north, ${view.fieldOfViewDeg}° wide, ${view.rangeM} m far.`;
    return element("li", {}, element("b", { text: `${letter}  ${cameraLabel}` }), element("span", { className: "xs muted", text: words }));
  });
  find("#places").replaceChildren(...lines);
  find("#map").toggleAttribute("hidden", there.every(({ clip }) => clip.proven.manifest.view === null));
}

function listen(conductor: Conductor): void {
  find("#play").addEventListener("click", () => conductor.toggle());
  find("#back").addEventListener("click", () => void conductor.step(-1));
  find("#forward").addEventListener("click", () => void conductor.step(1));
  find("#skip").addEventListener("click", () => void conductor.skip());
  for (const [id, steps] of [["#slower", -1], ["#faster", 1]] as const) {
    find(id).addEventListener("click", () => {
      conductor.speed = otherSpeed(conductor.speed, steps);
      find("#speed").textContent = `${conductor.speed}×`;
    });
  }
}

offer();
await offerKeys(find<HTMLButtonElement>("#open"), open);
