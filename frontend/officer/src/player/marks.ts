/** Moments that an officer marks in a clip; they stay on this page until they are written as a case note. */
import { element, find, onClick, post } from "../page";
import { localClock, utcMoment, unsureWords } from "./time/moments";

export interface Mark {
  readonly frame: number;
  readonly trueMs: number;
}

const MARKS_MOST = 16; // so many fit into one note
const NOTE_MOST_CHARS = 1_000;

export class Marks {
  #marks: readonly Mark[] = [];

  constructor(
    private readonly unsureMs: number | null,
    private readonly timeZone: string,
    private readonly goTo: (mark: Mark) => void,
    private readonly changed: (moments: readonly number[]) => void,
  ) {}

  add(mark: Mark): void {
    if (this.#marks.some(({ frame }) => frame === mark.frame)) return;
    if (this.#marks.length >= MARKS_MOST) throw new Error(`No more than ${MARKS_MOST} marks: write them as a note first.`);
    this.#set([...this.#marks, mark].sort((a, b) => a.trueMs - b.trueMs));
  }

  /** Write them as a note about the share, and begin anew. */
  offerNote(button: HTMLButtonElement, caseId: string, shareId: string): void {
    onClick(button, async () => {
      const lines = this.#marks.map(({ frame, trueMs }) => `frame ${frame + 1}, ${utcMoment(trueMs)}`);
      const text = `Marks (${unsureWords(this.unsureMs)}): ${lines.join("; ")}`.slice(0, NOTE_MOST_CHARS);
      await post(`/api/cases/${caseId}/notes`, { note_id: crypto.randomUUID().replaceAll("-", ""), share_id: shareId, text });
      this.#set([]);
      find("#marks-said").textContent = "Written as a note of the case.";
    });
  }

  #set(marks: readonly Mark[]): void {
    this.#marks = marks;
    find("#marks-said").textContent = "";
    find("#marks").replaceChildren(...marks.map((mark) => this.#line(mark)));
    find("#marks-part").hidden = marks.length === 0;
    this.changed(marks.map(({ trueMs }) => trueMs));
  }

  #line(mark: Mark): HTMLLIElement {
    const words = `Frame ${mark.frame + 1}, ${localClock(mark.trueMs, this.timeZone)}`;
    const go = element("button", { className: "btn", text: words });
    const off = element("button", { className: "btn icon", text: "×" });
    for (const button of [go, off]) button.type = "button";
    off.setAttribute("aria-label", `Take the mark away: ${words}`);
    go.addEventListener("click", () => this.goTo(mark));
    off.addEventListener("click", () => this.#set(this.#marks.filter((each) => each !== mark)));
    return element("li", {}, go, off);
  }
}
