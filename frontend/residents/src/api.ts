/** Calls to the city's residents' server. Bodies are canonical JSON; what it refuses is said in the reader's language. */
import { canonical, type Json } from "../../request/src/canonical";
import { find, pageData } from "../../officer/src/page";

export interface ResidentsData {
  readonly agency_id: string;
  readonly language: "en" | "es";
  readonly words: Words;
}
/** What scripts say (hub/community/words); `{…}` is filled in. */
export interface Words {
  readonly refusals: Readonly<Record<string, string>>;
  readonly [name: string]: string | readonly string[] | Readonly<Record<string, string>>;
}

export const page = pageData<ResidentsData>();

export interface ListedEntry {
  readonly id: string;
  readonly number: number;
  readonly envelope: string;
  readonly state: "active" | "paused" | "erased";
}
export interface Entries {
  readonly entries: readonly ListedEntry[];
  readonly next_number: number;
}

/** Words of the page with their blanks filled in. */
export function say(name: string, blanks: Readonly<Record<string, string | number>> = {}): string {
  const words = page.words[name];
  if (typeof words !== "string") throw new Error(`no words for ${name}`);
  return words.replace(/\{(\w+)\}/g, (_, blank: string) => String(blanks[blank]));
}

/** One of the words that stand in a list. */
export function sayOne(name: string, index: number): string {
  return (page.words[name] as readonly string[])[index] ?? "";
}

/** Ask the server; throws words for a person. Who is no longer signed in is led to where they can be. */
export async function call<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: Json): Promise<T> {
  const sent = body === undefined ? {} : { body: canonical(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(path, { method, cache: "no-store", ...sent }).catch(() => Promise.reject(new Error(say("no_answer"))));
  const said = (await answer.json().catch(() => ({}))) as { readonly error?: string };
  if (answer.ok) return said as T;
  if (answer.status === 401 && location.pathname !== "/sign-in" && location.pathname !== "/join") location.assign("/sign-in");
  const rule = said.error ?? "";
  throw new Error(page.words.refusals[rule] ?? (rule === "" ? say("no_answer") : say("refused", { rule })));
}

/** Run `act` when a button is pressed; it rests meanwhile, and what went wrong is said in `problem`. */
export function onPress(button: HTMLButtonElement, act: () => Promise<void>, problem = find("#problem")): void {
  button.addEventListener("click", async () => {
    button.disabled = true;
    problem.textContent = "";
    try {
      await act();
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      button.disabled = false;
    }
  });
  button.disabled = false;
}
