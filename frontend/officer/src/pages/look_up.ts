/** Look up registered cameras for a case: an area on the map, then a list to print and pins. The hub judges, and keeps no result. */
import { areaM2, squareMiles, type Area } from "../../../request/src/geometry";
import { loadCells } from "../draft/cells";
import { foundWords, lineOf, pinsOf, type FoundJson } from "../look_up/found";
import { areaJson, borderOf, type BorderJson } from "../map/area_json";
import { AreaMap } from "../map/area_map";
import { places, type FeatureCollection } from "../map/features";
import { listenToTools, showTools } from "../map/tools";
import { element, find, get, onClick, pageData, post } from "../page";

interface Data {
  readonly border: BorderJson;
  readonly case_id: string;
  readonly least_m2: number;
  readonly most_m2: number;
}

const data = pageData<Data>();
const border = borderOf(data.border);
const map = new AreaMap(find<SVGSVGElement>("#map"), border);
const button = find<HTMLButtonElement>("#look-up");

function fits(area: Area): boolean {
  const size = areaM2(area);
  return size >= data.least_m2 && size <= data.most_m2;
}

function showSize(): void {
  const area = map.drawn;
  find("#area-size").textContent = area === null ? "Nothing is drawn yet." : `Drawn: ${squareMiles(area).toFixed(3)} sq mi.`;
  if (area !== null) map.judge(fits(area) ? "ok" : "bad");
  button.disabled = area === null || map.isOpen || !fits(area);
}

function showFound(found: readonly FoundJson[]): void {
  find("#found-words").textContent = foundWords(found);
  find("#found").hidden = found.length === 0;
  find("#found-rows").replaceChildren(
    ...found.map(lineOf).map(({ number, where, looks, keeps }) =>
      element("tr", {}, ...[number, where, looks, keeps, ""].map((text) => element("td", { text }))),
    ),
  );
  map.pins(pinsOf(found));
}

map.addEventListener("change", () => {
  showTools(map);
  showSize();
  showFound([]); // of another area
  find("#found-words").textContent = "";
});
map.addEventListener("drawing", showSize);
map.addEventListener("mode", showSize);
listenToTools(map);
onClick(button, async () => {
  const answer = await post<{ readonly entries: readonly FoundJson[] }>(`/api/cases/${data.case_id}/look-ups`, { area: areaJson(map.area) });
  showFound(answer.entries);
});
find("#print").addEventListener("click", () => print());

map.view.fit(border);
showSize();
void loadCells().then((cells) => map.registered(cells));
const background = await get<FeatureCollection>("/map.geojson");
map.background(background);
if (map.area === null && background.features.length > 0) map.view.fit(places(background), 1);
