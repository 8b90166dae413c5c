/** The log that homes follow, and a share's place in it: what is true is found, and each lie is found by its rule. */
import { beforeEach, describe, expect, test } from "vitest";
import followed from "../../../../tests/protocol/vectors/asked/followed.jsonl?raw";
import consistency from "../../../../tests/protocol/vectors/merkle/consistency.jsonl?raw";
import { fromB64, fromBase64, toHex } from "../../../request/src/encoding";
import { checkAnchor, type Anchored, type ShareProofsJson } from "../../src/share/provenance/anchor";
import { checkFollowed, type Followed } from "../../../proof/src/followed";
import { keepLog, knownLog, type KnownLog } from "../../../proof/src/known_log";
import { isContinued } from "../../../proof/src/log";
import { proveRequest } from "../../../proof/src/request";
import { askedLines } from "../../src/share/provenance/request_lines";
import { proveShare, type Proven } from "../../src/share/manifest/verify";

const lines = <T>(text: string): T[] => text.trimEnd().split("\n").map((line) => JSON.parse(line) as T);

interface Told {
  readonly name: string;
  readonly log: string;
  readonly found: string;
  readonly payload: string;
  readonly proofs: ShareProofsJson;
  readonly share: string;
  readonly known: KnownLog | null;
  readonly now: string;
}
const told = lines<Told>(followed);
const named = (name: string): Told => told.find((each) => each.name === name)!;

async function judge(of: Told): Promise<{ followed: Followed; anchored: Anchored; said: string[] }> {
  const [payload, now] = [fromB64(of.payload), new Date(of.now)];
  const request = await proveRequest(of.proofs, payload, () => new Date(0), now);
  const log = await checkFollowed(of.proofs.followed, request, of.proofs.root_public_key, of.known, now);
  const share = await proveShare({ envelope: fromBase64(of.share), request: payload, added: [] }, (name) => name);
  const anchored = await checkAnchor(of.proofs.anchor, share, request, log, now);
  const shown = askedLines({ state: "proven", proven: request, followed: log, anchored, home: null }, { share } as Proven, "America/New_York");
  return { followed: log, anchored, said: shown.map(({ mark, name, text }) => `${mark} ${name}: ${text}`) };
}

const isKnownRule = ({ log }: Told): boolean => log !== "followed" && log !== "earlier";

test.each(told.filter((each) => !isKnownRule(each)))("$name: the request's log is $log, the share $found", async (each) => {
  const { followed: log, anchored } = await judge(each);
  expect(log.requestIn).toBe(each.log);
  expect(anchored.state === "refused" ? anchored.rule : anchored.state).toBe(each.found);
});

test.each(told.filter(isKnownRule))("$name is found: $log", async (each) => {
  await expect(judge(each)).rejects.toThrow(each.log);
});

test("what is found is said, and nothing else is good", async () => {
  const of = async (name: string, about: string): Promise<string[]> => (await judge(named(name))).said.filter((line) => line.includes(about));
  expect(await of("a share whose day is sealed", "The public log has this share")).toEqual([
    expect.stringMatching(/^ok The public log has this share: The hub says that it arrived on .* under 2026-11-20 \(UTC\), entry 2\.$/),
  ]);
  expect(await of("a share of today", "not in the public log yet")).toEqual([expect.stringMatching(/^warn .*Check again tomorrow\./)]);
  expect(await of("a swapped share, sealed in a later day", "later day")).toEqual([expect.stringMatching(/^warn .*arrived on .* under 2026-11-21, a later day\. Ask the owner/)]);
  expect(await of("a swapped share", "may not be the share")).toEqual([expect.stringMatching(/^no .*\(receipt_of_another_share\)$/)]);
  expect(await of("a log that was replaced", "earlier public log")).toEqual([expect.stringMatching(/^warn .*names another log/)]);
  expect(await of("a log key that the browser knows, replaced", "replaced its log key")).toHaveLength(1);
  expect(await of("a log that the browser knows", "replaced its log key")).toEqual([]);
  expect(await of("a share sealed in a log that was replaced", "This share may be in an earlier")).toHaveLength(1);
});

test("no bit of what shows a share's place can be another", async () => {
  const sealed = named("a share whose day is sealed");
  const { day } = sealed.proofs.anchor!;
  for (const bent of [
    { content: btoa(atob(day!.content).replace("abab", "abac")) },
    { digests: day!.digests.slice(43) },
    { index: day!.index - 1 },
    { index: -1 },
    { hashes: [...day!.hashes, ...day!.hashes] },
    { hashes: [] },
  ]) {
    const { anchored } = await judge({ ...sealed, proofs: { ...sealed.proofs, anchor: { ...sealed.proofs.anchor!, day: { ...day!, ...bent } } } });
    expect(anchored.state, JSON.stringify(Object.keys(bent))).toBe("refused");
  }
});

interface Consistency {
  readonly desc: string;
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

test.each(lines<Consistency>(consistency))("a tree continues another or doesn't: $desc, $size1 to $size2", async (each) => {
  const tree = (size: number, root: string) => ({ size, rootSha256: toHex(fromBase64(root)) });
  if (each.size1 > each.size2) return; // either may be the older one here
  const is = await isContinued(tree(each.size1, each.root1), tree(each.size2, each.root2), (each.proof ?? []).map(fromBase64)).catch(() => false);
  expect(is).toBe(!each.wantErr);
});

describe("what this browser knows of the log", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    Object.assign(globalThis, { localStorage: { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) } });
  });

  test("grows, and another tab's older view takes nothing from it", async () => {
    expect(knownLog()).toBeNull();
    const { known } = (await judge(named("a share whose day is sealed"))).followed;
    keepLog(known);
    expect(knownLog()).toEqual(known);
    keepLog({ ...known, size: known.size - 1 });
    expect(knownLog()).toEqual(known);
    keepLog({ ...known, serial: known.serial + 1, size: 1, key: "cd".repeat(32), isReplacement: true });
    expect(knownLog()).toMatchObject({ size: 1, isReplacement: true });
  });

  test("is nothing where what was kept can't be read", () => {
    for (const found of ["{", "null", "{}", '{"size":1,"serial":1}']) {
      kept.set("milton-log", found);
      expect(knownLog()).toBeNull();
    }
  });
});
