// Beside a clip: that the camera changed the size of its picture, where it did.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Clip } from "../api/model";
import type { Context } from "../kit/part";
import { resizedWords } from "./times";

export function resizedNote(context: Context, clip: Clip): TemplateResult | typeof nothing {
  const resized = resizedWords(context, clip);
  if (resized === undefined) return nothing;
  return html`<p class="banner" role="status" data-test="resized">${icon("camera")}<span>${resized}</span></p>`;
}
