/** What every page of the officers needs: its data, its elements, and calls to the hub that name the broken rule. */

export class HubRefusal extends Error {
  constructor(
    readonly rule: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }

  /** Whether the same may well be answered a little later: the hub is in trouble, or too much was read here for now. */
  get isForNow(): boolean {
    return this.status === TOO_MUCH || AWAY.includes(this.status);
  }
}

/** The statuses of a hub in trouble, and of a web server in front of one that restarts. */
const AWAY = [502, 503, 504];
/** Of a hub that nobody reaches: what a browser says of it differs from one to the next. */
const NO_ANSWER = "The hub does not answer. Try again in a moment.";
/** The status of who reads or acts faster than the hub lets anybody. */
export const TOO_MUCH = 429;
/** When a page that asks by itself asks again after that. */
export const AGAIN_AFTER_MS = 15_000;
/** When a page asks again for what a person waits for. */
export const SOON_AGAIN_AFTER_MS = 3_000;

/** What the server put into the page. */
export function pageData<T>(): T {
  return JSON.parse(find("#page-data").textContent ?? "null") as T;
}

export function find<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T {
  const element = within.querySelector<T>(selector);
  if (element === null) throw new Error(`page has no ${selector}`);
  return element;
}

/** What a person typed or pasted, as one line with single spaces: no text of the protocol has other ones. */
export const typed = (field: { readonly value: string }): string => field.value.replace(/\s+/g, " ").trim();

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: { text?: string; className?: string } = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (properties.className !== undefined) made.className = properties.className;
  if (properties.text !== undefined) made.textContent = properties.text;
  made.append(...children);
  return made;
}

/** An icon of the sprite that every page has. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Under this name each page notes when the hub last heard of it as its person's. */
export const USED = "milton-last-use";

/** The header of what a page asks for by itself: the hub takes it for no use of the session. */
export const UNATTENDED = "Milton-Unattended";

async function answer<T>(response: Response, isUse = true): Promise<T> {
  if (isUse && response.status !== 401) localStorage.setItem(USED, String(Date.now()));
  const body = (await response.json().catch(() => ({}))) as { error?: string; message?: string };
  if (response.ok) return body as T;
  // Locked; or the device was put out, or shows another certificate: the page says what to do.
  if (response.status === 401 || body.error?.startsWith("certificate_") === true) location.assign("/sign-in");
  const without = AWAY.includes(response.status) ? NO_ANSWER : `The hub answered ${response.status}.`;
  throw new HubRefusal(body.error ?? "no_answer", body.message ?? without, response.status);
}

/** Whether what failed may well go through a little later. */
export function isForNow(error: unknown): boolean {
  return !(error instanceof HubRefusal) || error.isForNow;
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  return fetch(path, init).catch(() => Promise.reject(new Error(NO_ANSWER)));
}

export async function get<T>(path: string): Promise<T> {
  return answer<T>(await ask(path, { cache: "no-store", headers: { Accept: "application/json" } }));
}

/** Get what nobody has asked for just now: it keeps no session from locking. */
export async function getUnattended<T>(path: string): Promise<T> {
  return answer<T>(await ask(path, { cache: "no-store", headers: { Accept: "application/json", [UNATTENDED]: "yes" } }), false);
}

/** A stream of changes is over for good: go to where it says why, if the session is over too. */
export async function streamEnded(): Promise<void> {
  await getUnattended("/api/session").catch(() => undefined);
}

/** Post JSON; `headers` go with it. The hub knows a page of its own by the `Origin` that the browser sends. */
export async function post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
  const sent = { "Content-Type": "application/json", ...headers };
  return answer<T>(await ask(path, { method: "POST", headers: sent, body: JSON.stringify(body) }));
}

/** Let something of one's own go by `path`; what is gone already is as good. */
export async function letGo(path: string, body: unknown): Promise<void> {
  await post(path, body).catch((error: unknown) => {
    if (!(error instanceof HubRefusal) || error.status !== 404) throw error;
  });
}

/** The sentence for a person, whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Run `act` on a click; the button rests meanwhile, and what went wrong is said in `#problem`. */
export function onClick(button: HTMLButtonElement, act: () => Promise<void>): void {
  button.addEventListener("click", async () => {
    const problem = document.querySelector("#problem");
    button.disabled = true;
    if (problem !== null) problem.textContent = "";
    try {
      await act();
    } catch (error) {
      if (problem === null) throw error;
      problem.textContent = sentence(error);
    } finally {
      button.disabled = false;
    }
  });
}

/** From now on `act` runs when a form is sent; its button rests until something goes wrong, which is said in `problem`. */
export function onSubmit(form: HTMLFormElement, act: () => Promise<void>, problem = "#problem"): void {
  const button = find<HTMLButtonElement>("button", form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    find(problem).textContent = "";
    try {
      await act();
    } catch (error) {
      find(problem).textContent = sentence(error);
      button.disabled = false;
    }
  });
  button.disabled = false;
}
