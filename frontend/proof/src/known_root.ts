/** The city's root key that this browser knows: the first one that it was shown; another one is told, never taken. */
const PLACE = "milton-root";

interface Kept {
  readonly sha256: string;
  readonly since: string;
}

function kept(): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "null") as Partial<Kept> | null;
    return typeof found?.sha256 === "string" && typeof found.since === "string" ? (found as Kept) : null;
  } catch {
    return null;
  }
}

/** Since when this browser knows the key with this digest, null where it does only now. Throws `root_differs` for another key. */
export function knownRoot(sha256: string): Date | null {
  const before = kept();
  if (before === null) {
    localStorage.setItem(PLACE, JSON.stringify({ sha256, since: new Date().toISOString() } satisfies Kept));
    return null;
  }
  if (before.sha256 !== sha256) throw new Error("root_differs");
  return new Date(before.since);
}
