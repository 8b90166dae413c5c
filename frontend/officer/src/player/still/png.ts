/** Embeds a text in a PNG (its specification, section 11.3.3.4: iTXt) without touching the pixels. */
import { utf8, type Bytes } from "../../../../request/src/encoding";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const AFTER_HEADER = 33; // signature, and the one chunk that must come first

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The picture with a text under a keyword (1 to 79 Latin letters). Throws where it is no PNG. */
export function withText(png: Bytes, keyword: string, text: string): Bytes {
  if (png.length < AFTER_HEADER || SIGNATURE.some((byte, at) => png[at] !== byte)) throw new Error("no_png");
  const content = utf8(`iTXt${keyword}\0\0\0\0\0${text}`); // not compressed, no language, no translated keyword
  const chunk = new Uint8Array(content.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(content.length + 4, crc32(content));
  const whole = new Uint8Array(png.length + chunk.length);
  whole.set(png.subarray(0, AFTER_HEADER));
  whole.set(chunk, AFTER_HEADER);
  whole.set(png.subarray(AFTER_HEADER), AFTER_HEADER + chunk.length);
  return whole;
}
