// Makes a message's bytes readable, and says nothing of its own about them.
// What could hide or turn what is read, or that nobody sees.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
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
const shown = (value: string): string => value.replace(UNSEEN, (char) => spelled(char.codePointAt(0) ?? 0));
