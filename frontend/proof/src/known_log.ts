/** The public log as this browser saw it last: what a hub shows next has to continue it, or be of a log key that the city's root named since. */
import { toHex, type Bytes } from "../../request/src/encoding";
import type { CityRecord } from "./city";
import { isContinued, type Tree } from "./log";

const PLACE = "milton-log";

export interface KnownLog extends Tree {
  readonly origin: string;
  /** The log's key in hex. */
  readonly key: string;
  /** The highest serial of a city record that this browser saw. */
  readonly serial: number;
  /** When this browser saw this log's key for the first time. */
  readonly since: string;
  /** Whether it knew another key of the city's log before. */
  readonly isReplacement: boolean;
}

/** What this browser knows; null where it knows no log. */
export function knownLog(): KnownLog | null {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "null") as Partial<KnownLog> | null;
    const isWhole = Number.isSafeInteger(found?.size) && Number.isSafeInteger(found?.serial) && typeof found?.rootSha256 === "string" && typeof found.key === "string";
    return isWhole ? (found as KnownLog) : null;
  } catch {
    return null;
  }
}

const isOf = (known: KnownLog, { origin, publicKey }: CityRecord["log"]): boolean => known.origin === origin && known.key === toHex(publicKey);

/**
 * Judge a log by what this browser knows, with the hashes between the two sizes; return what it knows from now on.
 *
 * Throws `log_not_consistent` for a log that doesn't continue the known one, `city_record_rolled_back` for another one of an older record.
 */
export async function checkKnown(known: KnownLog | null, record: CityRecord, tree: Tree, hashes: readonly Bytes[], now: Date): Promise<KnownLog> {
  const { origin, publicKey } = record.log;
  const { size, rootSha256 } = tree;
  const seen = { origin, key: toHex(publicKey), serial: record.serial, size, rootSha256 };
  if (known === null) return { ...seen, since: now.toISOString(), isReplacement: false };
  if (record.serial < known.serial) throw new Error("city_record_rolled_back");
  if (!isOf(known, record.log)) {
    if (record.serial === known.serial) throw new Error("city_record_rolled_back"); // two records of one serial
    return { ...seen, since: now.toISOString(), isReplacement: true };
  }
  const isEmpty = known.size === 0; // any log continues it
  if (!isEmpty && !(await isContinued(known, tree, hashes))) throw new Error("log_not_consistent");
  return { ...known, serial: record.serial, ...(size > known.size ? { size, rootSha256 } : {}) };
}

/** Know this log from now on, unless another tab has seen more of it meanwhile. */
export function keepLog(log: KnownLog): void {
  const kept = knownLog();
  const isNewer = kept === null || log.serial > kept.serial || (log.serial === kept.serial && log.size >= kept.size);
  if (isNewer) localStorage.setItem(PLACE, JSON.stringify(log));
}
