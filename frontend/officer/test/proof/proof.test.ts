/** Who asked, proven from the messages that the hub gives: what is true is proven, and each lie is found by its rule. */
import { beforeEach, describe, expect, test } from "vitest";
import areas from "../../../../tests/protocol/vectors/asked/areas.jsonl?raw";
import asked from "../../../../tests/protocol/vectors/asked/asked.jsonl?raw";
import bents from "../../../../tests/protocol/vectors/asked/bent_requests.jsonl?raw";
import ends from "../../../../tests/protocol/vectors/asked/client_data_ends.jsonl?raw";
import inclusion from "../../../../tests/protocol/vectors/merkle/inclusion.jsonl?raw";
import { canonical, type Json } from "../../../request/src/canonical";
import { fromB64, fromBase64, fromUtf8, sha256, toB64, toHex, utf8 } from "../../../request/src/encoding";
import { Fields } from "../../../request/src/fields";
import { readArea, readPoint, readRequest } from "../../../request/src/payload";
import { WORDS } from "../../../proof/src/bip39_english";
import { fingerprintWords } from "../../../proof/src/words";
import { readCredential } from "../../../proof/src/city";
import { knownRoot } from "../../../proof/src/known_root";
import { checkArea } from "../../../proof/src/limits";
import { rootOf } from "../../../proof/src/log";
import { checkAssertion, readAssertion } from "../../../proof/src/passkey";
import { proveRequest, type ProofsJson, type ProvenRequest } from "../../../proof/src/request";

const lines = <T>(text: string): T[] => text.trimEnd().split("\n").map((line) => JSON.parse(line) as T);

interface Told {
  readonly name: string;
  readonly rule: string;
  readonly payload: string;
  readonly proofs: ProofsJson;
}
const told = lines<Told>(asked);
const [ordinary, urgent] = told as [Told, Told];

const NOW = new Date("2026-11-20T12:00:00Z"); // of the city that told it
const prove = (of: Told, lies: Partial<ProofsJson> = {}): Promise<ProvenRequest> =>
  proveRequest({ ...of.proofs, ...lies }, fromB64(of.payload), () => null, NOW);

test.each(told.filter(({ rule }) => rule === ""))("$name is proven", async (each) => {
  const proven = await prove(each);
  expect(proven.officer.person.id).toBe(proven.request.officerId);
  expect(proven.logged.leaf).toContain(proven.id);
});

test.each(told.filter(({ rule }) => rule !== ""))("$name is found: $rule", async (each) => {
  await expect(prove(each)).rejects.toThrow(each.rule);
});

test("a second person who signed is named, and can't be left out", async () => {
  expect((await prove(ordinary)).approver).toBeNull();
  expect((await prove(urgent)).approver?.person.id).toBe("supervisor-1");
  await expect(prove(urgent, { assertions: urgent.proofs.assertions.slice(0, 1) })).rejects.toThrow("approver_missing");
  await expect(prove(urgent, { assertions: [...urgent.proofs.assertions].reverse() })).rejects.toThrow("officer_assertion_missing");
});

test("no bit of what was signed can be another", async () => {
  for (const name of ["city_record", "directory"] as const) {
    const envelope = JSON.parse(new TextDecoder().decode(fromBase64(ordinary.proofs[name]))) as { payload: string };
    const other = envelope.payload.replace("A", "B");
    const bytes = new TextEncoder().encode(JSON.stringify({ ...envelope, payload: other }));
    await expect(prove(ordinary, { [name]: btoa(String.fromCharCode(...bytes)) })).rejects.toThrow();
  }
  for (const line of ordinary.proofs.log_proof.split("\n").keys()) {
    const bent = ordinary.proofs.log_proof.split("\n").map((each, at) => (at === line ? `${each}x` : each)).join("\n");
    await expect(prove(ordinary, { log_proof: bent })).rejects.toThrow();
  }
});

test("what is no answer of a hub's is refused, not believed", async () => {
  for (const lies of [{ assertions: undefined }, { log_proof: "" }, { root_public_key: toB64(new Uint8Array(31)) }, { directory: "" }]) {
    await expect(prove(ordinary, lies as unknown as Partial<ProofsJson>)).rejects.toThrow();
  }
});

test("who cosigned is named, and none who is dated later than a clock may be off", async () => {
  const line = (name: string, aheadS: number): string => {
    const bytes = new Uint8Array(4 + 8 + 64);
    new DataView(bytes.buffer).setBigUint64(4, BigInt(NOW.getTime() / 1000 + aheadS));
    return `\u2014 ${name} ${btoa(String.fromCharCode(...bytes))}\n`;
  };
  const log_proof = ordinary.proofs.log_proof + line("now.example", 300) + line("ahead.example", 301) + line("year-3000.example", 974 * 31_556_952);
  expect((await prove(ordinary, { log_proof })).logged.checkpoint.others).toEqual(["now.example"]);
});

test("what follows in client data is judged as homes judge it", async () => {
  const { assertions, directory } = ordinary.proofs;
  const said = readAssertion(assertions[0]!);
  const envelope = JSON.parse(fromUtf8(fromBase64(directory))) as { payload: string };
  const people = (JSON.parse(fromUtf8(fromBase64(envelope.payload))) as { people: { credentials: Json[] }[] }).people;
  const credential = readCredential(people[0]!.credentials[0]!);
  const start = fromUtf8(said.clientData).slice(0, -1);
  for (const { rest, rule } of lines<{ rest: string; rule: string }>(ends)) {
    const bent = { ...said, clientData: utf8(start + rest), authenticatorData: new Uint8Array() };
    const judged = checkAssertion(credential, bent, await sha256(fromB64(ordinary.payload)));
    await expect(judged, rest).rejects.toThrow(new Error(rule === "" ? "out_of_bounds: authenticator_data" : rule));
  }
  const notUtf8 = { ...said, clientData: new Uint8Array([...utf8(`${start},"a":"`), 0xff, 0x22, 0x7d]) };
  await expect(checkAssertion(credential, notUtf8, await sha256(fromB64(ordinary.payload)))).rejects.toThrow("client_data_wrong");
});

test.each(lines<{ path: string[]; value: Json; rule: string }>(bents))("$path as $value is judged as homes judge it: $rule", ({ path, value, rule }) => {
  const whole = JSON.parse(fromUtf8(fromB64(ordinary.payload))) as Record<string, Json>;
  const inner = path.slice(0, -1).reduce((each, name) => each[name] as Record<string, Json>, whole);
  inner[path.at(-1)!] = value;
  const read = (): unknown => readRequest(utf8(canonical(whole)));
  if (rule === "") expect(read).not.toThrow();
  else expect(read).toThrow(new RegExp(`^${rule}(:|$)`));
});

interface Judged {
  readonly area: Json;
  readonly border: readonly Json[];
  readonly rule: string;
}

test("areas are judged as homes judge them, also at a border and where numbers are large", () => {
  for (const { area, border, rule } of lines<Judged>(areas)) {
    const judge = (): void => checkArea(readArea(new Fields(area)), { kind: "polygon", points: border.map(readPoint) });
    const name = JSON.stringify(area);
    if (rule === "") expect(judge, name).not.toThrow();
    else expect(judge, name).toThrow(new Error(rule));
  }
});

interface Inclusion {
  readonly desc: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

describe("a proof leads to the root", () => {
  test.each(lines<Inclusion>(inclusion))("$desc, $leafIdx of $treeSize", async (each) => {
    const root = rootOf(fromBase64(each.leafHash), each.leafIdx, each.treeSize, (each.proof ?? []).map(fromBase64)).then(toHex, () => "none");
    const wanted = toHex(fromBase64(each.root));
    if (each.wantErr) expect(await root).not.toBe(wanted);
    else expect(await root).toBe(wanted);
  });
});

test("the city's words are the published list's, by the first 88 bits", async () => {
  expect(toHex(await sha256(utf8(`${WORDS.join("\n")}\n`)))).toBe("2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
  expect(fingerprintWords("7f".repeat(32))).toBe("legal winner thank year wave sausage worth useful"); // BIP 39's own vector
});

describe("the city's root key", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    Object.assign(globalThis, { localStorage: { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) } });
  });

  test("is kept when it is seen first, and another one is told", async () => {
    expect(knownRoot("ab")).toBeNull();
    expect(knownRoot("ab")).toBeInstanceOf(Date);
    expect(() => knownRoot("cd")).toThrow("root_differs");
    await expect(proveRequest(ordinary.proofs, fromB64(ordinary.payload), knownRoot, NOW)).rejects.toThrow("root_differs");
  });

  test("is kept of no city whose messages do not hold", async () => {
    const lie = told.find(({ rule }) => rule === "not_in_log")!;
    await expect(proveRequest(lie.proofs, fromB64(lie.payload), knownRoot, NOW)).rejects.toThrow("not_in_log");
    expect(kept.size).toBe(0);
  });
});
