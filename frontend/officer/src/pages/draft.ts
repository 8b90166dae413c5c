/** Draft a request on a map. The hub's own policy names every broken rule while it is written; homes check again. */
import { shrink } from "../../../request/src/geometry";
import { toHex } from "../../../request/src/encoding";
import { local } from "../../../request/src/times";
import { loadCells } from "../draft/cells";
import { exceededWords, showChecks, showFault, type Verdict } from "../draft/checks";
import { fillDraft, readDraft, useTemplate, type Draft, type Template } from "../draft/form";
import { judge, showGauge, SHRINK_WORDS, SHRUNK_M2 } from "../draft/gauge";
import { keepNoMore, keepSoon, listenToDrafts } from "../draft/kept";
import { listenToRange, previewWords, rangeWords, readRange } from "../draft/range";
import { showUrgent } from "../draft/urgent";
import { shortcut } from "../keys";
import { borderOf, type BorderJson } from "../map/area_json";
import { AreaMap } from "../map/area_map";
import { places, type FeatureCollection } from "../map/features";
import { listenToTools, showTools, showWhole } from "../map/tools";
import { find, get, isForNow, onClick, pageData, post, sentence, SOON_AGAIN_AFTER_MS } from "../page";
import { signRequest, type Signable } from "../signing";
import { TIME_ZONE } from "../times_on_page";

interface Data {
  readonly border: BorderJson;
  readonly contact: string;
  readonly draft: Draft | null;
  readonly templates: readonly Template[];
  readonly registry: boolean;
}

const CHECK_AFTER_MS = 300;
const data = pageData<Data>();
const border = borderOf(data.border);
const map = new AreaMap(find<SVGSVGElement>("#map"), border);
const draftId = data.draft?.draft_id ?? toHex(crypto.getRandomValues(new Uint8Array(16)));
const submit = find<HTMLButtonElement>("#submit");
let touched = false; // nothing is kept of a page that was only looked at
let verdict: Verdict | null = null;
let [timer, newest] = [0, 0];

function draft(): Draft {
  return readDraft(draftId, map.area);
}

/** What is judged: the draft with what is being drawn. */
function asDrawn(): Draft {
  return readDraft(draftId, map.drawn);
}

function showVerdict(): void {
  if (verdict === null) return;
  const { broken, exceeded } = verdict;
  showChecks(verdict);
  find("#supervisor-path").hidden = exceeded.length === 0;
  find("#why-larger-field").hidden = !exceeded.includes("area");
  find("#supervisor-why").textContent = `${exceededWords(verdict)}.`;
  find("#submit-words").textContent = exceeded.length === 0 ? "Sign and publish" : "Sign, then send to a supervisor";
  submit.disabled = broken.length > 0 || map.isOpen;
}

function showPreview(): void {
  showUrgent();
  find("#by-code-words").hidden = !find<HTMLInputElement>("#by-code").checked;
  const offence = find<HTMLSelectElement>("#offence");
  find("#see-offence").textContent = offence.value === "" ? "No offense chosen" : (offence.selectedOptions[0]?.text ?? "");
  find("#see-reason").textContent = find<HTMLTextAreaElement>("#reason").value;
  find("#reason-count").textContent = String([...find<HTMLTextAreaElement>("#reason").value].length);
  const contact = find<HTMLInputElement>("#contact").value;
  find("#see-contact").textContent = contact === "" ? "" : `Check it by phone: ${contact}`;
  const range = readRange();
  const times = previewWords(range);
  const closes = new Date(Date.now() + draft().expires_in_h * 3_600_000);
  find("#see-times").textContent = times === null ? "No time range yet." : `${times}. Answer by ${local(closes, TIME_ZONE)}, or not at all.`;
  find("#range-words").textContent = rangeWords(range);
}

async function check(): Promise<void> {
  newest += 1;
  const mine = newest;
  try {
    const answer = await post<Verdict>("/api/requests/verdict", asDrawn());
    if (mine !== newest) return; // a later change is being checked
    verdict = answer;
    showVerdict();
  } catch (error) {
    if (mine !== newest) return;
    submit.disabled = true;
    showFault(sentence(error));
    if (isForNow(error)) timer = setTimeout(() => void check(), SOON_AGAIN_AFTER_MS);
  }
}

function checkSoon(): void {
  submit.disabled = true;
  newest += 1; // an answer about what stood here before counts no more
  clearTimeout(timer);
  timer = setTimeout(() => void check(), CHECK_AFTER_MS);
}

function changed(): void {
  showPreview();
  checkSoon();
  if (touched) keepSoon(draft);
}

/** The size of what is on the map, and what the limits say of that. */
function showSize(): void {
  showGauge(map.drawn);
  if (map.drawn !== null) map.judge(judge(map.drawn));
}

/** As somebody draws: its size at once, and all limits as soon as the hand rests. */
function drawing(): void {
  showSize();
  checkSoon();
}

function areaChanged(): void {
  showSize();
  showTools(map);
  find("#shrink").hidden = map.area === null || judge(map.area) === "ok" || shrink(map.area, SHRUNK_M2) === map.area;
  changed();
}

function shrinkArea(): void {
  if (map.area !== null) map.set(shrink(map.area, SHRUNK_M2));
}

listenToTools(map);
shortcut("s", SHRINK_WORDS, shrinkArea);
shortcut("ctrl+enter", "Sign", () => submit.click());

map.addEventListener("change", () => {
  touched = true;
  areaChanged();
});
map.addEventListener("drawing", drawing);
map.addEventListener("mode", drawing); // what was open is closed, or given up
find("#shrink").addEventListener("click", shrinkArea);
find("#template").addEventListener("input", (event) => {
  const template = data.templates[Number((event.target as HTMLSelectElement).value || "-1")];
  if (template !== undefined) useTemplate(template, data.templates.map(({ reason }) => reason));
});
listenToRange();
for (const field of document.querySelectorAll(".desk .col input, .desk .col select, .desk .col textarea")) {
  field.addEventListener("input", () => {
    touched = true;
    changed();
  });
}
onClick(submit, async () => {
  const made = await post<Verdict & { request: { id: string } | null }>("/api/requests", draft());
  if (made.request === null) {
    verdict = made;
    showVerdict();
    throw new Error("A rule is broken; see the policy check.");
  }
  keepNoMore();
  signRequest(await get<Signable>(`/requests/${made.request.id}/signable`), "officer");
});

find("#shrink-words").textContent = SHRINK_WORDS;
map.view.fit(border);
listenToDrafts();
find<HTMLInputElement>("#contact").value = data.contact;
if (data.draft !== null) map.begin(fillDraft(data.draft));
areaChanged();
showWhole(map);
if (data.registry) void loadCells().then((cells) => map.registered(cells));
const background = await get<FeatureCollection>("/map.geojson");
map.background(background);
if (map.area === null && background.features.length > 0) map.view.fit(places(background), 1);
