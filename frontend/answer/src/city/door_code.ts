/** The door code of a request (docs/protocol.md section 4): typed, or read from a sheet's QR code. No server is told. */
import { sha256Hex, utf8 } from "../../../request/src/encoding";
import { readKey } from "../../../residents/src/key";

const CHARS = 16;
const WRITTEN = /^[0-9A-Za-z -]*$/;

/** The 16 characters that somebody means; null for anything but a code. */
export function readDoorCode(typed: string): string | null {
  return WRITTEN.test(typed.trim()) ? readKey(typed, "MD", CHARS) : null;
}

/** What a request that this code opens names. */
export const doorCodeSha256 = (code: string): Promise<string> => sha256Hex(utf8(`milton/door-code/v1\n${code}`));
