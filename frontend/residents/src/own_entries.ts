/** Changing one's own entries: what the server gives back is changed only where one's own key signed it. */
import { fromBase64, toBase64 } from "../../request/src/encoding";
import { call, say, type Entries, type ListedEntry } from "./api";
import { entryKey, openEntry, sealEntry, type Entry, type EntryKey } from "./entry";
import { kept } from "./kept";

export interface OwnEntry {
  readonly number: number;
  readonly key: EntryKey;
  readonly entry: Entry;
}

/** The signing key of an entry of the account whose key is in this browser. */
export async function ownKey(number: number): Promise<EntryKey> {
  const account = kept();
  if (account === null) throw new Error(say("no_key"));
  return entryKey(account.key, number);
}

async function opened({ id, number, envelope }: ListedEntry): Promise<OwnEntry> {
  const key = await ownKey(number);
  if (key.id !== id) throw new Error(say("other_key"));
  const entry = await openEntry(fromBase64(envelope), key).catch(() => Promise.reject(new Error(say("not_yours"))));
  return { number, key, entry };
}

/** One's entry with this id, as it is now. */
export async function ownEntry(id: string): Promise<OwnEntry> {
  const { entries } = await call<Entries>("GET", "/api/entries");
  const listed = entries.find((each) => each.id === id && each.state !== "erased");
  if (listed === undefined) throw new Error(say("gone"));
  return opened(listed);
}

/** Sign an entry and hand it to the server. */
export async function put(number: number, key: EntryKey, entry: Entry): Promise<void> {
  const envelope = toBase64(await sealEntry(entry, key, new Date()));
  await call("PUT", `/api/entries/${key.id}`, { number, envelope });
}

/** Sign the entry with this id again, changed. */
export async function change(id: string, changed: Partial<Entry>): Promise<void> {
  const { number, key, entry } = await ownEntry(id);
  await put(number, key, { ...entry, ...changed, revision: entry.revision + 1 });
}
