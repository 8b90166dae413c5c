/** What is said of the request behind a share, and of the home's own signature: proven here, or told as what it is. Pure. */
import { both } from "../../../request/src/times";
import { fingerprintWords } from "../proof/words";
import type { HomeSignature } from "../proof/home";
import type { ProvenRequest, Signed } from "../proof/request";
import type { Line } from "./lines";
import { cityValues, homeValues, logValues, recipientsOf, recipientValues, requestValues, signedValues, stanzasOf } from "./values";
import type { Proven } from "./verify";

/** What is known of the request: nothing yet, all of it, the rule that what the hub gave breaks, or that the hub gave nothing. */
export type Asked =
  | { readonly state: "pending" }
  | { readonly state: "proven"; readonly proven: ProvenRequest; readonly home: HomeSignature | null }
  | { readonly state: "refused"; readonly rule: string }
  | { readonly state: "not_served" };

const PENDING: Line = { mark: "warn", name: "Who asked is being checked", text: "The signatures under the request, and its entry in the public log." };
const NOT_SERVED: Line = { mark: "warn", name: "Who asked is not checked", text: "The hub did not send the signatures under the request. Load the page again." };

const refused = (rule: string): Line => ({
  mark: "no",
  name: rule === "root_differs" ? "This is not the city that this browser knows" : "Who asked is not proven",
  text: `${rule === "root_differs" ? "The hub shows another city’s key than before." : "What the hub says of the request does not hold."} The clip is checked all the same. Tell your administrator. (${rule})`,
});

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

function logLine(proven: ProvenRequest): Line {
  const { index, size, others } = proven.logged;
  const outside = others.length === 0 ? "Nobody outside the city checks this yet." : "Others signed too; who they are is not known here.";
  return { mark: "warn", name: "In the public log", text: `Entry ${index}, counted from 0, of ${size}. ${outside}`, values: logValues(proven) };
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
    logLine(asked.proven),
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
