// How footage gets out of a maker's app, and how long the maker keeps it.
import { html, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Camera, FootageRequest } from "../api/model";
import type { Context } from "../kit/part";

const APPS = ["ring", "blink", "arlo", "eufy", "nest", "wyze", "dash_cam", "other"] as const;
export type App = (typeof APPS)[number];

export function appOf(maker: string | null): App {
  return APPS.find((app) => app === maker) ?? "other";
}

/** "Only in the Ring app", with the steps and the time that the maker keeps recordings. */
export function exportSteps(app: App, context: Context): TemplateResult {
  const { words } = context;
  return html`<p data-test="steps-${app}">${words.say(`app_${app}_steps`)}</p><p class="sm muted">${words.say(`app_${app}_keeps`)}</p>`;
}

/** One camera of the home whose footage for a request is in its maker's app alone: what to look for, and where. */
export function inTheApp(camera: Camera, request: FootageRequest, context: Context): TemplateResult {
  const { words, format } = context;
  const app = appOf(camera.maker);
  return html`<div class="set plain" data-test="in-app" data-camera-id=${camera.camera_id}><b>${camera.name}</b>
    <small>${words.say("in_app", { app: words.say(`app_${app}`) })}. ${words.say("in_app_look", { range: format.range(request.from, request.until) })}</small>
    <div>${exportSteps(app, context)}</div></div>`;
}

/** The steps of every app that a home may have. */
export function allSteps(context: Context): TemplateResult {
  const { words } = context;
  return html`<details data-test="all-steps"><summary>${words.say("how_to_export")} ${icon("go")}</summary>${APPS.map(
    (app) => html`<h3>${words.say(app === "other" ? "another_app" : `app_${app}`)}</h3>${exportSteps(app, context)}`,
  )}</details>`;
}
