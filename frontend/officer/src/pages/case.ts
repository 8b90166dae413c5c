/** One case: its shares as they arrive, what people say of each, its requests, people, notes and tags. */
import { listenToClosing } from "../case/closing";
import { follow, isFlagged, type CaseRequest, type Changes, type Member, type Note } from "../case/live";
import { olderShares } from "../case/older";
import { hasArrived, showSetAside, type SetAside } from "../case/set_aside";
import { exerciseChip, isWaiting, ShareList, stateOf, type Share } from "../case/share_list";
import { postFresh } from "../fresh";
import { shortcut } from "../keys";
import { element, find, onClick, pageData, post, sentence, typed } from "../page";
import { sizeWords } from "../sizes";
import { timeElement } from "../times_on_page";
import { shareName, shortName } from "../share/short_name";

interface Data {
  readonly case_id: string;
  readonly at: number;
  readonly person_id: string;
  readonly may: Record<"decline" | "flag" | "ask" | "answer" | "see_shares" | "members", boolean>;
  readonly shares: readonly Share[];
  readonly next: string | null;
  readonly notes: readonly Note[];
  readonly tags: readonly string[];
  readonly members: readonly Member[];
  readonly requests: readonly CaseRequest[];
  readonly set_aside: SetAside;
}

const data = pageData<Data>();
const api = `/api/cases/${data.case_id}`;
const shares = new ShareList(find("#shares"), (share) => pick(share));
const notes = new Map<string, Note>();
let picked: string | null = null;

const text = (words: string): Text => document.createTextNode(words);
const newId = (): string => crypto.randomUUID().replaceAll("-", "");

function noteLine(note: Note): HTMLLIElement {
  const about = note.share_id === null ? "" : `, share ${shortName(note.share_id)}`;
  return element("li", {}, element("b", { text: `Badge ${note.badge}` }), element("span", { className: "muted xs" }, timeElement(note.at), text(about)), element("span", { text: note.text }));
}

function showNotes(found: readonly Note[]): void {
  for (const note of found) notes.set(note.note_id, note);
  const all = [...notes.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  find("#notes").replaceChildren(...all.map(noteLine));
  find("#share-notes").replaceChildren(...all.filter((note) => note.share_id !== null && note.share_id === picked).map(noteLine));
}

function showTags(tags: readonly string[]): void {
  const chips = tags.map((tag) => {
    const off = element("button", { className: "chip", text: tag }, element("span", { className: "off", text: "×" }));
    off.type = "button";
    off.setAttribute("aria-label", `Take the tag ${tag} off`);
    onClick(off, async () => showTags((await post<{ tags: string[] }>(`${api}/tags/end`, { tag })).tags));
    return element("li", {}, off);
  });
  find("#tags").replaceChildren(...chips);
}

function showMembers(members: readonly Member[]): void {
  const lines = members.map((member) => {
    const line = element("li", { className: "row" }, element("span", { className: "grow", text: `${member.name}, badge ${member.badge}` }));
    if (!data.may.members) return line;
    const off = element("button", { className: "btn", text: member.person_id === data.person_id ? "Leave" : "Take off" });
    off.type = "button";
    off.setAttribute("aria-label", `${off.textContent}: ${member.name}`);
    onClick(off, async () => {
      const left = await post<{ members: Member[] }>(`${api}/members/end`, { person_id: member.person_id });
      if (member.person_id === data.person_id) location.assign("/cases");
      else showMembers(left.members);
    });
    line.append(off);
    return line;
  });
  find("#members").replaceChildren(...lines);
  find("#nobody-asks").hidden = members.some((member) => member.asks);
}

function showRequests(requests: readonly CaseRequest[]): void {
  const lines = requests.map((request) => {
    const link = element("a", { text: request.offence_name });
    link.href = `/requests/${request.request_id}`;
    const about = element("span", { className: "muted xs" }, text("Footage from "), timeElement(request.from), text(", closes "), timeElement(request.expires_at));
    return element("li", {}, link, text(" "), ...exerciseChip(request.drill), element("span", { className: `chip ${request.chip} inline-chip`, text: request.state_words }), about);
  });
  find("#requests").replaceChildren(...lines);
}

function fact(name: string, time: string | null): HTMLElement[] {
  return time === null ? [] : [element("dt", { text: name }), element("dd", {}, timeElement(time))];
}

function showPicked(share: Share): void {
  const { words, chip } = stateOf(share);
  find("#picked-name").textContent = shareName(share.share_id);
  find("#picked-exercise").hidden = !share.drill;
  find("#picked-state").textContent = words;
  find("#picked-state").className = `chip ${chip}`;
  find<HTMLAnchorElement>("#open-share").href = `/shares/${share.share_id}`;
  find("#picked-facts").replaceChildren(
    ...fact("Arrived", share.received_at),
    element("dt", { text: "Size" }),
    element("dd", { text: sizeWords(share.size_bytes) }),
    ...fact("First opened", share.opened_at),
    ...fact("Said not to be needed", share.declined_at),
    ...fact("Asked about", share.asked_at),
    ...fact("Answered", share.answered_at),
    ...fact("Held for a court since", share.held_since),
    ...fact("Deleted after", share.state === "deleted" ? null : share.delete_after),
  );
  const isNew = share.state === "received";
  find("#decline-part").hidden = !data.may.decline || !isNew || share.declined_at !== null;
  find("#keep-part").hidden = !data.may.decline || !isNew || share.declined_at === null;
  find("#flag-part").hidden = !data.may.flag || share.sensitive_since !== null || !["received", "accepted"].includes(share.state);
  find("#ask").hidden = !data.may.ask;
  find("#answer").hidden = !data.may.answer || !isWaiting(share);
  find("#picked").hidden = false;
  find("#nothing-picked").hidden = true;
}

function pick(share: Share, focus = false): void {
  picked = share.share_id;
  shares.mark(share.share_id, focus);
  showPicked(share);
  showNotes([]);
}

function showShares(found: readonly Share[]): void {
  shares.put(found);
  find("#share-count").textContent = shares.shares.size === 0 ? "" : `${shares.shares.size}${find("#older-shares").hidden ? "" : "+"}`;
  find("#no-shares").hidden = hasArrived(shares.shares.size);
  const pickOne = document.querySelector<HTMLElement>("#pick-one"); // for who sees shares
  if (pickOne !== null) pickOne.hidden = shares.shares.size === 0;
  const now = picked === null ? undefined : shares.shares.get(picked);
  if (now !== undefined) showPicked(now);
}

function show(changes: Changes): void {
  shares.drop((shareId) => isFlagged(changes, shareId));
  if (picked !== null && isFlagged(changes, picked) && !changes.shares.some((share) => share.share_id === picked)) {
    picked = null;
    [find("#picked").hidden, find("#nothing-picked").hidden] = [true, false];
  }
  showShares(changes.shares);
  showNotes(changes.notes);
  if (changes.tags !== null) showTags(changes.tags);
  if (changes.members !== null) showMembers(changes.members);
  if (changes.requests !== null) showRequests(changes.requests);
  if (changes.set_aside !== null) showSetAside(changes.set_aside);
}

/** A note that is sent twice because its answer was lost is one note: its id stays until it is taken. */
function writes(box: string, path: () => string, shareId: () => string | null | undefined): () => Promise<void> {
  let noteId = newId();
  return async () => {
    const area = find<HTMLTextAreaElement>(box);
    const text = typed(area);
    if (text === "") throw new Error("Write something first.");
    const of = shareId();
    const note = await post<Note>(path(), { note_id: noteId, text, ...(of === undefined ? {} : { share_id: of }) });
    noteId = newId();
    area.value = "";
    showNotes([note]);
  };
}

/** Run `act` when a form is sent; what went wrong is said. */
function onSubmit(selector: string, act: () => Promise<void>): void {
  const form = find(selector);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = find("#problem");
    problem.textContent = "";
    try {
      await act();
    } catch (error) {
      problem.textContent = sentence(error);
    }
  });
  find<HTMLButtonElement>("button[type=submit]", form).disabled = false; // from now on a press is heard
}

function ofPicked(what: string): string {
  return `/api/shares/${picked}/${what}`;
}

onSubmit("#note-form", writes("#note", () => `${api}/notes`, () => null));
onSubmit("#about-form", writes("#about", () => `${api}/notes`, () => picked));
onClick(find<HTMLButtonElement>("#ask"), writes("#about", () => ofPicked("question"), () => undefined));
onClick(find<HTMLButtonElement>("#answer"), writes("#about", () => ofPicked("answer"), () => undefined));
for (const what of ["decline", "keep", "flag"]) {
  onClick(find<HTMLButtonElement>(`#${what}`), async () => void (await post(ofPicked(what))));
}
onSubmit("#tag-form", async () => {
  const box = find<HTMLInputElement>("#tag");
  showTags((await post<{ tags: string[] }>(`${api}/tags`, { tag: typed(box) })).tags);
  box.value = "";
});
onSubmit("#member-form", async () => {
  const box = find<HTMLInputElement>("#member");
  const added = await postFresh<{ members: Member[] }>(`${api}/members`, "case.add_member", data.case_id, { officer: typed(box) });
  showMembers(added.members);
  box.value = "";
});
find("#member-form").hidden = !data.may.members;
if (data.may.see_shares) {
  const step = (steps: number) => () => {
    const share = shares.beside(picked, steps);
    if (share !== undefined) pick(share, true);
  };
  shortcut("j", "Next share", step(1));
  shortcut("k", "Share before", step(-1));
  shortcut("o", "Open the share", () => picked !== null && find("#open-share").click());
  shortcut("x", "Not needed", () => !find("#decline-part").hidden && picked !== null && find("#decline").click());
}
listenToClosing(find("#case-number").textContent ?? "");
olderShares(shares, `${api}/shares`, data.next);
showShares(data.shares);
showNotes(data.notes);
showTags(data.tags);
showMembers(data.members);
showRequests(data.requests);
showSetAside(data.set_aside);
follow(`/cases/${data.case_id}/events`, data.case_id, data.at, show);
