/** The player of one clip: its buttons, its timeline, and the text under the video. */
import { find, onClick, sentence } from "../page";
import { TIME_ZONE } from "../times_on_page";
import type { ClipPlayer } from "./clip_player";
import { otherSpeed } from "./time/drift";
import { Marks } from "./marks";
import { frameWords, localMoment, unsureWords, utcMoment } from "./time/moments";
import { takeStill } from "./still/still";
import { showStill } from "./still/result";
import { Tracks } from "./tracks";

export interface Around {
  readonly shareId: string;
  readonly caseId: string;
  readonly isVerified: () => boolean;
}

const button = (id: string): HTMLButtonElement => find<HTMLButtonElement>(id);

export class SinglePlayer {
  readonly #tracks: Tracks;
  readonly #marks: Marks;
  readonly #over = new AbortController();

  constructor(
    private readonly player: ClipPlayer,
    around: Around,
  ) {
    const { time, video } = player;
    this.#tracks = new Tracks(find("#tracks"), [{ name: "", time }], time, TIME_ZONE, (ms) => void player.seek(time.nearestSecond(ms)));
    this.#marks = new Marks(time.unsureMs, TIME_ZONE, ({ frame }) => void player.show(frame), (moments) => this.#tracks.mark(moments));
    this.#marks.offerNote(button("#write-marks"), around.caseId, around.shareId);
    this.#listen(around);
    const { signal } = this.#over;
    player.addEventListener("picture", () => this.#show(), { signal });
    player.addEventListener("state", () => this.#state(), { signal });
    video.addEventListener("timeupdate", () => this.#show(), { signal });
    video.addEventListener("click", () => player.toggle(), { signal });
    this.#state();
    this.#show();
  }

  /** Show nothing of the clip any more, nor what was said and noted of it. */
  end(): void {
    this.#over.abort();
    for (const id of ["#moment-local", "#moment-utc", "#frame-words", "#frame-doubt"]) find(id).textContent = "";
    for (const id of ["#tracks", "#marks", "#still-result"]) find(id).replaceChildren();
  }

  /** Read when each picture is shown; without that the clip plays, and can't be stepped through. */
  async readFrames(): Promise<void> {
    try {
      await this.player.readFrames();
    } catch (error) {
      find("#frame-words").textContent = "Frames can’t be counted in this clip.";
      find("#frame-words").title = sentence(error);
      return;
    }
    const said = this.player.clip.proven.manifest;
    const [told, there] = [said.copiedFrames + said.encodedFrames, this.player.frames!.count];
    const hidden = this.player.hiddenPictures === 0 ? "" : ` ${this.player.hiddenPictures} more are in the file that no player shows.`;
    find("#frame-doubt").textContent = told === there && hidden === "" ? "" : `The manifest tells of ${told} frames, the ${this.#isTranscode ? "transcode" : "file"} shows ${there}.${hidden}`;
  }

  get #isTranscode(): boolean {
    return this.player.clip.film === "preview";
  }

  #listen(around: Around): void {
    const { player } = this;
    const { video } = player;
    button("#play").addEventListener("click", () => player.toggle());
    button("#back").addEventListener("click", () => player.step(-1));
    button("#forward").addEventListener("click", () => player.step(1));
    for (const [id, steps] of [["#slower", -1], ["#faster", 1]] as const) {
      button(id).addEventListener("click", () => {
        video.playbackRate = otherSpeed(video.playbackRate, steps);
        find("#speed").textContent = `${video.playbackRate}×`;
      });
    }
    const sound = button("#sound");
    sound.hidden = player.clip.proven.manifest.audio !== "kept";
    sound.addEventListener("click", () => {
      video.muted = !video.muted;
      sound.setAttribute("aria-pressed", String(!video.muted));
    });
    onClick(button("#mark"), async () => {
      if (player.frame !== null) this.#marks.add({ frame: player.frame, trueMs: player.pictureMs });
    });
    onClick(button("#still"), async () => showStill(find("#still-result"), await takeStill(player, around.shareId, around.isVerified())));
  }

  #show(): void {
    const { player } = this;
    const { time, frames, frame } = player;
    const ms = player.pictureMs;
    find("#moment-local").textContent = localMoment(ms, TIME_ZONE);
    find("#moment-utc").textContent = `${utcMoment(ms)}, ${unsureWords(time.unsureMs)}`;
    if (frames !== null && frame !== null) find("#frame-words").textContent = frameWords(frame, frames.count, this.#isTranscode);
    const at = time.trueMs(player.second);
    find("#nothing").hidden = time.kindAt(at) !== "gap";
    this.#tracks.show(at);
  }

  #state(): void {
    const { video, frames } = this.player;
    find("#play-words").textContent = video.paused ? "Play" : "Pause";
    for (const id of ["#back", "#forward", "#mark", "#still"]) button(id).disabled = frames === null;
    if (frames !== null) document.body.dataset["frames"] = String(frames.count);
  }
}
