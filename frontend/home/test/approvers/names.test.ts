// What a list of people says of who is who.
import { expect, test } from "vitest";
import { called } from "../../src/approvers/names";

test("two people of one name are told apart by their logins", () => {
  const named = (login: string | null) => called({ user_id: "u", name: "Anna", login });
  expect([named("anna"), named("anna2"), named(null)]).toEqual(["Anna (anna)", "Anna (anna2)", "Anna"]);
});
