/** The answering page: open requests, one's own clips, and the way to each (docs/protocol.md section 14). */
import { element, find } from "../../../officer/src/page";
import type { ProvenRequest } from "../../../proof/src/request";
import { readKey, SHARE_PREFIX } from "../../../residents/src/key";
import { doorCodeSha256, readDoorCode } from "../city/door_code";
import { judge, type Judged } from "../city/judge";
import { cityStreets, mayHaveSeen, ownPlaces } from "../city/own_cameras";
import { readPapers } from "../city/papers";
import { keptShares } from "../share/kept";
import { language, say, sentence, words } from "../words/say";
import { requestFacts, showRequest } from "./answering";
import { banner, button, field, input, say as sayWrong, show, tell } from "./parts";
import { showReceipt } from "./receipt";

const OPENED = "milton-door-codes";
const opened = new Set<string>(JSON.parse(sessionStorage.getItem(OPENED) ?? "[]") as string[]);

function translate(): void {
  document.documentElement.lang = language === "es" ? "es" : "en-US";
  document.title = `${say("title")} · ${say("site")}`;
  for (const each of document.querySelectorAll<HTMLElement>("[data-w]")) each.textContent = String(words[each.dataset["w"] as keyof typeof words]);
  find("[data-label=nav]").setAttribute("aria-label", say("nav"));
  find<HTMLAnchorElement>("#other").href = `?lang=${language === "es" ? "en" : "es"}`;
  find("#other").lang = language === "es" ? "en" : "es";
}

function notices({ record, requests, refused }: Judged): HTMLElement[] {
  const found = [say("served_by_hub")];
  if (record.demo) found.unshift(say("demo"));
  if (record.signer.servedBy === "hub") found.push(say("signer_by_hub"));
  if (requests.length > 0 && record.witnessQuorum === 0) found.push(say("not_outside"));
  const rules = [...new Set(refused)].join(", ");
  if (refused.length > 0) found.push(refused.length === 1 ? say("refused_one", { rules }) : say("refused_many", { count: refused.length, rules }));
  return found.map((text) => banner(text));
}

class Page {
  constructor(
    private readonly judged: Judged,
    private readonly near: ReadonlySet<string>,
  ) {}

  list(said = ""): void {
    const { requests } = this.judged;
    const open = requests.filter(({ request }) => request.codeSha256 === null || opened.has(request.codeSha256));
    const sorted = [...open].sort((one, other) => Number(this.near.has(other.id)) - Number(this.near.has(one.id)));
    const cards = sorted.length > 0 ? sorted.map((each) => this.card(each)) : [element("p", { text: say("none") })];
    show(say("title"), ...cards, this.door(), ...this.mine());
    tell(said);
  }

  private card(asked: ProvenRequest): HTMLElement {
    const made = element("section", { className: "card stack" }, element("h2", { text: this.judged.record.agencyName }));
    made.dataset["test"] = "request";
    if (this.near.has(asked.id)) made.append(element("p", { className: "chip", text: say("near") }));
    if (asked.request.drill) made.append(banner(say("drill")));
    made.append(requestFacts(asked), button(say("answer"), "answer", () => this.answer(asked)));
    return made;
  }

  private answer(asked: ProvenRequest): void {
    tell("");
    showRequest(this.judged.record, asked, ({ key }) => void this.receipt(key), (said) => this.list(said));
  }

  async receipt(key: string): Promise<void> {
    tell("");
    await showReceipt(this.judged.record, key, () => this.list());
  }

  private door(): HTMLElement {
    const code = input("code", "text");
    [code.autocomplete, code.spellcheck, code.className] = ["off", false, "code"];
    const open = button(say("code_open"), "open-code", () => this.open(code.value));
    return element("section", { className: "card stack" }, field(say("code_label"), code, say("code_hint")), open);
  }

  /** Open the request with this door code. */
  async open(typed: string): Promise<void> {
    const code = readDoorCode(typed);
    if (code === null) return sayWrong(say("code_wrong"));
    const sha256 = await doorCodeSha256(code);
    const asked = this.judged.requests.find(({ request }) => request.codeSha256 === sha256);
    if (asked === undefined) return sayWrong(say("code_none"));
    opened.add(sha256);
    sessionStorage.setItem(OPENED, JSON.stringify([...opened]));
    this.answer(asked);
  }

  private mine(): HTMLElement[] {
    const shares = keptShares().map(({ key, caseNumber, state }) => {
      const open = button(say("receipt_open"), "receipt", () => this.receipt(key));
      return element("div", { className: "stack" }, element("p", { text: `${say("case")} ${caseNumber}: ${say(`state_${state}`)}` }), open);
    });
    const typed = input("receipt-key", "text");
    [typed.autocomplete, typed.spellcheck, typed.className] = ["off", false, "code"];
    const look = button(say("receipt_open"), "open-receipt", () => this.find(typed.value));
    const known = shares.length === 0 ? [] : [element("section", { className: "card stack" }, element("h2", { text: say("mine") }), ...shares)];
    return [...known, element("section", { className: "card stack" }, field(say("receipt_label"), typed), look)];
  }

  /** Show the receipt with this printed key. */
  async find(typed: string): Promise<void> {
    const key = readKey(typed, SHARE_PREFIX);
    if (key === null) return sayWrong(say("receipt_wrong"));
    await this.receipt(key);
  }
}

async function begin(): Promise<void> {
  const secret = decodeURIComponent(location.hash.slice(1));
  if (secret !== "") history.replaceState(null, "", `${location.pathname}${location.search}`);
  tell(say("loading"));
  const judged = await judge(await readPapers(), new Date());
  const [places, streets] = await Promise.all([ownPlaces(), cityStreets()]);
  const near = judged.requests.filter(({ request }) => request.codeSha256 === null && places.some((place) => mayHaveSeen(place, request.area, streets)));
  find("#notices").replaceChildren(...notices(judged));
  const page = new Page(judged, new Set(near.map(({ id }) => id)));
  tell("");
  if (secret.startsWith(SHARE_PREFIX)) return page.find(secret);
  page.list();
  if (secret !== "" && secret !== "main") await page.open(secret);
}

translate();
begin().catch((error: unknown) => {
  tell("");
  const rule = error instanceof Error ? error.message : String(error);
  sayWrong(rule === "no_answer" ? sentence(error) : say("city_broken", { rule }));
});
