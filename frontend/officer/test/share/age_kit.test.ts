/** The age test kit against what opens clips here: age's own header reader, and our chunks that open at any place. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sha256Hex, type Bytes } from "../../../request/src/encoding";
import { importIdentity } from "../../src/share/decryption/key";
import { fileKeyOf } from "../../src/share/decryption/sealed";
import { chunkCount, joined, NONCE_BYTES, Opener, plainBytes } from "../../src/share/decryption/stream";

const KIT = new URL("../../../../tests/protocol/vectors/age/", import.meta.url);
const ENDS_ABOUT = [10, 10];

/** The kit's words for what must come of a file, and ours for how that is refused. */
const REFUSED: Record<string, RegExp> = {
  "no match": /^no_key_fits$/,
  "HMAC failure": /header HMAC/,
  "header failure": /^(?!no_key_fits)./,
  "payload failure": /^(body_size|chunk_broken)$/,
};

interface Kit {
  readonly expect: string;
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly file: Bytes;
}

const at = (bytes: Bytes, wanted: readonly number[], from = 0): number => bytes.findIndex((_, place) => place >= from && wanted.every((each, offset) => bytes[place + offset] === each));

async function kit(name: string): Promise<Kit> {
  const bytes = new Uint8Array(readFileSync(new URL(name, KIT)));
  const end = at(bytes, ENDS_ABOUT);
  const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n").map((line) => line.split(": ", 2) as [string, string]);
  const about = new Map(lines);
  const body = bytes.slice(end + ENDS_ABOUT.length);
  const file = about.get("compressed") === "zlib" ? await inflated(body) : body;
  return { expect: about.get("expect") ?? "", payload: about.get("payload"), identities: lines.flatMap(([key, value]) => (key === "identity" ? [value] : [])), file };
}

async function inflated(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
}

/** A header ends with the line of its MAC; what has none is all header. */
function split(file: Bytes): [Bytes, Bytes] {
  const mac = at(file, [10, 45, 45, 45]); // a line that begins with ---
  const end = mac < 0 ? -1 : at(file, [10], mac + 1);
  return end < 0 ? [file, new Uint8Array()] : [file.slice(0, end + 1), file.slice(end + 1)];
}

/** By each identity in turn, as a person with several keys would. */
async function keyOf(header: Bytes, identities: readonly string[]): Promise<Uint8Array> {
  const part = { header, added: [], bodyUrl: "", bodySha256: "", bodySizeBytes: 0 };
  let last: unknown = new Error("no_key_fits");
  for (const identity of identities) {
    try {
      return await fileKeyOf(part, (await importIdentity(identity)).key);
    } catch (error) {
      last = error;
      if ((error as Error).message !== "no_key_fits") break;
    }
  }
  throw last;
}

async function opened({ file, identities }: Kit): Promise<Bytes> {
  const [header, body] = split(file);
  const key = await keyOf(header, identities);
  const last = chunkCount(plainBytes(body.length)) - 1;
  const opener = await Opener.of(key, body.subarray(0, NONCE_BYTES));
  return joined(await opener.openAll(0, last, body.subarray(NONCE_BYTES)));
}

describe("the age test kit", () => {
  test.each(readdirSync(KIT))("%s", async (name) => {
    const one = await kit(name);
    if (one.expect === "success") {
      expect(await sha256Hex(await opened(one))).toBe(one.payload);
    } else {
      expect(Object.keys(REFUSED)).toContain(one.expect);
      await expect(opened(one)).rejects.toThrow(REFUSED[one.expect] as RegExp);
    }
  });
});

