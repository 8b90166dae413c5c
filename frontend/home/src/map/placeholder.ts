// Where a map stands: its script comes when it is first shown, and its room is kept until then.
import { html, type TemplateResult } from "lit";
import { define, Part } from "../kit/part";

export class MapPlace extends Part {
  static override properties = { context: { attribute: false }, drawing: { attribute: false }, missing: { state: true } };
  declare drawing: TemplateResult;
  declare missing: boolean;

  override connectedCallback(): void {
    super.connectedCallback();
    import("./maps").catch(() => { this.missing = true; });
  }

  protected override render(): TemplateResult {
    return this.missing ? html`<p class="sm muted" role="status" data-test="part-missing">${this.context.words.say("outdated")}</p>` : this.drawing;
  }
}

define("milton-share-map", MapPlace);
