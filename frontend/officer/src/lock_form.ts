/** The form that locks the device, on every page of who is signed in. */

/**
 * Do something as the person locks: what the page still asked the hub after that would be a try with an ended session,
 * which the hub refuses and writes down.
 */
export function whenLocked(act: () => void): void {
  document.querySelector("#sign-out")?.closest("form")?.addEventListener("submit", act);
}
