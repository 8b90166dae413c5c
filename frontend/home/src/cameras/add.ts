// The add-camera step: what the home's own network answers, and the way to add it to Home Assistant.
import { html, nothing, type TemplateResult } from "lit";
import { failure } from "../kit/failure";
import { icon } from "../kit/icons";
import type { FoundCamera } from "../api/model";
import { define, Part } from "../kit/part";

const ADD_PATH = "/config/integrations/dashboard/add?domain="; // Home Assistant's own page; it asks for what the camera needs

export class AddCamera extends Part {
  static override properties = {
    context: { attribute: false },
    found: { state: true },
    searching: { state: true },
    failure: { state: true },
  };
  declare found: FoundCamera[] | undefined;
  declare searching: boolean;
  declare failure: string | undefined;

  constructor() {
    super();
    this.searching = false;
  }

  async #search(): Promise<void> {
    [this.searching, this.failure] = [true, undefined];
    try {
      this.found = await this.context.api.searchCameras();
      await this.#nameIntegrations(this.found);
    } catch (error) {
      this.failure = failure(this.context.words, error, "failed_search");
    } finally {
      this.searching = false;
    }
  }

  /** Home Assistant asks twice whether to add what it has to load the name of first, and then may close both questions. */
  async #nameIntegrations(found: FoundCamera[]): Promise<void> {
    const load = this.context.hass.loadBackendTranslation;
    const domains = [...new Set(found.map(({ add_with }) => add_with))];
    await Promise.all(domains.map((domain) => load?.("title", domain).catch(() => undefined)));
  }

  #camera(camera: FoundCamera): TemplateResult {
    const { words } = this.context;
    const name = camera.name || camera.address;
    const note = words.say(camera.doorbell ? "found_doorbell" : "found_camera", { address: camera.address });
    return html`<div class="set" data-test="found-camera"><b>${name}</b><small>${note}</small>
      <a class="btn" href=${ADD_PATH + encodeURIComponent(camera.add_with)} data-test="add-camera" aria-label=${words.say("add_to_home_assistant", { name })}>${words.say("add")}</a></div>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    return html`${this.failure ? html`<p class="banner is-bad" role="alert">${icon("warn")}<span>${this.failure}</span></p>` : nothing}
      <div role="status" aria-live="polite">${this.searching ? html`<p class="muted sm" data-test="searching">${words.say("searching_cameras")}</p>` : nothing}
        ${this.found?.length === 0 && !this.searching ? html`<p class="none" data-test="none-found">${icon("camera")}<span>${words.say("none_found")}</span></p>` : nothing}</div>
      ${this.searching ? nothing : (this.found ?? []).map((camera) => this.#camera(camera))}
      <button type="button" class="btn" data-test="search-cameras" ?disabled=${this.searching} @click=${() => void this.#search()}>${words.say("search_cameras")}</button>`;
  }
}

define("milton-share-add-camera", AddCamera);
