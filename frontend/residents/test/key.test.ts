/** The printed key: how it is written, and how people type it. */
import { expect, test } from "vitest";
import { crockford, keyDigest, newAccount, readKey, shownKey } from "../src/key";

test("128 bits are 26 characters, first bit first", () => {
  expect(crockford(new Uint8Array(16))).toBe("0".repeat(26));
  expect(crockford(new Uint8Array(16).fill(255))).toBe(`${"Z".repeat(25)}W`);
  expect(crockford(Uint8Array.from({ length: 16 }, (_, at) => at * 17))).toBe("008J4CT4ANK7F24SNAXWSQFEZW");
});

test("a key is read as people type it, and nothing else is one", () => {
  const { id, key } = newAccount();
  expect([id, key]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/)]);
  expect(shownKey(key)).toMatch(/^MK(-[0-9A-Z]{5}){5}-[0-9A-Z]$/);
  for (const typed of [key, shownKey(key), ` ${shownKey(key).toLowerCase().replaceAll("-", " ")}\n`]) expect(readKey(typed)).toBe(key);
  expect(readKey("OIL".padEnd(26, "0"))).toBe("011".padEnd(26, "0"));
  expect(readKey(`MK${"0".repeat(24)}`)).toBe(`MK${"0".repeat(24)}`); // a key may begin so
  for (const typed of ["", key.slice(1), `${key}0`, `U${key.slice(1)}`]) expect(readKey(typed)).toBeNull();
});

test("no two accounts have one key, and the digest is that of its characters", async () => {
  expect(newAccount().key).not.toBe(newAccount().key);
  expect(await keyDigest("0".repeat(26))).toBe("575b83480d348cd3168ffbb874e26156b7d94842cd6c667dba6867976e62d38d");
});
