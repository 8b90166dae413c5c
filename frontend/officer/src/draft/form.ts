/** The fields of a new request, and what they say together. */
import type { Area } from "../../../request/src/geometry";
import { areaJson, areaOf, type AreaJson } from "../map/area_json";
import { find, typed } from "../page";
import { readRange, setLength, setRange } from "./range";

export interface Draft {
  readonly draft_id: string;
  readonly case_number: string;
  readonly contact: string;
  readonly offence_code: string;
  readonly reason: string;
  readonly why_larger: string;
  readonly urgency: "routine" | "urgent";
  readonly drill: boolean;
  readonly by_code: boolean;
  readonly area: AreaJson | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly expires_in_h: number;
}
/** An instant as the protocol writes it, to the second. */
export function timeJson(time: Date | null): string | null {
  return time === null ? null : `${time.toISOString().slice(0, 19)}Z`;
}

function value(id: string): string {
  return typed(find<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(`#${id}`));
}

function checked(id: string): boolean {
  return find<HTMLInputElement>(`#${id}`).checked;
}

export function readDraft(draftId: string, area: Area | null): Draft {
  const { from, until } = readRange();
  return {
    draft_id: draftId,
    case_number: value("case-number"),
    contact: value("contact"),
    offence_code: value("offence"),
    reason: value("reason"),
    why_larger: value("why-larger"),
    urgency: checked("urgent") ? "urgent" : "routine",
    drill: checked("drill"),
    by_code: checked("by-code"),
    area: areaJson(area),
    from: timeJson(from),
    until: timeJson(until),
    expires_in_h: Number(value("expires")),
  };
}

function put(id: string, text: string): void {
  find<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(`#${id}`).value = text;
}

/** Put a draft that was kept back into the fields; returns its area, for the map. */
export function fillDraft(draft: Draft): Area | null {
  put("case-number", draft.case_number);
  put("contact", draft.contact);
  put("offence", draft.offence_code);
  put("reason", draft.reason);
  put("why-larger", draft.why_larger);
  put("expires", String(draft.expires_in_h));
  find<HTMLInputElement>("#urgent").checked = draft.urgency === "urgent";
  find<HTMLInputElement>("#drill").checked = draft.drill;
  find<HTMLInputElement>("#by-code").checked = draft.by_code;
  setRange({ from: draft.from === null ? null : new Date(draft.from), until: draft.until === null ? null : new Date(draft.until) });
  return areaOf(draft.area);
}

/** How requests for a common offense begin. */
export interface Template {
  readonly offence_code: string;
  readonly reason: string;
  readonly duration_min: number;
}

const BLANK = "…";

/** Put a template into the fields and the cursor onto its first blank. A reason that somebody wrote stays. */
export function useTemplate(template: Template, untouched: readonly string[]): void {
  const reason = find<HTMLTextAreaElement>("#reason");
  put("offence", template.offence_code);
  setLength(String(template.duration_min));
  if (reason.value !== "" && !untouched.includes(reason.value)) return;
  reason.value = template.reason;
  reason.focus();
  const blank = template.reason.indexOf(BLANK);
  reason.setSelectionRange(blank, blank + BLANK.length);
}
