/** One's shares as this browser keeps them: their printed keys, and what is still to be sent, through closed tabs and cut lines. */
import type { SealedPart } from "./messages";

const NAME = "milton-shares";

/** Of a part, what is sent of it: its sealed body is a file in the browser's own storage. */
export interface KeptPart {
  readonly name: SealedPart["name"];
  readonly place: string;
  readonly sizeBytes: number;
}
export interface KeptShare {
  /** The 26 characters. */
  readonly key: string;
  readonly shareId: string;
  readonly requestId: string;
  readonly caseNumber: string;
  /** In base64. */
  readonly envelope: string;
  readonly parts: readonly KeptPart[];
  readonly state: "sending" | "sent" | "withdrawn";
}

export function keptShares(): readonly KeptShare[] {
  return JSON.parse(localStorage.getItem(NAME) ?? "[]") as readonly KeptShare[];
}

export function keptShare(key: string): KeptShare | undefined {
  return keptShares().find((each) => each.key === key);
}

/** Keep a share, as it is from now on. */
export function keepShare(share: KeptShare): void {
  localStorage.setItem(NAME, JSON.stringify([...keptShares().filter(({ key }) => key !== share.key), share]));
}

/** Keep no share's key in this browser any longer. */
export function forgetShare(key: string): void {
  localStorage.setItem(NAME, JSON.stringify(keptShares().filter((each) => each.key !== key)));
}

export async function sealedBody(place: string): Promise<File> {
  const folder = await navigator.storage.getDirectory();
  return (await folder.getFileHandle(place)).getFile();
}

/** Delete sealed bodies: the hub has them, or nobody is to have them. */
export async function dropBodies({ parts }: Pick<KeptShare, "parts">): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  for (const { place } of parts) await folder.removeEntry(place).catch(() => undefined);
}
