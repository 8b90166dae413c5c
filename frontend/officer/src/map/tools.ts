/** What stands over a map on which an area is drawn: modes, zoom, undo, the points as text, and their shortcuts. */
import { ends } from "../../../request/src/geometry";
import { areaText, readArea } from "../draft/points";
import { shortcut } from "../keys";
import { find, sentence } from "../page";
import type { AreaMap } from "./area_map";
import { ZOOM_STEP } from "./looking";

const AROUND_AREA = 2; // the map shows twice as much as the area
const COACH = { draw: "Click the corners; the first one, or Enter, closes the shape.", circle: "Drag from the middle." };

/** Turn to the whole area, with some ground around it. */
export function showWhole(map: AreaMap): void {
  if (map.area !== null) map.view.fit(ends(map.area), AROUND_AREA);
}

/** Say what is on the map, to who types points and to who has drawn nothing yet. */
export function showTools(map: AreaMap): void {
  find("#coach").hidden = map.area !== null;
  find<HTMLTextAreaElement>("#points").value = areaText(map.area);
}

function togglePoints(): void {
  const panel = find("#points-panel");
  panel.hidden = !panel.hidden;
  find("#points-toggle").setAttribute("aria-expanded", String(!panel.hidden));
  if (!panel.hidden) find("#points").focus();
}

/** On a phone the points lie over most of the map: they give way to what they drew. */
function showMap(): void {
  togglePoints();
  find("#points-toggle").focus();
}

function applyPoints(map: AreaMap): void {
  const problem = find("#points-problem");
  problem.textContent = "";
  try {
    map.set(readArea(find<HTMLTextAreaElement>("#points").value));
    showWhole(map);
    if (matchMedia("(max-width: 48rem)").matches) showMap();
  } catch (error) {
    problem.textContent = sentence(error);
  }
}

export function listenToTools(map: AreaMap): void {
  const toggle = (mode: "draw" | "circle"): void => {
    map.mode = map.mode === mode ? "look" : mode;
  };
  shortcut("d", "Draw the area", () => toggle("draw"));
  shortcut("c", "Draw a circle", () => toggle("circle"));
  shortcut("v", "Type the points", togglePoints);
  map.addEventListener("mode", () => {
    find("#draw").setAttribute("aria-pressed", String(map.mode === "draw"));
    find("#circle").setAttribute("aria-pressed", String(map.mode === "circle"));
    if (map.mode !== "look") find("#coach").textContent = COACH[map.mode];
    find("#coach").hidden = map.mode === "look" && map.area !== null;
  });
  for (const [id, act] of Object.entries({
    draw: () => toggle("draw"),
    circle: () => toggle("circle"),
    "points-toggle": togglePoints,
    "points-apply": () => applyPoints(map),
    undo: () => map.undo(),
    "zoom-in": () => map.view.zoom(1 / ZOOM_STEP),
    "zoom-out": () => map.view.zoom(ZOOM_STEP),
  })) {
    find(`#${id}`).addEventListener("click", act);
  }
}
