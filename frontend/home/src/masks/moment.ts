// Which moment of the clip is drawn on: it plays and stops, and is gone to, below the picture and in sight with it.
import { html, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import { define, Part } from "../kit/part";

const STEP_MS = 100;

export class MaskMoment extends Part {
  static override properties = {
    context: { attribute: false },
    shownMs: { attribute: false },
    time: { attribute: false },
    turned: { attribute: false },
  };
  declare shownMs: number;
  declare time: Date;
  declare turned: { playing: boolean; lengthMs: number };

  protected override render(): TemplateResult {
    const { words, format } = this.context;
    const { playing, lengthMs } = this.turned;
    return html`<div class="row moment"><button type="button" class="btn icon" data-test="mask-play" aria-label=${words.say(playing ? "pause" : "play")} @click=${() => this.tell("turn", { play: !playing })}>${icon(playing ? "pause" : "play")}</button>
      <input type="range" class="grow" data-test="mask-moment" min="0" max=${Math.max(STEP_MS, Math.floor(lengthMs / STEP_MS) * STEP_MS)} step=${STEP_MS} .value=${String(Math.round(this.shownMs))}
        aria-label=${words.say("mask_moment")} aria-valuetext=${format.daySecond(this.time)} @input=${(event: Event) => this.tell("seek", { seconds: Number((event.target as HTMLInputElement).value) / 1000 })}></div>`;
  }
}

define("milton-share-mask-moment", MaskMoment);
