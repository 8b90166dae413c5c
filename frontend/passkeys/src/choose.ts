/** Which authenticator answers on this page: the browser's, or in a demo city a software key that says so. */
import { browserAuthenticator, type Authenticator } from "./authenticator";

const CHOICE = "milton-software-key";

async function browserHasPasskeys(): Promise<boolean> {
  if (typeof PublicKeyCredential === "undefined") return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
}

async function wantsSoftwareKey(): Promise<boolean> {
  const choice = localStorage.getItem(CHOICE);
  return choice === null ? !(await browserHasPasskeys()) : choice === "yes";
}

/**
 * `softwareUrl` is the address of the software authenticator, or null where the city is no demo.
 * The box `#software-key`, drawn only in a demo city and there on some pages, shows the choice and changes it.
 */
export async function chooseAuthenticator(softwareUrl: string | null): Promise<() => Promise<Authenticator>> {
  if (softwareUrl === null) return async () => browserAuthenticator;
  const box = document.querySelector<HTMLInputElement>("#software-key");
  const chosen = await wantsSoftwareKey();
  if (box !== null) {
    box.checked = chosen;
    box.addEventListener("change", () => localStorage.setItem(CHOICE, box.checked ? "yes" : "no"));
  }
  return async () => {
    if (!(box?.checked ?? chosen)) return browserAuthenticator;
    const module = (await import(softwareUrl)) as { softwareAuthenticator: Authenticator };
    return module.softwareAuthenticator;
  };
}
