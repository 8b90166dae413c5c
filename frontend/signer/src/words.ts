/** A request in words: every field of the payload that a person can judge, in the order they ask about it. */
import { degrees, middle, squareMiles } from "../../request/src/geometry";
import type { RequestPayload } from "../../request/src/payload";
import { both, duration } from "../../request/src/times";
import type { Role } from "./exchange";

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly warn?: boolean;
}

function areaWords(request: RequestPayload): string {
  const size = `${squareMiles(request.area).toFixed(3)} sq mi`;
  return request.area.kind === "circle"
    ? `${size}: a circle of ${request.area.radiusM} m around ${degrees(request.area.center)}`
    : `${size}: a shape of ${request.area.points.length} points around ${degrees(middle(request.area))}`;
}

function warnings(request: RequestPayload): Fact[] {
  const facts: Fact[] = [];
  if (request.urgent) facts.push({ name: "Urgent", value: "Yes. It may break residents' quiet hours and is counted in public.", warn: true });
  if (request.drill) facts.push({ name: "Exercise", value: "Yes. Residents see that it is a drill.", warn: true });
  if (request.byCode) facts.push({ name: "Audience", value: "Only homes that were handed a code at the door.", warn: true });
  return facts;
}

export function requestFacts(request: RequestPayload, role: Role, timeZone: string): Fact[] {
  return [
    { name: "You sign as", value: role === "officer" ? "the officer who asks" : "the second person, who approves" },
    { name: "Agency", value: `${request.agencyName} (${request.agencyId})` },
    { name: "Asked by", value: `Badge ${request.badge} (${request.officerId}), phone ${request.contact}` },
    { name: "Case", value: request.caseNumber },
    { name: "Offense", value: `${request.offenceName} (${request.offenceCode})` },
    { name: "Reason", value: request.reason },
    ...warnings(request),
    { name: "Footage from", value: both(request.from, timeZone) },
    { name: "Footage to", value: both(request.until, timeZone) },
    { name: "Length", value: duration(request.from, request.until) },
    { name: "Area", value: areaWords(request) },
    { name: "Written", value: both(request.createdAt, timeZone, true) },
    { name: "Closes", value: both(request.expiresAt, timeZone) },
    {
      name: "Who can open the footage",
      value: request.recipients.map((r) => `${r.recipientId} (${r.role}, key ${r.ageRecipient.slice(0, 16)}…)`).join("; "),
    },
  ];
}
