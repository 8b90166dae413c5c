/** What a page says of an area beside its map, and a list's maps, each of which is drawn only while it is seen. */
import { degrees, middle, squareMiles, type Area, type Point } from "../../../request/src/geometry";
import { find } from "../page";
import { areaOf, borderOf, type AreaJson, type BorderJson } from "./area_json";
import { AreaLook } from "./area_look";
import { cityGround } from "./city_ground";

/** "0.067 sq mi around 34.1, -84.3. Named here: Sorrel Run, Paddock Ln." */
export function areaWords(area: Area, look: AreaLook): string {
  const size = `${squareMiles(area).toFixed(3)} sq mi around ${degrees(middle(area))}.`;
  if (look.isBare) return `${size} The city gives no map: its streets are not drawn.`;
  return look.names.length === 0 ? size : `${size} Named here: ${look.names.join(", ")}.`;
}

/** Say in `words` what `look` shows, now and whenever it shows other names. */
export function sayWhere(words: Element, area: Area, look: AreaLook): void {
  const say = (): void => void (words.textContent = areaWords(area, look));
  look.addEventListener("names", say);
  say();
}

const looks = new WeakMap<SVGSVGElement, AreaLook>();

function lookAt(figure: Element, border: readonly Point[]): AreaLook {
  const svg = find<SVGSVGElement>("svg", figure);
  const known = looks.get(svg);
  if (known !== undefined) return known;
  const area = areaOf(JSON.parse(svg.dataset["area"] ?? "null") as AreaJson) as Area;
  const made = new AreaLook(svg, border, area);
  looks.set(svg, made);
  sayWhere(find("figcaption", figure), area, made);
  return made;
}

/** Draw the maps of a list as they come into sight; what is out of sight keeps its outline alone. */
export class ListedMaps {
  readonly #border: readonly Point[];
  readonly #observer: IntersectionObserver;

  constructor(border: BorderJson) {
    this.#border = borderOf(border);
    this.#observer = new IntersectionObserver((seen) => void this.#turn(seen));
  }

  /** Watch the maps in `within` and no others. */
  watch(within: ParentNode): void {
    this.#observer.disconnect();
    for (const figure of within.querySelectorAll(".area-map")) this.#observer.observe(figure);
  }

  async #turn(seen: readonly IntersectionObserverEntry[]): Promise<void> {
    const ground = await cityGround();
    for (const { target, isIntersecting } of seen) {
      const look = lookAt(target, this.#border);
      if (isIntersecting) look.show(ground);
      else look.rest();
    }
  }
}
