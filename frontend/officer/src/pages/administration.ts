/** Policy, offenses, retention: what differs from what is in force is proposed; what waits is approved or ended. */
import { M2_PER_SQUARE_MILE } from "../../../request/src/geometry";
import { postFresh } from "../fresh";
import { RENEWED } from "../live_list";
import { find, onSubmit, typed } from "../page";

interface Offence {
  readonly code: string;
  readonly name: string;
  readonly urgent: boolean;
  readonly retired: boolean;
}

const WAITING = "/administration";

/** The number in a field as the policy has it: an area in square meters. */
function numberOf(field: HTMLInputElement): number {
  const value = Number(field.value.trim().replace(",", "."));
  if (field.value.trim() === "" || !Number.isFinite(value) || value < 0) throw new Error(`“${field.labels?.[0]?.textContent ?? field.name}” is no number.`);
  if (field.dataset["unit"] === "m²") return Math.round(value * M2_PER_SQUARE_MILE);
  if (!Number.isInteger(value)) throw new Error(`“${field.labels?.[0]?.textContent ?? field.name}” is a whole number.`);
  return value;
}

const isChanged = (field: HTMLInputElement) => (field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

function numbers(form: HTMLFormElement): Record<string, number> {
  const changed = [...form.querySelectorAll<HTMLInputElement>("input[data-unit]")].filter(isChanged);
  return Object.fromEntries(changed.map((field) => [field.name, numberOf(field)]));
}

function caseNumber(form: HTMLFormElement): string | null {
  const field = form.querySelector<HTMLInputElement>("#case_number");
  return field === null || !isChanged(field) ? null : typed(field);
}

function offences(form: HTMLFormElement): Offence[] {
  const changed: Offence[] = [];
  for (const row of form.querySelectorAll<HTMLTableRowElement>("tr[data-code]")) {
    const { code = "", name = "" } = row.dataset;
    const [urgent, listed] = ["urgent", "listed"].map((which) => find<HTMLInputElement>(`input[name=${which}]`, row)) as [HTMLInputElement, HTMLInputElement];
    if (isChanged(urgent) || isChanged(listed)) changed.push({ code, name, urgent: urgent.checked, retired: !listed.checked });
  }
  const added = form.querySelector("#new");
  if (added === null) return changed;
  const [code, name] = ["#code", "#name"].map((id) => typed(find<HTMLInputElement>(id, added))) as [string, string];
  if (code === "" && name === "") return changed;
  if (code === "" || name === "") throw new Error("An offense that is added needs a code and a name.");
  return [...changed, { code, name, urgent: find<HTMLInputElement>("#urgent", added).checked, retired: false }];
}

function body(form: HTMLFormElement): unknown {
  const field = form.querySelector<HTMLTextAreaElement>("textarea[name=reason]");
  const reason = field === null ? undefined : typed(field);
  const base = form.dataset["base"];
  if (base === undefined) return reason === undefined ? {} : { reason };
  return { base: Number(base), reason, numbers: numbers(form), case_number: caseNumber(form), offences: offences(form) };
}

async function act(form: HTMLFormElement): Promise<void> {
  const { path = "", fresh = "", subject = "" } = form.dataset;
  await postFresh(path, fresh, subject, body(form));
  if (location.pathname === WAITING) location.reload();
  else location.assign(WAITING);
}

/** Listen to what is on the page. */
function listen(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-path]")) onSubmit(form, () => act(form));
}

listen();
document.addEventListener(RENEWED, listen);
