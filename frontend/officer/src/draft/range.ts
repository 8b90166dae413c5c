/** The time range in the agency's own time: a start and a length, or a start and an end; clocks that are changed are said. */
import { clockChangeMs, duration, instantsOf, isWallTime, local, toWall, utc, zoneInWords, zoneName } from "../../../request/src/times";
import { element, find } from "../page";
import { TIME_ZONE } from "../times_on_page";

export type End = "from" | "until";
export interface Range {
  readonly from: Date | null;
  readonly until: Date | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const field = (id: string) => find<HTMLInputElement | HTMLSelectElement>(`#${id}`);
const wall = (end: End) => [field(`${end}-date`).value, field(`${end}-time`).value] as const;

/** The instant of one end; null while it is open which one is meant. */
function readEnd(end: End): Date | null {
  const [date, time] = wall(end);
  const found = instantsOf(date, time, TIME_ZONE);
  return found.length < 2 ? (found[0] ?? null) : (found.find((at) => at.toISOString() === field(`${end}-which`).value) ?? null);
}

export function readRange(): Range {
  return { from: readEnd("from"), until: readEnd("until") };
}

function setEnd(end: End, at: Date): void {
  const { date, time } = toWall(at, TIME_ZONE);
  field(`${end}-date`).value = date;
  field(`${end}-time`).value = time;
  askWhich(end);
  field(`${end}-which`).value = at.toISOString();
}

/** Put a range into the fields, as it was kept. */
export function setRange(range: Range): void {
  if (range.from !== null) setEnd("from", range.from);
  if (range.until === null) return;
  setEnd("until", range.until);
  const minutes = range.from === null ? "" : String((range.until.getTime() - range.from.getTime()) / MINUTE_MS);
  setLength(minutes);
}

/** Choose a length in minutes; one that is not in the list leaves the end as it stands. */
export function setLength(minutes: string): void {
  const length = find<HTMLSelectElement>("#length");
  length.value = [...length.options].some(({ value }) => value === minutes) ? minutes : "";
  endByLength();
}

function endByLength(): void {
  const [from, minutes] = [readEnd("from"), Number(field("length").value)];
  if (from !== null && minutes > 0) setEnd("until", new Date(from.getTime() + minutes * MINUTE_MS));
}

/** Ask which one is meant, where a clock shows the time twice. */
function askWhich(end: End): void {
  const [date, time] = wall(end);
  const found = instantsOf(date, time, TIME_ZONE);
  const select = find<HTMLSelectElement>(`#${end}-which`);
  find(`#${end}-twice`).hidden = found.length < 2;
  const chosen = select.value;
  select.replaceChildren(
    option("", "Clocks go back: which one?"),
    ...found.map((at, i) => option(at.toISOString(), `The ${i === 0 ? "first" : "second"}, ${zoneName(at, TIME_ZONE)} (${utc(at)})`)),
  );
  select.value = found.some((at) => at.toISOString() === chosen) ? chosen : "";
}

function option(value: string, text: string): HTMLOptionElement {
  const made = element("option", { text });
  made.value = value;
  return made;
}

/** What is wrong with one end, in words; empty when nothing is. */
function trouble(end: End): string {
  const [date, time] = wall(end);
  if (!isWallTime(date, time)) return "";
  const found = instantsOf(date, time, TIME_ZONE);
  const which = end === "from" ? "start" : "end";
  if (found.length === 0) return `The ${which} does not exist: clocks go forward over ${time} on ${date}. Take an earlier or a later time.`;
  if (found.length > 1 && readEnd(end) === null) return `The ${which}, ${time}, comes twice on ${date}: say which one is meant.`;
  return "";
}

function changeWords(from: Date, until: Date): string {
  const change = clockChangeMs(from, until, TIME_ZONE);
  if (change === 0) return "";
  const by = duration(new Date(0), new Date(Math.abs(change)));
  return ` Clocks go ${change > 0 ? "forward" : "back"} ${by} in between, so it is ${by} ${change > 0 ? "shorter" : "longer"} than the clocks show.`;
}

function ageWords(from: Date): string {
  const days = Math.floor((Date.now() - from.getTime()) / DAY_MS);
  if (days < 0) return "";
  return days === 0 ? " It began less than a day ago." : ` It began ${days} ${days === 1 ? "day" : "days"} ago.`;
}

/** The sentence below the fields. */
export function rangeWords({ from, until }: Range): string {
  const wrong = [trouble("from"), trouble("until")].filter((words) => words !== "");
  if (wrong.length > 0) return wrong.join(" ");
  if (from === null || until === null) return find("#range-words").dataset["open"] ?? "";
  if (until <= from) return "It ends before it begins.";
  return `${duration(from, until)}: ${utc(from)} to ${utc(until)}.${changeWords(from, until)}${ageWords(from)}`;
}

/** "Tue, Nov 10, 2026, 2:10 AM EST to …", or null while an end is open. */
export function previewWords({ from, until }: Range): string | null {
  return from === null || until === null ? null : `${local(from, TIME_ZONE)} to ${local(until, TIME_ZONE)}`;
}

/** Keep the end, its questions and the length in step with what is typed. Comes before who reads the range. */
export function listenToRange(): void {
  find("#zone").textContent = `(${zoneInWords(TIME_ZONE)})`;
  const today = toWall(new Date(), TIME_ZONE).date;
  for (const end of ["from", "until"] as const) {
    if (field(`${end}-date`).value === "") field(`${end}-date`).value = today;
    for (const part of ["date", "time"]) {
      field(`${end}-${part}`).addEventListener("input", () => {
        askWhich(end);
        if (end === "until") field("length").value = "";
        else endByLength();
      });
    }
  }
  field("from-which").addEventListener("input", endByLength);
  field("until-which").addEventListener("input", () => (field("length").value = ""));
  field("length").addEventListener("input", endByLength);
}
