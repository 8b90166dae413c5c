/** One request: what is asked, one's own clip looked at to its end, and the two answers, which are equally easy. */
import { element } from "../../../officer/src/page";
import { drawOutline } from "../../../request/src/outline";
import type { CityRecord } from "../../../proof/src/city";
import type { ProvenRequest } from "../../../proof/src/request";
import { newKey } from "../../../residents/src/key";
import { sha256Hex, toBase64 } from "../../../request/src/encoding";
import { instantsOf, toWall } from "../../../request/src/times";
import { keepShare, type KeptShare } from "../share/kept";
import { manifestEnvelope, sealedTo, shareEnvelope, shareKeys, type ClipFacts, type SealedPart } from "../share/messages";
import type { Recording } from "../share/recording";
import { readFile, seal } from "../share/sealer";
import { atTime, say, sentence, words } from "../words/say";
import { banner, button, facts, field, input, list, say as sayWrong, show, step, tell } from "./parts";

const UNSEEN_MAX_S = 1; // players end a little before a clip's last picture
const LABEL_MAX_CHARS = 80;
const OFF_MS = [5_000, 60_000, 600_000, 3_600_000]; // an hour means that nothing backs up the time
const SPEEDS = [1, 2, 4, 8];
const MINUTE_MS = 60_000;

interface Chosen {
  readonly file: File;
  readonly recording: Recording;
  readonly video: HTMLVideoElement;
}
interface Said {
  readonly label: string;
  readonly from: Date;
  readonly uncertaintyMs: number;
  readonly isFlagged: boolean;
}

/** Seconds of a video that were never shown. */
function unseenS({ played, duration }: HTMLVideoElement): number {
  let seen = 0;
  for (let index = 0; index < played.length; index += 1) seen += played.end(index) - played.start(index);
  return Number.isFinite(duration) ? Math.max(0, duration - seen) : Number.POSITIVE_INFINITY;
}

export function requestFacts({ request }: ProvenRequest): HTMLElement {
  return facts([
    [say("badge"), request.badge],
    [say("case"), request.caseNumber],
    [say("offense"), request.offenceName],
    [say("reason"), request.reason],
    [say("when"), `${atTime(request.from)} ${say("until")} ${atTime(request.until)}`],
    [say("expires"), atTime(request.expiresAt)],
  ]);
}

function outline({ request }: ProvenRequest): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "outline");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", say("area"));
  drawOutline(svg, request.area);
  return svg;
}

function player(file: File): HTMLVideoElement {
  const video = element("video");
  [video.src, video.controls, video.playsInline, video.preload, video.dataset["test"]] = [URL.createObjectURL(file), true, true, "auto", "clip"];
  video.addEventListener("error", () => sayWrong(words.rules["cannot_play"] ?? ""));
  return video;
}

function speeds(video: HTMLVideoElement): HTMLElement {
  const choice = element("select");
  [choice.id, choice.dataset["test"]] = ["speed", "speed"];
  choice.append(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed))));
  choice.addEventListener("change", () => (video.playbackRate = Number(choice.value)));
  return field(say("speed"), choice);
}

async function sealed(asked: ProvenRequest, { file, recording }: Chosen, { label, from, uncertaintyMs, isFlagged }: Said): Promise<KeptShare> {
  const key = newKey();
  const keys = await shareKeys(key);
  const answered = { requestId: asked.id, recipients: sealedTo(asked.request.recipients, isFlagged) };
  const until = new Date(from.getTime() + Math.max(1, recording.durationMs));
  const clip: ClipFacts = { ...recording, label, from, until, uncertaintyMs };
  const manifest = await manifestEnvelope(keys, answered, clip);
  const parts: SealedPart[] = [];
  for (const [name, plain, sha256] of [["clip", file, recording.sha256], ["manifest", new Blob([manifest]), await sha256Hex(manifest)]] as const) {
    const percent = (doneBytes: number): void => tell(say("sealing", { percent: Math.floor((100 * doneBytes) / plain.size) }));
    const body = await seal({ name, plain, sha256, recipients: answered.recipients.map(({ ageRecipient }) => ageRecipient), place: `${keys.shareId}.${name}` }, percent);
    parts.push({ name, ...body });
  }
  const { envelope } = await shareEnvelope(keys, answered, parts);
  return {
    key,
    shareId: keys.shareId,
    requestId: asked.id,
    caseNumber: asked.request.caseNumber,
    envelope: toBase64(envelope),
    parts: parts.map(({ name, bodySizeBytes }) => ({ name, place: `${keys.shareId}.${name}`, sizeBytes: bodySizeBytes })),
    state: "sending",
  };
}

/** Show the request; `shared` gets the sealed share, `back` leads to the list. */
export function showRequest(record: CityRecord, asked: ProvenRequest, shared: (share: KeptShare) => void, back: (said: string) => void): void {
  const { request } = asked;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  let chosen: Chosen | null = null;
  const [file, label, day, time] = [input("file", "file"), input("label", "text"), input("day", "date"), input("time", "time")];
  [file.accept, label.maxLength, time.step] = ["video/mp4,video/quicktime,.mp4,.mov,.m4v", LABEL_MAX_CHARS, "1"];
  day.value = toWall(request.from, zone).date;
  const off = element("select");
  [off.id, off.dataset["test"]] = ["off", "off"];
  off.append(...words.off_choices.map((text, index) => new Option(text, String(OFF_MS[index]))));
  off.value = String(OFF_MS[2]);
  const flag = input("flag", "checkbox");
  const flagLabel = element("label", { className: "check" }, flag, element("span", { text: say("flag") }, element("small", { text: say("flag_hint") })));

  const [looking, leaving, outside] = [element("div", { className: "stack" }), list([], "leaves"), element("p", { className: "sm" })];
  outside.setAttribute("role", "status");
  const begins = (): Date | null => instantsOf(day.value, time.value, zone)[0] ?? null;

  /** What will leave, as it stands. */
  function redraw(): void {
    const from = begins();
    if (chosen === null || from === null) return leaving.replaceChildren();
    const until = new Date(from.getTime() + chosen.recording.durationMs);
    const insideMs = Math.max(0, Math.min(until.getTime(), request.until.getTime()) - Math.max(from.getTime(), request.from.getTime()));
    const moreMs = until.getTime() - from.getTime() - insideMs;
    const isWithin = from < request.until && until >= request.from;
    outside.textContent = !isWithin ? say("outside") : moreMs >= MINUTE_MS ? say("more_time", { minutes: Math.round(moreMs / MINUTE_MS) }) : "";
    const count = sealedTo(request.recipients, flag.checked).length;
    const mb = (chosen.file.size / 1e6).toFixed(1);
    const said = [say("leaves_clip", { from: atTime(from), until: atTime(until) }), say("leaves_label", { label: label.value.trim() }), say("leaves_size", { mb, count })];
    if (chosen.recording.hasSound) said.push(say("has_sound"));
    if (chosen.recording.hasMore) said.push(say("has_more"));
    leaving.replaceChildren(...said.map((text) => element("li", { text })));
  }

  for (const each of [label, day, time, flag]) each.addEventListener("input", redraw);
  file.addEventListener("change", async () => {
    const picked = file.files?.[0];
    [chosen, looking.hidden] = [null, true];
    redraw();
    sayWrong("");
    if (picked === undefined) return;
    tell(say("reading"));
    try {
      const recording = await readFile(picked);
      const video = player(picked);
      chosen = { file: picked, recording, video };
      looking.replaceChildren(element("p", { text: say("look") }), video, speeds(video));
      looking.hidden = false;
      redraw();
    } catch (error) {
      sayWrong(sentence(error));
    } finally {
      tell("");
    }
  });

  async function share(): Promise<void> {
    if (chosen === null) return sayWrong(say("step_file"));
    const left = unseenS(chosen.video);
    if (left > UNSEEN_MAX_S) return sayWrong(say("watch_first", { left: Number.isFinite(left) ? Math.ceil(left) : "?" }));
    const [from, named] = [begins(), label.value.replace(/\s+/g, " ").trim()];
    if (named === "") return sayWrong(say("label_first"));
    if (from === null) return sayWrong(say("time_first"));
    if (from >= request.until || from.getTime() + chosen.recording.durationMs < request.from.getTime()) return sayWrong(say("outside"));
    const made = await sealed(asked, chosen, { label: named, from, uncertaintyMs: Number(off.value), isFlagged: flag.checked });
    keepShare(made);
    tell("");
    shared(made);
  }

  looking.hidden = true;
  const doorway = element(
    "div",
    { className: "doorway" },
    element("div", { className: "stays" }, element("h3", { text: say("stays") }), list(words.stays_list)),
    element("div", { className: "leaves" }, element("h3", { text: say("leaves") }), leaving),
  );
  const answers = element("div", { className: "choices" }, button(say("no"), "no", () => back(say("said_no"))), button(say("share", { agency: record.agencyName }), "share", share));
  const ask = element("section", { className: "card stack" }, requestFacts(asked), outline(asked), element("p", { className: "sm", text: say("check", { contact: request.contact }) }), element("p", { className: "sm muted", text: say("proven") }));
  const goBack = button(say("back"), "back", () => back(""), "quiet");
  if (request.drill) return show(record.agencyName, ask, banner(say("drill")), goBack);
  show(
    record.agencyName,
    ask,
    step(1, say("step_file"), field(say("file"), file, say("file_hint")), looking),
    step(2, say("step_facts"), field(say("label"), label, say("label_hint")), field(say("begins_day"), day), field(say("begins_time"), time), field(say("off"), off), outside, flagLabel),
    step(3, say("step_look"), doorway, answers, element("p", { className: "sm muted", text: say("same") })),
    goBack,
  );
}
