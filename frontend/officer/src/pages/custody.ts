/** What custodians and officers do with one share beside watching it: each form is one act, posted as JSON. */
import { postFresh } from "../fresh";
import { find, onSubmit, typed } from "../page";
import { askOwner, endLink, makeLink } from "../share/access/link";
import { letOpen } from "../share/access/readers";

const GONE = new Set(["flag"]); // an act after which an officer does not see the share any more

async function act(form: HTMLFormElement): Promise<void> {
  const reason = form.querySelector<HTMLTextAreaElement>("textarea");
  const { path = "", fresh = "", subject = "" } = form.dataset;
  await postFresh(path, fresh, subject, reason === null ? {} : { reason: typed(reason) });
  if (GONE.has(form.dataset["test"] ?? "")) location.assign("/requests");
  else location.reload();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-path]")) onSubmit(form, () => act(form));

const rewrap = document.querySelector<HTMLFormElement>("#rewrap");
if (rewrap !== null) {
  onSubmit(rewrap, async () => {
    await letOpen(find<HTMLSelectElement>("#rewrap-to"));
    location.reload();
  });
}

const ask = document.querySelector<HTMLFormElement>("#ask-owner");
if (ask !== null) {
  onSubmit(ask, async () => {
    await askOwner(ask);
    location.reload();
  });
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-link]")) {
  onSubmit(form, async () => {
    const made = await makeLink(form.dataset["link"] ?? "");
    const link = find<HTMLInputElement>("#made-link");
    link.value = made;
    find("#made").hidden = false;
    form.hidden = true;
    link.select();
  });
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-end]")) {
  onSubmit(form, async () => {
    await endLink(form.dataset["end"] ?? "");
    location.reload();
  });
}
const copy = document.querySelector<HTMLButtonElement>("#copy-link");
copy?.addEventListener("click", async () => {
  const link = find<HTMLInputElement>("#made-link");
  link.select();
  await navigator.clipboard.writeText(link.value);
  copy.textContent = "Copied";
});
