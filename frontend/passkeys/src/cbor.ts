/** The little CBOR (RFC 8949) that an attestation object needs. */
import { utf8, type Bytes } from "../../request/src/encoding";

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function head(major: number, value: number): Uint8Array {
  if (value < 24) return new Uint8Array([(major << 5) | value]);
  if (value < 0x100) return new Uint8Array([(major << 5) | 24, value]);
  return new Uint8Array([(major << 5) | 25, value >> 8, value & 0xff]);
}

export function positive(value: number): Uint8Array {
  return head(0, value);
}

export function negative(value: number): Uint8Array {
  return head(1, -1 - value);
}

export function byteString(bytes: Uint8Array): Uint8Array {
  return concat(head(2, bytes.length), bytes);
}

export function textString(text: string): Uint8Array {
  const bytes = utf8(text);
  return concat(head(3, bytes.length), bytes);
}

/** A map whose entries are already in canonical order. */
export function map(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  return concat(head(5, entries.length), ...entries.flat());
}
