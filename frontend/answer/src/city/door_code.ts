/** The door code of a request (docs/protocol.md section 4): typed, or read from a sheet's QR code. It is told to no server. */
import { sha256Hex, utf8 } from "../../../request/src/encoding";

const PREFIX = "MD";
const CHARS = 16;
const CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/;

/** The 16 characters that somebody means; null where it is no code. */
export function readDoorCode(typed: string): string | null {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "");
  const body = plain.length === CHARS + PREFIX.length && plain.startsWith(PREFIX) ? plain.slice(PREFIX.length) : plain;
  const code = body.replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[\x20-\x7e]*$/.test(typed.trim()) && CODE.test(code) ? code : null;
}

/** What a request that this code opens names. */
export const doorCodeSha256 = (code: string): Promise<string> => sha256Hex(utf8(`milton/door-code/v1\n${code}`));
