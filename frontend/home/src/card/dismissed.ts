// Requests that ended and that a reader of the card has put away, in this browser alone.

const PLACE = "milton-share-dismissed";
const KEPT_MOST = 100; // a request is shown for ten days at most; older ones are gone by then

export function dismissed(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set(); // what is there is not ours, or this browser keeps nothing
  }
}

export function dismiss(ids: readonly string[]): void {
  const kept = [...new Set([...dismissed(), ...ids])].slice(-KEPT_MOST);
  try {
    localStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // no room or no storage: it comes back with the next page
  }
}
