/** What the city's registry of cameras has in the drawn area, as far as an officer may know. */
import { find } from "../page";

export type Registered =
  | { readonly kind: "none" }
  | { readonly kind: "not_counted" }
  | { readonly kind: "few"; readonly floor: number }
  | { readonly kind: "count"; readonly cameras: number; readonly homes: number };

function words(registered: Registered): string {
  if (registered.kind === "none") return "This city has no registry yet.";
  if (registered.kind === "few") return `Fewer than ${registered.floor} homes.`;
  if (registered.kind === "not_counted") return "Counted where an area can be asked for.";
  return `At least ${registered.cameras} cameras of at least ${registered.homes} homes.`;
}

export function showRegistered(registered: Registered): void {
  find("#registered").textContent = words(registered);
}
