/** The published vectors of RFC 8785, fractions apart, which no message has. */
import { expect, test } from "vitest";
import { canonical, decode, type Json } from "../../request/src/canonical";
import { utf8 } from "../../request/src/encoding";
import arrays from "../../../tests/protocol/vectors/rfc8785/input/arrays.json?raw";
import french from "../../../tests/protocol/vectors/rfc8785/input/french.json?raw";
import structures from "../../../tests/protocol/vectors/rfc8785/input/structures.json?raw";
import unicode from "../../../tests/protocol/vectors/rfc8785/input/unicode.json?raw";
import weird from "../../../tests/protocol/vectors/rfc8785/input/weird.json?raw";
import fractions from "../../../tests/protocol/vectors/rfc8785/input/values.json?raw";
import arraysMade from "../../../tests/protocol/vectors/rfc8785/output/arrays.json?raw";
import frenchMade from "../../../tests/protocol/vectors/rfc8785/output/french.json?raw";
import structuresMade from "../../../tests/protocol/vectors/rfc8785/output/structures.json?raw";
import unicodeMade from "../../../tests/protocol/vectors/rfc8785/output/unicode.json?raw";
import weirdMade from "../../../tests/protocol/vectors/rfc8785/output/weird.json?raw";
import fractionsMade from "../../../tests/protocol/vectors/rfc8785/output/values.json?raw";

test.each([
  ["arrays", arrays, arraysMade],
  ["french", french, frenchMade],
  ["structures", structures, structuresMade],
  ["unicode", unicode, unicodeMade],
  ["weird", weird, weirdMade],
])("%s are written and read", (_name, input, made) => {
  const value = JSON.parse(input) as Json;
  expect(canonical(value)).toBe(made);
  expect(decode(utf8(made))).toEqual(value);
  expect(() => decode(utf8(input))).toThrow("not_canonical");
});

test("fractions are neither written nor read", () => {
  expect(() => canonical(JSON.parse(fractions) as Json)).toThrow("not_an_integer");
  expect(() => decode(utf8(fractionsMade))).toThrow("not_an_integer");
});
