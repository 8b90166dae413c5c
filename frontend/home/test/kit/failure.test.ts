import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { failure } from "../../src/kit/failure";
import { loadWords, Words } from "../../src/words/words";
import { en } from "../../src/words/en";
import { es } from "../../src/words/es";
import { rules } from "../../src/words/rules_en";

await Promise.all([loadWords("en"), loadWords("es")]);

const PRIVATE = "camera.driveway at 12 Oak Lane";
const THROWN: readonly unknown[] = [
  new TypeError(`can't read ${PRIVATE}`),
  new Error(PRIVATE),
  { code: "unknown_error", message: PRIVATE },
  { code: "invalid_format", message: `extra keys not allowed @ data['${PRIVATE}']` },
  PRIVATE,
  undefined,
  null,
  7,
];
const LOST: readonly unknown[] = [3, { code: 3, message: "Connection lost" }, { type: "result", success: false, error: { code: 3, message: "Connection lost" } }];

describe("what did not work", () => {
  const told: string[] = [];
  beforeEach(() => void vi.spyOn(console, "warn").mockImplementation((...all: unknown[]) => void told.push(all.join(" "))));
  afterEach(() => {
    vi.restoreAllMocks();
    told.length = 0;
  });

  test("is said by the rule that it broke, where that has words", () => {
    expect(failure(new Words("en"), { code: "folder_gone", message: "There is none." }, "failed_folder")).toBe(rules.folder_gone);
    expect(told).toEqual([]);
  });

  test("is else said as what failed and what to do, in the reader's language, whatever was thrown", () => {
    for (const error of THROWN) {
      expect(failure(new Words("en"), error, "failed_search")).toBe(`${en.failed_search} ${en.failed_again}`);
      expect(failure(new Words("es"), error, "failed_search")).toBe(`${es.failed_search} ${es.failed_again}`);
    }
  });

  test("because the line to Home Assistant broke is said as that, in each form in which it is thrown", () => {
    for (const error of LOST) expect(failure(new Words("es"), error, "failed_answer")).toBe(`${es.failed_answer} ${es.failed_away}`);
  });

  test("leaves its kind in the console and nothing of the home", () => {
    for (const error of THROWN) failure(new Words("en"), error);
    expect(told).toHaveLength(THROWN.length);
    expect(told[0]).toContain("TypeError");
    expect(told.filter((line) => /driveway|Oak|extra keys/.test(line))).toEqual([]);
  });
});
