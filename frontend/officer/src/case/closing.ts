/** Close a case, or open it again, with a reason: the page then shows it as it is. */
import { find, onSubmit, post, typed } from "../page";

/** Listen to the form of the case with this number, where there is one. */
export function listenToClosing(caseNumber: string): void {
  const form = document.querySelector<HTMLFormElement>("#closing");
  if (form === null) return;
  const close = async (): Promise<void> => {
    await post(form.dataset["path"] ?? "", { case_number: caseNumber, reason: typed(find<HTMLTextAreaElement>("textarea", form)) });
    location.reload();
  };
  onSubmit(form, close, "#closing-problem");
}
