/**
 * The signer (law 4): shows what a signature would say, in words, before the key is touched.
 *
 * The challenge is always SHA-256 of the payload that is on screen, the rp id that of this page's own configuration:
 * nothing else can be signed here, and a sign-in elsewhere can't be used as a signature.
 */
import { chooseAuthenticator } from "../../passkeys/src/choose";
import type { Authenticator } from "../../passkeys/src/authenticator";
import { fromB64, sha256, toB64, toHex, type Bytes } from "../../request/src/encoding";
import { readRequest } from "../../request/src/payload";
import { checkReturn, fromFragment, toFragment, type Answer, type Order, type RegisterOrder, type SignOrder } from "./exchange";
import { drawOutline } from "../../request/src/outline";
import { requestFacts, type Fact } from "./words";

interface Config {
  readonly agency_name: string;
  readonly rp_id: string;
  readonly officers_origins: readonly string[];
  readonly software_authenticator: string | null;
}

function find<T extends Element>(selector: string): T {
  const element = document.querySelector<T>(selector);
  if (element === null) throw new Error(`page has no ${selector}`);
  return element;
}

function show(id: string): void {
  for (const section of document.querySelectorAll<HTMLElement>("main > section")) section.hidden = section.id !== id;
}

function refuse(rule: string): void {
  find("#refused-rule").textContent = rule;
  show("refused");
}

function fill(facts: readonly Fact[]): void {
  const rows = facts.flatMap(({ name, value, warn }) => {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    text.textContent = value;
    if (warn) text.className = "is-warn";
    return [term, text];
  });
  find("#facts").replaceChildren(...rows);
}

function leave(order: Order, url: URL, part: Partial<Answer>): void {
  const answer: Answer = { version: 1, act: order.act, state: order.state, assertion: null, registration: null, error: null, ...part };
  location.replace(url.origin + url.pathname + toFragment(answer));
}

async function attempt(button: HTMLButtonElement, act: () => Promise<void>): Promise<void> {
  button.disabled = true;
  find("#problem").textContent = "";
  try {
    await act();
  } catch (error) {
    find("#problem").textContent = `Nothing was signed. ${error instanceof Error ? error.message : String(error)}`;
    button.disabled = false;
  }
}

async function askToSign(order: SignOrder, url: URL, config: Config, authenticator: () => Promise<Authenticator>): Promise<void> {
  const payload: Bytes = fromB64(order.payload);
  const request = readRequest(payload);
  if (order.role !== "officer" && order.role !== "approver") throw new Error("unknown_role");
  const id = await sha256(payload);
  fill(requestFacts(request, order.role, order.time_zone));
  drawOutline(find("#outline"), request.area);
  find("#request-id").textContent = toHex(id);
  const button = find<HTMLButtonElement>("#sign");
  button.addEventListener("click", () => attempt(button, async () => {
    const allowCredentials = order.credential_ids.map((credential) => ({ id: credential }));
    const assertion = await (await authenticator()).get({ rpId: config.rp_id, challenge: toB64(id), allowCredentials });
    leave(order, url, { assertion });
  }));
  show("signing");
}

function askToRegister(order: RegisterOrder, url: URL, config: Config, authenticator: () => Promise<Authenticator>): void {
  if (order.options.rp.id !== config.rp_id) throw new Error("rp_id_not_of_this_page");
  find("#register-name").textContent = order.options.user.displayName;
  const button = find<HTMLButtonElement>("#register");
  button.addEventListener("click", () => attempt(button, async () => {
    leave(order, url, { registration: await (await authenticator()).create(order.options) });
  }));
  show("registering");
}

async function main(): Promise<void> {
  const config = (await (await fetch("config.json", { cache: "no-store" })).json()) as Config;
  find("#agency").textContent = config.agency_name;
  find<HTMLElement>("#software-banner").hidden = config.software_authenticator === null;
  const authenticator = await chooseAuthenticator(config.software_authenticator);
  const order = fromFragment<Order>(location.hash);
  if (order === null) return show("idle");
  const url = checkReturn(order.return_to, config.officers_origins);
  for (const back of document.querySelectorAll(".go-back")) back.addEventListener("click", () => leave(order, url, { error: "not_signed" }));
  if (order.act === "sign") await askToSign(order, url, config, authenticator);
  else askToRegister(order, url, config, authenticator);
}

main().catch((error: unknown) => refuse(error instanceof Error ? error.message : String(error)));
