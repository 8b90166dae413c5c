// What somebody tried at this home and was refused, and a PIN that is locked. Plain templates: they keep nothing.
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../kit/icons";
import type { Approver, Attempt } from "../api/model";
import type { Context } from "../kit/part";
import type { Key } from "../words/words";

const RECENT_MS = 7 * 24 * 3_600_000; // on the first page for a week, in the settings for as long as they are kept
const ON_FIRST_PAGE = 5;

const ACTS: Record<string, Key> = {
  approve: "act_approve",
  withdraw: "act_withdraw",
  agree_early: "act_agree_early",
  "passing/say": "act_passing",
  "sources/give_up": "act_give_up",
  "door_code/enter": "act_enter_code",
  look: "act_look",
  preview_path: "act_look",
  stills: "act_look",
  rough: "act_look",
  marks: "act_look",
  evidence: "act_look",
  not_this_time: "act_not_this_time",
  "held/wipe": "act_wipe_held",
  "file/add": "act_add_file",
  "own/cut": "act_look",
  "own/path": "act_look",
  "own/save": "act_look",
  "trial/cut": "act_look", // which there was in an earlier version
};
const KINDS: Record<string, Key> = {
  password: "kind_password",
  program: "kind_program",
  other_sign_in: "kind_other_sign_in",
  no_session: "kind_no_session",
  notification: "kind_notification",
  event: "kind_event",
};
const REASONS: Record<string, Key> = {
  not_approver: "why_not_approver",
  not_owner: "why_not_approver",
  not_interactive: "why_program",
  wrong_login: "why_other_sign_in",
  other_login: "why_other_login",
  no_pin: "why_no_pin",
  wrong_pin: "why_wrong_pin",
  pin_locked: "why_pin_locked",
  wrong_password: "why_wrong_password",
  too_many_tries: "why_too_many_tries",
  other_clip: "why_other_clip",
  other_recipients: "why_other_clip",
  clip_not_shown: "why_clip_not_shown",
  not_reviewing: "why_decided",
  already_decided: "why_decided",
  no_button: "why_no_button",
  no_event: "why_no_event",
};

function row(attempt: Attempt, { words, format }: Context): TemplateResult {
  const who = attempt.own ? words.say("attempt_own", { name: attempt.user_name }) : attempt.user_name || words.say("attempt_nobody");
  const reason = REASONS[attempt.rule];
  const kind = KINDS[attempt.kind];
  const utc = format.utc(attempt.last_at);
  return html`<li class="set plain" data-test="attempt" data-rule=${attempt.rule}><b>${who} ${words.say(ACTS[attempt.act] ?? "act_settings")}</b>
    <small>${reason ? words.say(reason) : words.rule(attempt.rule)} ${kind ? words.say(kind) : nothing}
      <time datetime=${new Date(attempt.last_at).toISOString()} title=${utc}>${words.say("attempt_times", { count: attempt.count, time: format.dayMinute(attempt.last_at) })}</time></small></li>`;
}

function rows(attempts: readonly Attempt[], context: Context): TemplateResult {
  return html`<ul class="attempts">${attempts.map((attempt) => row(attempt, context))}</ul>`;
}

/** The newest of the last week, for the first page. */
export function recentAttempts(attempts: readonly Attempt[], now: Date, context: Context): TemplateResult | typeof nothing {
  const recent = attempts.filter(({ last_at }) => now.getTime() - Date.parse(last_at) < RECENT_MS).slice(0, ON_FIRST_PAGE);
  if (recent.length === 0) return nothing;
  const { words } = context;
  return html`<section class="card" data-test="recent-attempts"><h2>${icon("lock")} ${words.say("attempts_title")}</h2>
    <p class="lead">${words.say("attempts_lead")}</p>${rows(recent, context)}</section>`;
}

/** All that are kept, for the settings. */
export function allAttempts(attempts: readonly Attempt[], context: Context): TemplateResult {
  const { words } = context;
  return html`<section class="card" data-test="attempts"><h2>${words.say("attempts_title")}</h2>
    <p class="lead">${words.say(attempts.length === 0 ? "attempts_none" : "attempts_lead")}</p>${attempts.length === 0 ? nothing : rows(attempts, context)}</section>`;
}

/** Until when no PIN is taken from this person. */
export function lockedPin({ locked_until }: Approver, { words, format }: Context): TemplateResult | typeof nothing {
  if (locked_until === null) return nothing;
  return html`<p class="banner is-bad" role="alert" data-test="pin-locked">${icon("lock")}<span><b>${words.say("pin_locked_until", { time: format.dayMinute(locked_until) })}</b> ${words.say("pin_locked_note")}</span></p>`;
}
