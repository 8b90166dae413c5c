/** What administrators do with people, devices and passkeys: each form is one act, which wants the passkey where it says so. */
import { postFresh } from "../fresh";
import { RENEWED } from "../live_list";
import { find, onSubmit } from "../page";

interface Done {
  /** An invitation's address: shown once, here. */
  readonly link?: string;
  readonly next?: string;
}

function show(link: string): void {
  find("#link-text").textContent = link;
  find("#link").hidden = false;
  find("#link").scrollIntoView();
  document.body.dataset["link"] = "shown";
}

async function act(form: HTMLFormElement): Promise<void> {
  const { path = "", fresh = "", subject = "" } = form.dataset;
  const { link, next } = await postFresh<Done>(path, fresh, subject);
  if (link !== undefined) show(link);
  else if (next === location.pathname) location.reload();
  else location.assign(next ?? "/");
}

/** Listen to what is on the page. */
function listen(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-path]")) onSubmit(form, () => act(form));
}

listen();
document.addEventListener(RENEWED, listen);
