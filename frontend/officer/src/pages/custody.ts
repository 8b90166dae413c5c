/** What custodians and officers do with one share beside watching it: each form is one act, posted as JSON. */
import { postFresh } from "../fresh";
import { find, sentence } from "../page";

const GONE = new Set(["flag"]); // an act after which an officer does not see the share any more

async function act(form: HTMLFormElement): Promise<void> {
  const reason = form.querySelector<HTMLTextAreaElement>("textarea");
  const { path = "", fresh = "", subject = "" } = form.dataset;
  await postFresh(path, fresh, subject, reason === null ? {} : { reason: reason.value });
  if (GONE.has(form.dataset["test"] ?? "")) location.assign("/requests");
  else location.reload();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-path]")) {
  const button = find<HTMLButtonElement>("button", form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    find("#problem").textContent = "";
    try {
      await act(form);
    } catch (error) {
      find("#problem").textContent = sentence(error);
      button.disabled = false;
    }
  });
  button.disabled = false; // from now on a press is heard
}
