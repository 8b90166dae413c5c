/** ECDSA signatures: WebCrypto gives r ‖ s, WebAuthn wants DER. */
import { concat } from "./cbor";

function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const value = bytes.slice(start);
  const padded = (value[0] as number) & 0x80 ? concat(new Uint8Array([0]), value) : value;
  return concat(new Uint8Array([2, padded.length]), padded);
}

/** `raw` is 64 bytes, r ‖ s of P-256. */
export function derSignature(raw: Uint8Array): Uint8Array {
  const body = concat(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  return concat(new Uint8Array([0x30, body.length]), body);
}
