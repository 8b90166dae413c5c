// Makes a message's bytes readable, and says nothing of its own about them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu; // could hide or turn what is read

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

const shown = (value: string): string => value.replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
