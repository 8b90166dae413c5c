// What both maps have: the city's pack, fetched and read once for the page, what is said where there is none, and the scale.
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { rule, type Frame } from "./frame";
import type { CityMap } from "../api/model";
import { Part, type Context } from "../kit/part";
import { readTown, type Town } from "./town";

/** The pack that was read last; every map of the page draws the same one. */
let shelf: { sha256: string; town: Promise<Town> } | undefined;

function townOf(sha256: string, context: Context): Promise<Town> {
  if (shelf?.sha256 !== sha256) {
    const town = context.api.map().then(({ pack }) => readTown(pack));
    town.catch(() => { shelf = undefined; });
    shelf = { sha256, town };
  }
  return shelf.town;
}

export abstract class MapSheet extends Part {
  declare cityMap: CityMap;
  declare town: Town | undefined;
  declare width: number; // as it is shown: a drawing's pixels are the screen's, and names are as large as other text
  #asked: string | null = null;
  readonly #watch = new ResizeObserver(([entry]) => {
    const width = Math.round(entry?.contentRect.width ?? 0);
    if (width > 0) this.width = width;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  protected override willUpdate(): void {
    const { sha256 } = this.cityMap;
    if (sha256 === this.#asked) return;
    this.#asked = sha256;
    if (sha256 === null) {
      this.town = undefined;
      return;
    }
    townOf(sha256, this.context).then(
      (town) => { if (this.#asked === sha256) this.town = town; },
      () => { if (this.#asked === sha256) this.#asked = null; }, // asked for again with the next change
    );
  }

  /** Where no street is drawn, why; where some are, whose data they are. */
  protected note(): TemplateResult | typeof nothing {
    const { words } = this.context;
    const { sha256, named, refused } = this.cityMap;
    if (refused !== null) return html`<span class="map-refused" data-test="map-note">${words.rule(refused)}</span>`;
    if (sha256 === null) return html`<span data-test="map-note">${words.say(named === false ? "map_none" : "map_waiting")}</span>`;
    return this.town?.credit ? html`<span data-test="map-note">${words.say("map_credit", { credit: this.town.credit })}</span>` : nothing;
  }
}

export function scaleOf(frame: Frame): SVGTemplateResult {
  const { meters, pixels } = rule(frame);
  const { width, height } = frame;
  return svg`<g class="map-rule"><path d="M16 ${height - 16}h${pixels}M16 ${height - 21}v10M${16 + pixels} ${height - 21}v10" /><text x="16" y=${height - 28}>${meters} m</text>
    <path d="M${width - 24} 44V20l-7 9m7-9l7 9" /><text class="mid" x=${width - 24} y="60">N</text></g>`;
}
