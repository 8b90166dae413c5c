/** One camera's place: what is chosen here decides what leaves the browser, and the page says it before it is sent. */
import { find, element } from "../../../officer/src/page";
import { places } from "../../../officer/src/map/features";
import { Ground } from "../../../officer/src/map/ground";
import type { Point } from "../../../request/src/geometry";
import { call, onPress, page, say, sayOne, type Entries } from "../api";
import { boundsOf, cellAt, cellText, readCell } from "../cells";
import type { Entry, EntryKey, Place } from "../entry";
import { handedPlace } from "../handed";
import { ownEntry, ownKey, put } from "../own_entries";
import { featuresOf, type Pack } from "../pack";
import { PlaceMap, type Looking, type Shown } from "../place_map";
import { streetNamed, streetsOf } from "../streets";

type Kind = Place["kind"];
const DIRECTIONS = 8;

const street = find<HTMLInputElement>("#street");
const heading = find<HTMLInputElement>("#heading");
const fieldOfView = find<HTMLInputElement>("#field-of-view");
const keeps = find<HTMLSelectElement>("#keeps");
const changing = document.body.dataset["change"] ?? "";
let streets: ReadonlyMap<string, readonly Point[]> = new Map();
let map: PlaceMap | null = null;

const chosen = (): Kind => find<HTMLInputElement>("input[name=kind]:checked").value as Kind;
const looking = (): Looking => ({ headingDeg: Number(heading.value) % 360, fieldOfViewDeg: Number(fieldOfView.value) });
const direction = (headingDeg: number): string => sayOne("directions", Math.round(headingDeg / (360 / DIRECTIONS)) % DIRECTIONS);

/** What would be sent; null while something is missing. */
function place(): Place | null {
  const [kind, point] = [chosen(), map?.point ?? null];
  if (kind === "street") {
    const named = streetNamed(street.value, streets.keys());
    return named === null ? null : { kind, street: named };
  }
  if (point === null) return null;
  return kind === "area" ? { kind, cell: cellText(cellAt(point)) } : { kind, point, ...looking() };
}

function keepsDays(): number | null {
  return keeps.value === "" ? null : Number(keeps.value);
}

function shownOf(kind: Kind, point: Point | null): Shown {
  if (point === null || kind === "street") return { kind: "none" };
  return kind === "area" ? { kind, cell: cellAt(point) } : { kind, looking: looking() };
}

function sent(): readonly string[] {
  const [kind, now, days] = [chosen(), place(), keepsDays()];
  const whereabouts = (): string => {
    if (now === null) return say(kind === "street" ? "missing_street" : "missing_place");
    if (now.kind === "area") return say("sent_area");
    return now.kind === "street" ? say("sent_street", { street: now.street }) : say("sent_exact", { direction: direction(now.headingDeg), degrees: now.fieldOfViewDeg });
  };
  return [whereabouts(), days === null ? say("sent_keeps_unknown") : say("sent_keeps", { days })];
}

/** Say what the choices come to. */
function tell(): void {
  const kind = chosen();
  const { headingDeg, fieldOfViewDeg } = looking();
  find("#exact").hidden = kind !== "exact";
  find("#heading-said").textContent = say("heading", { direction: direction(headingDeg), degrees: headingDeg });
  find("#field-of-view-said").textContent = say("degrees", { degrees: fieldOfViewDeg });
  const named = streetNamed(street.value, streets.keys());
  find("#street-said").textContent = say("a_home_on", { street: named ?? say("your_street") });
  find("#sent").replaceChildren(...sent().map((text) => element("li", { text })));
  find("#stays").replaceChildren(...(page.words[`stays_${kind}`] as readonly string[]).map((text) => element("li", { text })));
  map?.show(shownOf(kind, map.point));
}

/** Turn the form to an entry that is there already. */
function fill(entry: Entry): void {
  const where = entry.place;
  if (where === null || map === null) return;
  find<HTMLInputElement>(`input[name=kind][value=${where.kind}]`).checked = true;
  const days = entry.keepsDays === null ? "" : String(entry.keepsDays);
  if (![...keeps.options].some(({ value }) => value === days)) keeps.append(Object.assign(element("option"), { value: days, textContent: say("days", { days }) }));
  keeps.value = days;
  if (where.kind === "street") street.value = where.street;
  else if (where.kind === "area") fillCell(where.cell);
  else fillPoint(where.point, where);
}

function fillPoint(point: Point, { headingDeg, fieldOfViewDeg }: Looking): void {
  if (map === null) return;
  [heading.value, fieldOfView.value] = [String(headingDeg), String(fieldOfViewDeg)];
  map.point = point;
  map.fit([point]);
}

/** Of an area only its cell is known: its middle stands for it, and gives the same cell again. */
function fillCell(cell: string): void {
  const { south, west, north, east } = boundsOf(readCell(cell));
  if (map === null) return;
  map.point = { latE7: Math.floor((south + north) / 2), lonE7: Math.floor((west + east) / 2) };
  map.fit([{ latE7: south, lonE7: west }, { latE7: north, lonE7: east }]);
}

async function draw(): Promise<void> {
  const pack = await call<Pack>("GET", "/api/map").catch(() => null); // a city may have none
  const features = pack === null ? [] : featuresOf(pack);
  const whole = places({ features });
  streets = streetsOf(features);
  find("#streets").replaceChildren(...[...streets.keys()].map((value) => Object.assign(element("option"), { value })));
  find("#no-map").hidden = whole.length > 0;
  if (whole.length === 0) return;
  map = new PlaceMap(find<SVGSVGElement>("#map"), new Ground({ features }), whole);
  find("#credit").textContent = pack?.credit ?? "";
  map.addEventListener("placed", tell);
  find("#closer").addEventListener("click", () => map?.zoom(true));
  find("#farther").addEventListener("click", () => map?.zoom(false));
}

street.addEventListener("change", () => {
  const along = streets.get(streetNamed(street.value, streets.keys()) ?? "");
  if (along !== undefined) map?.fit(along);
});

/** The number, the key and the revision that are signed; a new entry whose answer got lost is found and is not made twice. */
async function target(): Promise<{ number: number; key: EntryKey; revision: number; state: Entry["state"] }> {
  if (changing !== "") {
    const { number, key, entry } = await ownEntry(changing);
    return { number, key, revision: entry.revision + 1, state: entry.state };
  }
  const { next_number: number } = await call<Entries>("GET", "/api/entries");
  return { number, key: await ownKey(number), revision: 1, state: "active" };
}

let pending: { readonly id: string } | null = null;

async function save(): Promise<void> {
  const now = place();
  if (now === null) throw new Error(say(chosen() === "street" ? "missing_street" : "missing_place"));
  const { entries } = await call<Entries>("GET", "/api/entries");
  if (pending === null || !entries.some(({ id }) => id === pending?.id)) {
    const { number, key, revision, state } = await target();
    if (changing === "") pending = { id: key.id };
    await put(number, key, { agencyId: page.agency_id, revision, state, place: now, keepsDays: keepsDays() });
  }
  location.assign("/cameras");
}

await draw();
const handed = handedPlace(location.hash);
if (changing !== "") fill((await ownEntry(changing)).entry);
else if (handed !== null) {
  fillPoint(handed.point, handed.looking);
  history.replaceState(null, "", location.pathname);
}
find("#form").addEventListener("input", tell);
tell();
onPress(find<HTMLButtonElement>("#save"), save);
