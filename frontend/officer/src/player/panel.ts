/** One clip among several: its video, its times, and its buttons. */
import { exerciseChip } from "../case/share_list";
import { shortcut } from "../keys";
import { element, onClick } from "../page";
import { TIME_ZONE } from "../times_on_page";
import type { OpenedClip } from "../share/clip/opened";
import { ClipPlayer } from "./clip_player";
import { frameWords, localMoment, SOUND, unsureWords, utcMoment } from "./time/moments";
import { takeStill } from "./still/still";
import { showStill } from "./still/result";
import { shareName } from "../share/short_name";

const TRANSCODE = "The browser can’t play HEVC. You see the home’s transcode; the evidence is the clip.";

export class Panel {
  readonly root = element("figure", { className: "player panel" });
  readonly player: ClipPlayer;
  readonly #check = element("span", { className: "chip is-warn", text: "Waits to be checked" });
  readonly #nothing = element("p", { className: "nothing" }, element("span", { text: "Not recorded at this time" }));
  readonly #said = [element("span", { className: "mono" }), element("span", { className: "mono xs" }), element("span", { className: "mono xs" })] as const;
  readonly #still = element("button", { className: "btn", text: "Save this picture" });
  readonly #result = element("div", { className: "banner still" });
  readonly #sound = element("button", { className: "btn", text: "Sound" });
  readonly #film = element("p", { className: "banner is-warn" });
  readonly shareId: string;
  #isVerified = false;

  constructor(
    readonly letter: string,
    readonly clip: OpenedClip,
    /** What is shown of it; null where its transcode was refused, and why stands there. */
    readonly film: OpenedClip | null,
    private readonly heard: (panel: Panel) => void,
  ) {
    const { manifest, share } = clip.proven;
    const { shareId } = share;
    this.shareId = shareId;
    const video = element("video");
    video.playsInline = true;
    video.preload = "auto";
    video.muted = true;
    video.setAttribute("aria-label", `${letter}, ${manifest.cameraLabel}`);
    this.player = new ClipPlayer(video, film ?? clip);
    this.#film.dataset["test"] = "transcode";
    this.#film.hidden = film?.film !== "preview";
    this.#film.textContent = TRANSCODE;
    this.root.dataset["share"] = shareId;
    this.#result.hidden = true;
    const link = element("a", { className: "xs", text: shareName(shareId) });
    link.href = `/shares/${shareId}`;
    const head = element("div", { className: "row wrap" }, element("h2", { className: "h3", text: `${letter}  ${manifest.cameraLabel}` }), ...exerciseChip(manifest.testCard), link, element("span", { className: "grow" }), element("span", { className: "chip", text: SOUND[manifest.audio] }), this.#check);
    const picture = element("div", { className: "picture" }, video, this.#nothing);
    this.root.append(head, this.#film, picture, element("figcaption", {}, ...this.#said), element("div", { className: "row wrap" }, this.#still, this.#sound), this.#result);
    this.#buttons(manifest.audio === "kept");
    this.player.addEventListener("picture", () => this.#picture());
  }

  /** Read when each picture is shown; a clip of which that can't be read plays, and is not stepped through. */
  async readFrames(): Promise<void> {
    await this.player.readFrames().catch(() => (this.#said[2].textContent = "Frames can’t be counted in this clip."));
  }

  /** What the clip has of a moment. Returns whether it has a picture of it. */
  show(ms: number): boolean {
    const isThere = this.player.time.secondAt(ms) !== null;
    this.#nothing.hidden = isThere;
    this.root.dataset["shows"] = isThere ? "yes" : "no";
    return isThere;
  }

  /** Its transcode failed a check: the clip is checked all the same, and not shown. */
  refuse(words: string): void {
    this.#film.textContent = `The home’s transcode is not shown. ${words} The clip itself is checked all the same; this browser can’t play it.`;
    this.#film.className = "banner is-bad";
    this.#film.setAttribute("role", "alert");
    this.#film.hidden = false;
    this.#empty();
    this.root.replaceChildren(this.root.firstElementChild!, this.#film);
  }

  check(state: "playing" | "verified" | "broken" | "ended", words: string, chip: string): void {
    this.#isVerified = state === "verified";
    this.root.dataset["clip"] = state;
    this.#check.textContent = words;
    this.#check.className = `chip ${chip}`;
  }

  /** What fails a check is taken away at once. */
  takeAway(words: string): void {
    this.check("broken", "A check failed", "is-bad");
    this.#empty();
    const said = element("p", { className: "banner is-bad", text: words });
    said.setAttribute("role", "alert");
    this.root.replaceChildren(this.root.firstElementChild!, said);
  }

  /** The share was taken back, or is not this person's to see any more: nothing of what was opened is left. */
  end(words: string): void {
    this.check("ended", "Not shown any more", "is-warn");
    this.clip.close();
    this.film?.close();
    this.#empty();
    const said = element("p", { className: "banner is-warn", text: words });
    said.setAttribute("role", "alert");
    const name = element("h2", { className: "h3", text: `${this.letter}  ${shareName(this.shareId)}` });
    this.root.replaceChildren(element("div", { className: "row wrap" }, name, element("span", { className: "grow" }), this.#check), said);
  }

  get isGone(): boolean {
    return ["broken", "ended"].includes(this.root.dataset["clip"] ?? "");
  }

  #empty(): void {
    const { video } = this.player;
    video.removeAttribute("src");
    video.load();
  }

  hear(isHeard: boolean): void {
    this.player.video.muted = !isHeard;
    this.#sound.setAttribute("aria-pressed", String(isHeard));
  }

  #buttons(hasSound: boolean): void {
    const { letter } = this;
    if (hasSound) {
      this.#sound.append(element("kbd", { text: letter }));
      shortcut(letter.toLowerCase(), `Sound: ${letter}`, () => this.#sound.click(), () => this.#sound.checkVisibility());
    }
    for (const [button, name] of [[this.#still, "Save this picture"], [this.#sound, "Sound"]] as const) {
      button.type = "button";
      button.setAttribute("aria-label", `${name}: ${letter}`);
    }
    this.#still.dataset["test"] = "still";
    this.#sound.dataset["test"] = "sound";
    this.#sound.hidden = !hasSound;
    this.hear(false);
    this.#sound.addEventListener("click", () => this.heard(this));
    onClick(this.#still, async () => showStill(this.#result, await takeStill(this.player, this.shareId, this.#isVerified)));
  }

  #picture(): void {
    const { frames, frame, time, pictureMs } = this.player;
    const [local, utc, count] = this.#said;
    local.textContent = localMoment(pictureMs, TIME_ZONE);
    utc.textContent = `${utcMoment(pictureMs)}, ${unsureWords(time.unsureMs)}`;
    if (frames !== null && frame !== null) count.textContent = frameWords(frame, frames.count, this.film?.film === "preview");
  }
}
