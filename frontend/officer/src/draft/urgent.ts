/** Whether a request may be urgent, by its offense, and what that changes: it closes within a day. */
import { find } from "../page";

const CLOSES_WITHIN_H = 24;
let before: string | null = null; // when it would close if it were not urgent

function words(offence: HTMLSelectElement): string {
  const may = [...offence.options].filter(({ dataset }) => dataset["urgent"] !== undefined).map(({ text }) => text);
  const these = may.length === 0 ? "No offense on the list may be urgent." : `Urgent may be: ${may.join("; ")}.`;
  const chosen = offence.selectedOptions[0];
  if (chosen === undefined || chosen.value === "") return these;
  if (chosen.dataset["urgent"] === undefined) return `${chosen.text} can’t be asked for urgently. ${these}`;
  return "Urgent: a supervisor signs it, it closes within 24 h, and each owner has chosen whether it breaks their quiet hours.";
}

/** Offer no time that an urgent request can't have; what was chosen before comes back with the tick's end. */
function limitClosing(isUrgent: boolean): void {
  const closes = find<HTMLSelectElement>("#expires");
  const hours = (option: HTMLOptionElement): number => Number(option.value);
  for (const option of closes.options) option.disabled = isUrgent && hours(option) > CLOSES_WITHIN_H;
  if (isUrgent && Number(closes.value) > CLOSES_WITHIN_H) {
    const longest = [...closes.options].filter(({ disabled }) => !disabled).sort((a, b) => hours(b) - hours(a))[0];
    before = closes.value;
    closes.value = longest?.value ?? closes.value;
  } else if (!isUrgent && before !== null) {
    closes.value = before;
    before = null;
  }
}

/** Show it by what the form says now. */
export function showUrgent(): void {
  const [offence, box] = [find<HTMLSelectElement>("#offence"), find<HTMLInputElement>("#urgent")];
  const chosen = offence.selectedOptions[0];
  box.disabled = chosen !== undefined && chosen.value !== "" && chosen.dataset["urgent"] === undefined;
  if (box.disabled) box.checked = false;
  find("#urgent-words").textContent = words(offence);
  limitClosing(box.checked);
}
