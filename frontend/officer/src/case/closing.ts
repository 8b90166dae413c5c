/** Close a case, or open it again, with a reason: the page then shows it as it is. */
import { find, post, sentence } from "../page";

/** Listen to the form of the case with this number, where there is one. */
export function listenToClosing(caseNumber: string): void {
  const form = document.querySelector<HTMLFormElement>("#closing");
  if (form === null) return;
  const button = find<HTMLButtonElement>("button", form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    find("#closing-problem").textContent = "";
    try {
      await post(form.dataset["path"] ?? "", { case_number: caseNumber, reason: find<HTMLTextAreaElement>("textarea", form).value });
      location.reload();
    } catch (error) {
      find("#closing-problem").textContent = sentence(error);
      button.disabled = false;
    }
  });
  button.disabled = false; // from now on a press is heard
}
