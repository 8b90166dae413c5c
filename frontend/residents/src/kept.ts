/** Where this browser keeps the account key: until somebody signs out, or on a shared computer until the tab is closed. */
import type { Account } from "./key";
import { readKey } from "./key";

const NAME = "milton-account";

export function keep(account: Account, shared: boolean): void {
  forget();
  (shared ? sessionStorage : localStorage).setItem(NAME, JSON.stringify(account));
}

/** The account whose key is here, null where there is none. */
export function kept(): Account | null {
  const text = sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  if (text === null) return null;
  const { id, key } = JSON.parse(text) as Account;
  return readKey(key) === null ? null : { id, key };
}

export function forget(): void {
  for (const each of [sessionStorage, localStorage]) each.removeItem(NAME);
}
