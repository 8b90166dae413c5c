/** Lines about the request behind a share and about the home's signature: proven here, or labeled as unproven. Pure. */
import { both } from "../../../../request/src/times";
import { fingerprintWords } from "../../../../proof/src/words";
import type { Anchored } from "./anchor";
import type { Followed } from "../../../../proof/src/followed";
import type { HomeSignature } from "./home_signature";
import type { ProvenRequest, Signed } from "../../../../proof/src/request";
import type { Line } from "./lines";
import { anchorValues, cityValues, homeValues, logValues, recipientsOf, recipientValues, requestValues, signedValues, stanzasOf } from "./values";
import type { Proven } from "../manifest/verify";

/** What is known of the request: nothing yet, all of it, the rule that what the hub gave breaks, or that the hub gave nothing. */
export type Asked =
  | { readonly state: "pending" }
  | ProvenAsked
  | { readonly state: "refused"; readonly rule: string }
  | { readonly state: "not_served" };

/** The request, the log that homes follow, the share's place in it, the home's own signature. */
interface ProvenAsked {
  readonly state: "proven";
  readonly proven: ProvenRequest;
  readonly followed: Followed;
  readonly anchored: Anchored;
  readonly home: HomeSignature | null;
}

const PENDING: Line = { mark: "warn", name: "Who asked is being checked", text: "The signatures under the request, and its entry in the public log." };
const NOT_SERVED: Line = { mark: "warn", name: "Who asked is not checked", text: "The hub did not send the signatures under the request. Load the page again." };

const NOT_PROVEN = ["Who asked is not proven", "What the hub says of the request does not hold."] as const;
/** What a broken rule means, and what the hub did. */
const REFUSED: Record<string, readonly [name: string, text: string]> = {
  root_differs: ["This is not the city that this browser knows", "The hub shows another city’s key than before."],
  log_not_followed: ["Not in the log that homes follow", "The hub logged this request in a log that it does not show to homes."],
  log_not_consistent: ["This is not the log that this browser knows", "The hub changed the public log, or shows another one than before."],
  city_record_rolled_back: ["The hub shows an older city record", "This browser knows a newer one, or another one of the same number."],
  live_expired: ["The hub’s live statement is too old", "Homes do not accept it either. Check the clock of this device too."],
};

function refused(rule: string): Line {
  const [name, text] = REFUSED[rule] ?? NOT_PROVEN;
  return { mark: "no", name, text: `${text} The clip itself was still checked. Tell your administrator. (${rule})` };
}

function officerLine(proven: ProvenRequest): Line {
  const { approver, request } = proven;
  const text = `By passkey, over exactly this request${approver === null ? ". No second person was needed." : "."}`;
  return { mark: "ok", name: `Asked by badge ${request.badge}`, text, values: [...requestValues(proven), ...signedValues(proven.officer)] };
}

const approverLine = (approver: Signed): Line => ({
  mark: "ok",
  name: `Approved by badge ${approver.person.badge}`,
  text: "A supervisor signed the same request, by passkey.",
  values: signedValues(approver),
});

function logLine(proven: ProvenRequest, followed: Followed, timeZone: string): Line {
  const { index, checkpoint } = proven.logged;
  const { record, known } = followed;
  const values = logValues(proven, followed);
  const entry = `Entry ${index}, counted from 0, of ${checkpoint.size}.`;
  const outside = checkpoint.others.length === 0 ? "Nobody outside the city checks this yet." : "Others signed too; who they are is not known here.";
  const replaced = known.isReplacement ? ` The city replaced its log key; this browser noticed on ${both(new Date(known.since), timeZone)}.` : "";
  if (followed.requestIn === "earlier") {
    const text = `${entry} The city’s record of ${both(record.issuedAt, timeZone)} names another log. Nothing here compares the two.${replaced} ${outside}`;
    return { mark: "warn", name: "In an earlier public log of the city", text, values };
  }
  return { mark: "warn", name: "In the public log", text: `${entry} It is in the log that homes follow.${replaced} ${outside}`, values };
}

const ANCHOR_REFUSED: Record<string, string> = {
  receipt_of_another_share: "The hub’s receipt is for another share than the one shown here.",
  receipt_not_sealed: "The public log does not have the hub’s receipt for this share.",
  receipt_wrong_time: "The hub’s receipt has a time at which no share could arrive.",
  not_in_log: "The day that the hub shows is not in the public log.",
};

/** That this is the share that came, as far as the public log shows it. */
function anchorLine(anchored: Anchored, timeZone: string): Line {
  const values = anchorValues(anchored);
  if (anchored.state === "refused") {
    const { rule } = anchored;
    const why = ANCHOR_REFUSED[rule] ?? "What the hub says of its receipt does not hold.";
    return { mark: "no", name: "This may not be the share that the home sent", text: `${why} Tell your administrator. (${rule})`, values };
  }
  const { at } = anchored.received;
  const arrived = `The hub says that it arrived on ${both(at, timeZone)}.`;
  if (anchored.state === "not_yet") {
    const text = `${arrived} Check again tomorrow. Until then, the hub alone says that this is the share that came.`;
    return { mark: "warn", name: "This share is not in the public log yet", text, values };
  }
  if (anchored.state === "earlier_log") {
    return { mark: "warn", name: "This share may be in an earlier public log", text: `${arrived} The city has replaced its log since. Nothing here compares the two.`, values };
  }
  const { day, entry } = anchored.sealed;
  const isLater = day !== at.toISOString().slice(0, 10);
  const text = `${arrived} The log has its receipt under ${day}${isLater ? ", a later day. Ask the owner when they shared it." : ` (UTC), entry ${entry.index}.`}`;
  return { mark: isLater ? "warn" : "ok", name: isLater ? "The public log has this share under a later day" : "The public log has this share", text, values };
}

function recipientLine(proven: ProvenRequest, { share }: Proven): Line {
  const to = recipientsOf(proven, share);
  const isOther = [...share.parts.values()].some(({ header }) => stanzasOf(header) !== to.length);
  const values = recipientValues(proven, share);
  if (isOther) return { mark: "no", name: "Sealed to other keys than it says", text: `It says that ${to.length} open it.`, values };
  return { mark: "ok", name: `Sealed to ${to.length} keys`, text: "Each is in the city’s directory as the request names it.", values };
}

function cityLine(proven: ProvenRequest, timeZone: string): Line {
  const { rootKnownSince: since } = proven;
  return {
    mark: since === null ? "warn" : "ok",
    name: "People and keys by the city’s signed lists",
    text: since === null ? `This browser saw the city’s key for the first time. Its words: ${fingerprintWords(proven.rootSha256)}.` : `This browser knows the city’s key since ${both(since, timeZone)}.`,
    values: cityValues(proven),
  };
}

/** Of the request: what is proven, or that it is not. */
export function askedLines(asked: Asked, proven: Proven, timeZone: string): Line[] {
  if (asked.state === "pending") return [PENDING];
  if (asked.state === "not_served") return [NOT_SERVED];
  if (asked.state === "refused") return [refused(asked.rule)];
  const { approver } = asked.proven;
  return [
    officerLine(asked.proven),
    ...(approver === null ? [] : [approverLine(approver)]),
    logLine(asked.proven, asked.followed, timeZone),
    anchorLine(asked.anchored, timeZone),
    recipientLine(asked.proven, proven),
    cityLine(asked.proven, timeZone),
  ];
}

/** Of the home's own signature, where its owner shared under its name. */
export function homeLines(asked: Asked | null, { manifest }: Proven): Line[] {
  if (!manifest.named) return [];
  const home = asked?.state === "proven" ? asked.home : null;
  if (home === null) return [{ mark: "warn", name: "The home’s signature is not checked here", text: "It is with the manifest." }];
  if (home.state === "wrong") {
    return [{ mark: "no", name: "The home’s signature is wrong", text: "An enrolled home’s key is named under the manifest, and did not sign it.", values: homeValues(home) }];
  }
  if (home.state === "not_named") {
    return [{ mark: "warn", name: "The home’s signature can’t be checked", text: "No home that takes part now has this key. It may have left.", values: homeValues(home) }];
  }
  return [{ mark: "ok", name: "Signed by an enrolled home", text: "That its key is one is the hub’s word; which home it is, is not said.", values: homeValues(home) }];
}
