// The folder that a camera writes its recordings into, by FTP or a share: which, by which clock, and what lies there.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import type { CameraFolder, FolderLook } from "../api/model";
import { define, Part } from "../kit/part";

export class CameraFolderForm extends Part {
  static override properties = {
    context: { attribute: false },
    cameraId: { attribute: false },
    folder: { attribute: false },
    roots: { state: true },
    path: { state: true },
    zone: { state: true },
    found: { state: true },
    busy: { state: true },
    failure: { state: true },
  };
  declare cameraId: string;
  declare folder: CameraFolder | undefined;
  declare roots: readonly string[];
  declare path: string;
  declare zone: string | null; // null: the house's own
  declare found: FolderLook | undefined;
  declare busy: boolean;
  declare failure: string | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("cameraId")) return;
    [this.path, this.zone, this.roots] = [this.folder?.folder ?? "", this.folder?.zone ?? null, []];
    void this.#run(async () => { this.roots = (await this.context.api.folderRoots()).roots; });
  }

  async #run(work: () => Promise<void>): Promise<void> {
    [this.busy, this.failure] = [true, undefined];
    try {
      await work();
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_folder");
    } finally {
      this.busy = false;
    }
  }

  #look(): void {
    this.found = undefined;
    void this.#run(async () => { this.found = await this.context.api.lookAtFolder(this.path.trim(), this.zone); });
  }

  #set(path: string | null): void {
    void this.#run(async () => {
      await this.context.api.setFolder(this.cameraId, path, path === null ? null : this.zone);
      this.found = undefined;
      if (path === null) this.path = "";
    });
  }

  #seen(found: FolderLook): TemplateResult {
    const { words, format } = this.context;
    return html`<div class="stack tight" role="status" data-test="folder-found"><p>${words.say("folder_found", { timed: found.timed, count: found.count })}</p>
      <ul class="checks">${found.examples.map((one) => html`<li>${icon("ok")}<span>${one.name}: ${format.daySecond(one.at)}${one.doubt ? `, ${words.say(one.doubt === "repeated_hour" ? "candidate_repeated" : "candidate_skipped")}` : ""}</span></li>`)}
        ${found.untimed.map((name) => html`<li class="x">${icon("no")}<span>${name}: ${words.say("folder_untimed")}</span></li>`)}</ul></div>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const id = this.cameraId;
    const zones: [string | null, string][] = [[null, words.say("folder_house_clock", { zone: this.context.format.zone() })], ["UTC", "UTC"]];
    const can = this.path.trim().startsWith("/") && !this.busy;
    return html`<fieldset class="field stack" data-test="camera-folder"><legend>${words.say("folder_title")}</legend><p class="hint">${words.say("folder_note", { roots: this.roots.join(", ") })}</p>
      <div class="pair"><div class="field"><label>${words.say("folder_path")}<input type="text" spellcheck="false" autocomplete="off" data-test="folder-path" placeholder="${this.roots[0] ?? "/media"}/…" .value=${this.path}
          @input=${(event: Event) => { this.path = (event.target as HTMLInputElement).value; this.found = undefined; }}></label></div>
        <div class="field"><label>${words.say("folder_zone")}<select data-test="folder-zone" id="zone-${id}" @change=${(event: Event) => { this.zone = (event.target as HTMLSelectElement).value || null; this.found = undefined; }}>${zones.map(
          ([zone, label]) => html`<option value=${zone ?? ""} ?selected=${zone === this.zone}>${label}</option>`)}</select></label></div></div>
      ${this.failure ? html`<p class="banner is-bad" role="alert" data-test="folder-error">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      ${this.found ? this.#seen(this.found) : nothing}
      <div class="row wrap"><button type="button" class="btn" data-test="look-folder" ?disabled=${!can} @click=${this.#look}>${icon("eye")} ${words.say("folder_look")}</button>
        <button type="button" class="btn" data-test="use-folder" ?disabled=${!can || !this.found} @click=${() => this.#set(this.path.trim())}>${words.say("folder_use")}</button>
        ${this.folder ? html`<button type="button" class="btn" data-test="no-folder" ?disabled=${this.busy} @click=${() => this.#set(null)}>${words.say("folder_none")}</button>` : nothing}</div></fieldset>`;
  }
}

define("milton-share-camera-folder", CameraFolderForm);
