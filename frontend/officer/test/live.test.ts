/** A page that asks by itself, before a hub that is played here: what it may not read for now it asks for again. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const streams: EventTarget[] = [];
class Stream extends EventTarget {
  readyState = 1;
  constructor() {
    super();
    streams.push(this);
  }
  close(): void {
    this.readyState = 2;
  }
}

let answers: Response[] = [];
let state: Record<string, string> = {};
const lost = { hidden: true, textContent: "" };

function refused(status: number): Response {
  return new Response(JSON.stringify({ error: "rule", message: "Words." }), { status });
}

beforeEach(() => {
  vi.useFakeTimers();
  [streams.length, answers, state] = [0, [], {}];
  const parts: Record<string, object> = { "#page-data": { textContent: "null" }, "#lost": lost };
  vi.stubGlobal("document", { querySelector: (selector: string) => parts[selector] ?? null, body: { dataset: state } });
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("fetch", vi.fn(async () => answers.shift() ?? refused(500)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("who reads too much for now, or asks a hub in trouble, is told later of all that came meanwhile", async () => {
  const { live } = await import("../src/case/live");
  const { getUnattended } = await import("../src/page");
  const caughtUp: unknown[] = [];
  answers = [refused(429), refused(503), Response.json({ at: 7 })];
  const stop = live("/cases/1/events", async () => void caughtUp.push(await getUnattended("/api/cases/1/changes?after=0")));
  streams[0]!.dispatchEvent(new Event("ready"));
  await vi.advanceTimersByTimeAsync(14_000);
  expect([state["live"], caughtUp]).toEqual(["no", []]);
  await vi.advanceTimersByTimeAsync(15_000);
  expect([state["live"], caughtUp]).toEqual(["no", []]);
  await vi.advanceTimersByTimeAsync(15_000);
  expect([state["live"], caughtUp]).toEqual(["yes", [{ at: 7 }]]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(3);
  stop();
});

test("who may read it no more asks no more, nor does a page that hears no more", async () => {
  const { live } = await import("../src/case/live");
  const { getUnattended } = await import("../src/page");
  answers = [refused(403)];
  live("/cases/1/events", () => getUnattended("/api/cases/1/changes?after=0"));
  streams[0]!.dispatchEvent(new Event("ready"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([state["live"], vi.mocked(fetch).mock.calls.length]).toEqual(["ended", 1]);
  answers = [refused(429)];
  const stop = live("/cases/1/events", () => getUnattended("/api/cases/1/changes?after=0"));
  streams[1]!.dispatchEvent(new Event("ready"));
  await vi.advanceTimersByTimeAsync(1_000);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test("a page that lost the hub says that it may be old, and takes it back when the hub is there again", async () => {
  const { live } = await import("../src/case/live");
  const stop = live("/cases/1/events", async () => undefined);
  streams[0]!.dispatchEvent(new Event("error"));
  expect([lost.hidden, lost.textContent]).toEqual([false, "The hub does not answer. Trying again; what is shown may be old."]);
  streams[0]!.dispatchEvent(new Event("ready"));
  await vi.advanceTimersByTimeAsync(0);
  expect(lost.hidden).toBe(true);
  stop();
});
