/** A person's opening key under security keys: made here, wrapped under two of them, opened with either. */
import { generateX25519Identity } from "age-encryption";
import { addWrap, keptWraps, openWrap, removeWrap, type KeptWrap } from "../keys/kept_wraps";
import { element, find, onClick, pageData, typed } from "../page";
import { forgetKey, keepKey } from "../share/clip/server";
import { readIdentity } from "../share/decryption/identity";
import type { OpeningKey } from "../share/clip/messages";
import { importIdentity } from "../share/decryption/key";

const NAMES = ["Security key", "Opening key", "State"]; // of the columns
const ENOUGH = 2; // with one of them lost, the other still opens
const { owner, most, in_directory } = pageData<{ owner: string; most: number; in_directory: string[] }>();
let wraps: KeptWrap[] = [];
let opening: OpeningKey | null = null; // extractable, until it lies under two keys or the page is left

const brief = (recipient: string): string => `${recipient.slice(0, 16)}…`;

function line(wrap: KeptWrap): HTMLElement {
  const away = element("button", { className: "btn", text: "Remove" });
  away.setAttribute("aria-label", `Remove ${wrap.label}`);
  onClick(away, async () => {
    await removeWrap(wrap.id);
    await show();
  });
  const more = element("button", { className: "btn", text: "Add another" });
  more.setAttribute("aria-label", `Add another security key beside ${wrap.label}`);
  onClick(more, async () => {
    begin((await openWrap([wrap], true)).opening);
  });
  const state = in_directory.includes(wrap.recipient) ? "In the directory" : "Waits for the directory";
  const cells = [wrap.label, brief(wrap.recipient), state].map((text) => element("td", { text }));
  NAMES.forEach((name, index) => (cells[index]!.dataset["name"] = name));
  const row = element("tr", {}, ...cells, element("td", {}, element("div", { className: "row wrap" }, more, away)));
  row.dataset["test"] = "wrap";
  return row;
}

function under(recipient: string): number {
  return wraps.filter((wrap) => wrap.recipient === recipient).length;
}

/** Say what is next, and let only that be pressed. */
function showStep(): void {
  const count = opening === null ? 0 : under(opening.recipient);
  find("#wrap-step").hidden = opening === null;
  find("#begin-step").hidden = opening !== null;
  if (opening === null) return;
  const words = ["Now the first security key.", "Now the second one: with one of them lost, the other still opens."];
  find("#wrap-words").textContent = `${brief(opening.recipient)} is in this page’s memory only. ${words[count] ?? "One more security key."}`;
  find<HTMLInputElement>("#label").value = "";
  find("#label").focus();
}

async function show(): Promise<void> {
  wraps = await keptWraps();
  find("#wraps").replaceChildren(...wraps.map(line));
  find("#has-wraps").hidden = wraps.length === 0;
  find("#no-wraps").hidden = wraps.length > 0;
  const alone = wraps.filter((wrap) => under(wrap.recipient) < ENOUGH);
  find("#only-one").hidden = alone.length === 0;
  find("#begin-step").inert = wraps.length >= most;
}

function begin(key: OpeningKey): void {
  opening = key;
  showStep();
}

onClick(find<HTMLButtonElement>("#make"), async () => begin(await importIdentity(await generateX25519Identity(), true)));
onClick(find<HTMLButtonElement>("#take"), async () => {
  const file = find<HTMLInputElement>("#identity-file").files?.[0];
  if (file === undefined) throw new Error("Choose the file first.");
  begin(await importIdentity((await readIdentity(await file.text())).secret, true));
});
onClick(find<HTMLButtonElement>("#wrap"), async () => {
  if (opening === null) return;
  const label = typed(find<HTMLInputElement>("#label"));
  if (label === "") throw new Error("Name this security key first, as you will know it.");
  await addWrap(opening, owner, label, wraps);
  await show();
  if (under(opening.recipient) >= ENOUGH) opening = null;
  showStep();
});
onClick(find<HTMLButtonElement>("#stop"), async () => {
  opening = null;
  showStep();
});
onClick(find<HTMLButtonElement>("#try"), async () => {
  const opened = await openWrap(wraps);
  await keepKey(opened.opening);
  find("#try-words").textContent = `${opened.by.label} opened ${brief(opened.opening.recipient)}. It stays ready until you lock this device.`;
});
onClick(find<HTMLButtonElement>("#forget"), async () => {
  await forgetKey();
  find("#try-words").textContent = "Forgotten. The next clip asks for a security key.";
});
await show();
document.body.dataset["keys"] = "shown";
