// What is said of the line to the city's server, on the page and on the card. A new home may have had no contact yet.
import type { Format } from "../kit/format";
import type { HomeState } from "../api/model";
import type { Words } from "../words/words";

type Snapshot = HomeState["snapshot"];

export function lastContact({ last_contact }: Snapshot, words: Words, format: Format): string {
  return last_contact ? words.say("last_contact", { time: format.dayMinute(last_contact) }) : words.say("no_contact_yet");
}

/** That the server is away, or no longer knows this home. */
export function contactLost({ link, last_contact }: Snapshot, words: Words, format: Format): string {
  if (link === "refused") return words.say("hub_refused");
  return last_contact ? words.say("hub_away", { time: format.dayMinute(last_contact) }) : words.say("no_contact_yet");
}
