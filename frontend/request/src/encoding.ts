/** Bytes as the protocol writes them (docs/protocol.md section 1). */

export type Bytes = Uint8Array<ArrayBuffer>;

export function fromBinary(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function toBinary(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return binary;
}

/** base64 of the standard alphabet with padding, as DSSE has it; throws on any other form of the same bytes. */
export function fromBase64(text: string): Bytes {
  const bytes = decoded(text);
  const rest = bytes.subarray(bytes.length - (bytes.length % 3 || 3)); // spaces and a lack of padding have another length
  if (text.length !== 4 * Math.ceil(bytes.length / 3) || btoa(toBinary(rest)) !== text.slice(-4)) throw new Error("not_b64");
  return bytes;
}

/** base64url without padding; throws on any other form of the same bytes. */
export function fromB64(text: string): Bytes {
  const bytes = decoded(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (toB64(bytes) !== text) throw new Error("not_b64");
  return bytes;
}

function decoded(text: string): Bytes {
  try {
    return fromBinary(atob(text));
  } catch {
    throw new Error("not_b64");
  }
}

export function toB64(bytes: Uint8Array): string {
  return btoa(toBinary(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** base64 of the standard alphabet with padding. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(toBinary(bytes));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of a text that {@link toHex} made. */
export function fromHex(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export async function sha256Hex(bytes: Bytes): Promise<string> {
  return toHex(await sha256(bytes));
}
