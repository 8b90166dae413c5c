// What the owner sets: cameras, PIN, who may share; and what is kept how long.
import { html, nothing, type TemplateResult } from "lit";
import "./cameras/add";
import { allAttempts, lockedPin } from "./approvers/attempts";
import "./cameras/form";
import "./household/form";
import { icon } from "./kit/icons";
import "./enrollment/leave";
import type { HomeState } from "./api/model";
import { define, Part } from "./kit/part";
import "./approvers/people";
import "./approvers/pin_form";
import "./city/witnesses";

const SECONDS_AN_HOUR = 3600;

export class Settings extends Part {
  static override properties = { context: { attribute: false }, home: { attribute: false } };
  declare home: HomeState;

  #cameras(): TemplateResult {
    const { words } = this.context;
    return html`<section class="card" data-test="cameras"><h2>${words.say("cameras_title")}</h2><p class="lead">${words.say("cameras_off")}</p>
      ${this.home.cameras.length === 0 ? html`<p class="none">${icon("camera")}<span>${words.say("no_cameras")}</span></p>` : nothing}
      ${this.home.cameras.map((camera) => html`<milton-share-camera .context=${this.context} .home=${this.home} .camera=${camera} .folder=${this.home.folders.find((one) => one.camera_id === camera.camera_id)}></milton-share-camera>`)}</section>
      <section class="card" data-test="add"><h2>${words.say("add_camera_title")}</h2><p class="lead">${words.say("add_camera_lead")}</p>
        <milton-share-add-camera .context=${this.context}></milton-share-add-camera></section>`;
  }

  #keeping(): TemplateResult {
    const { words, retention } = this.context;
    const hours = Math.round(retention.hold_after_expiry_s / SECONDS_AN_HOUR);
    const row = (title: string, note: string, test: string) => html`<div class="set plain" data-test=${test}><b>${title}</b><small>${note}</small></div>`;
    return html`<section class="card"><h2>${words.say("kept_title")}</h2><p class="lead">${words.say("kept_lead")}</p>
      <milton-share-household .context=${this.context} .home=${this.home} show="disk"></milton-share-household>
      ${row(words.say("holds"), words.say("holds_note", { hours }), "holds")}
      ${row(words.say("after_share"), words.say("after_share_note"), "after-share")}</section>`;
  }

  #household(): TemplateResult {
    const { words } = this.context;
    const card = (show: "told" | "decide") => html`<section class="card" data-test=${show}><h2>${words.say(`${show}_title`)}</h2><p class="lead">${words.say(`${show}_lead`)}</p>
      <milton-share-household .context=${this.context} .home=${this.home} .show=${show}></milton-share-household></section>`;
    return html`${card("told")}${card("decide")}`;
  }

  #city(): TemplateResult {
    const { words, format } = this.context;
    const { city, snapshot, approver } = this.home;
    const linked = ["feed", "mqtt", "away", "refused", "connecting"].includes(snapshot.link) ? words.link(snapshot.link) : snapshot.link;
    return html`<section class="card stack" data-test="city"><h2>${words.say("city_title")}</h2>
      ${city?.demo ? html`<p class="banner is-warn">${icon("warn")}<span>${words.notice("demo_city")}</span></p>` : nothing}
      <dl class="kv"><dt>${words.say("city")}</dt><dd>${city?.city_name ?? "—"}</dd><dt>${words.say("police")}</dt><dd>${city?.agency_name ?? "—"}</dd>
        <dt>${words.say("connection")}</dt><dd data-test="link">${linked}${snapshot.last_contact ? `. ${words.say("last_contact", { time: format.dayMinute(snapshot.last_contact) })}` : ""}</dd>
        ${city ? html`<dt>${words.say("eight_words")}</dt><dd class="mono" data-test="words">${city.words.join(" ")}</dd>` : nothing}</dl>
      ${city ? html`<p class="sm muted">${words.say("eight_words_note")}</p>
        <milton-share-witnesses .context=${this.context} .city=${city} .isOwner=${approver.is_owner} .triesLeft=${approver.tries_left}></milton-share-witnesses>` : nothing}</section>`;
  }

  protected override render(): TemplateResult {
    const { words } = this.context;
    const { approver } = this.home;
    return html`<div class="scroll"><main class="page" data-test="settings"><p class="banner is-home">${icon("home")}<span>${words.say("settings_lead")}</span></p><div class="two"><div class="stack">${this.#cameras()}${this.#keeping()}</div>
      <div class="stack">${this.#household()}
        <section class="card" data-test="people"><h2>${words.say("who_title")}</h2><p class="lead">${words.say("who_lead")}</p>
          <milton-share-people .context=${this.context} .isOwner=${approver.is_owner} .triesLeft=${approver.tries_left}></milton-share-people></section>
        <section class="card stack"><h2>${words.say("pin_title")}</h2><p class="muted sm">${words.say("pin_lead")}</p>${lockedPin(approver, this.context)}
          <milton-share-pin-form .context=${this.context} .hasPin=${approver.has_pin}></milton-share-pin-form></section>
        ${allAttempts(this.home.attempts, this.context)} ${this.#city()}
        <section class="card" data-test="leaving"><h2>${words.say("leave_title")}</h2>
          <milton-share-leave .context=${this.context} .isOwner=${approver.is_owner} .triesLeft=${approver.tries_left} .cityName=${this.home.city?.city_name ?? words.say("title")}></milton-share-leave></section></div></div></main></div>`;
  }
}

define("milton-share-settings", Settings);
