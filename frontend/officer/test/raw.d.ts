/** A file of the repository as text. */
declare module "*?raw" {
  const text: string;
  export default text;
}

/** Of Node.js, where tests run: what reads files that are no text. */
declare module "node:fs" {
  export function readdirSync(folder: URL): string[];
  export function readFileSync(path: URL): Uint8Array<ArrayBuffer>;
}
