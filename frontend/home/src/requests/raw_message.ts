// Makes a message's bytes readable, and says nothing of its own about them.
import { HIDDEN } from "../../../request/src/fields";

const UNSEEN = new RegExp(HIDDEN, "gu");
const LAID_OUT = "\t\n"; // by the message itself
const BMP = 0xffff;

const text = (base64: string): string => new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));

/** The message with what the officer signed opened in its place; what is no JSON is shown as it is. */
export function readable(bundle: string): string {
  let whole = bundle;
  try {
    whole = text(bundle);
    const message = JSON.parse(whole) as Record<string, unknown>;
    const signed: unknown = JSON.parse(text(String(message["payload"])));
    return shown(JSON.stringify({ ...message, payload: signed }, null, 2));
  } catch {
    return shown(whole);
  }
}

const spelled = (code: number): string => (code > BMP ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`);
const shown = (value: string): string => value.replace(UNSEEN, (char) => (LAID_OUT.includes(char) ? char : spelled(char.codePointAt(0) ?? 0)));
