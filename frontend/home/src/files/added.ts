// Files that the owner adds to a request: from the phone or the computer in hand, straight to the home.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { isRefusal } from "../api/commands";
import { allSteps, inTheApp } from "./export_steps";
import "./time";
import { icon } from "../kit/icons";
import type { Case, FootageRequest, HomeState } from "../api/model";
import { define, Part } from "../kit/part";
import { canLook, isUndecided } from "../cases/state";

const KINDS = "video/*,.mp4,.m4v,.mov,.mkv,.avi,.ts,.mpg";

interface Adding {
  file: File;
  sent: number; // bytes
  stop: AbortController;
}

export class Files extends Part {
  static override properties = {
    context: { attribute: false },
    home: { attribute: false },
    request: { attribute: false },
    adding: { state: true },
    stopped: { state: true },
    failure: { state: true },
  };
  declare home: HomeState;
  declare request: FootageRequest;
  declare adding: Adding | undefined;
  declare stopped: boolean;
  declare failure: string | undefined;

  async #add(event: Event): Promise<void> {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (!file || this.adding) return;
    const { api, words } = this.context;
    const adding = { file, sent: 0, stop: new AbortController() };
    [this.failure, this.stopped, this.adding] = [undefined, false, adding];
    try {
      await api.checkFile(this.request.request_id);
      await api.addFile(this.request.request_id, file, (sent) => { this.adding = { ...adding, sent }; }, adding.stop.signal);
    } catch (error) {
      this.stopped = adding.stop.signal.aborted;
      if (!this.stopped) this.failure = words.rule(isRefusal(error) && words.knows(error.code) ? error.code : "file_broken_off");
    } finally {
      this.adding = undefined;
    }
  }

  /** Cameras that look at the area and whose recordings only an app has. */
  #inApps(): TemplateResult[] {
    const waiting = this.request.cases.filter((item) => isUndecided(item) && !canLook(item));
    const cameras = this.home.cameras.filter((camera) => camera.footage === "app" && waiting.some((item) => item.camera_id === camera.camera_id));
    return cameras.map((camera) => inTheApp(camera, this.request, this.context));
  }

  /** In bytes, and to be stopped as long as some are still to come; then the home looks into it, which is soon done. */
  #progress(): TemplateResult | typeof nothing {
    const { words, format } = this.context;
    if (!this.adding) return nothing;
    const { file, sent, stop } = this.adding;
    const coming = sent < file.size;
    return html`<div data-test="adding"><progress class="home" max=${Math.max(file.size, 1)} value=${Math.min(sent, file.size)} aria-label=${words.say("add_file_title")}></progress>
      <div class="row wrap"><p class="sm muted num grow" role=${coming ? nothing : "status"}>${coming ? words.say("adding_file", { name: file.name, sent: format.size(sent), size: format.size(file.size) }) : words.say("file_reading")}</p>
      ${coming ? html`<button type="button" class="btn" data-test="stop-file" @click=${() => stop.abort()}>${words.say("stop_file")}</button>` : nothing}</div></div>`;
  }

  #file(item: Case): TemplateResult | typeof nothing {
    return item.file && isUndecided(item)
      ? html`<milton-share-file-time .context=${this.context} .item=${item} .file=${item.file} .cameras=${this.home.cameras}></milton-share-file-time>`
      : nothing;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`<section class="card stack" data-test="add-file"><h2>${words.say("add_file_title")}</h2><p class="lead">${words.say("add_file_lead")}</p>
      ${this.#inApps()}
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="add-file-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.#progress()} <p class=${this.stopped ? "sm" : "vh"} role="status" data-test="file-stopped">${this.stopped ? words.say("file_stopped") : nothing}</p>
      <label class="btn ${this.adding ? "off" : ""}">${icon("up")} ${words.say("add_file")}<input type="file" class="hidden-file" accept=${KINDS} data-test="file-input" ?disabled=${this.adding !== undefined} @change=${this.#add}></label>
      ${allSteps(this.context)}</section>
      ${repeat(this.request.cases, ({ case_id }) => case_id, (item) => this.#file(item))}`;
  }
}

define("milton-share-files", Files);
