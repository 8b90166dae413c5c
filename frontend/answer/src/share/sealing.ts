/** What the page and its worker say to each other: read a file, or seal it. */
import type { Recording } from "./recording";

export interface ReadOrder {
  readonly act: "read";
  readonly file: File;
}
export interface SealOrder {
  readonly act: "seal";
  readonly name: "clip" | "manifest";
  readonly plain: Blob;
  /** In hex: what was looked at, and nothing else, is sealed. */
  readonly sha256: string;
  readonly recipients: readonly string[];
  /** The file in this browser's own storage that gets the sealed body. */
  readonly place: string;
}
export interface SealedBody {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly bodySha256: string;
  readonly bodySizeBytes: number;
}
export type Order = ReadOrder | SealOrder;
export type Said =
  | { readonly said: "read"; readonly recording: Recording }
  | { readonly said: "sealing"; readonly doneBytes: number }
  | { readonly said: "sealed"; readonly body: SealedBody }
  | { readonly said: "refused"; readonly rule: string };
