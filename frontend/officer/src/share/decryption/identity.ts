/** The officer's age identity, from a file or pasted text; it never leaves the page and isn't stored. */
import { identityToRecipient } from "age-encryption";

export interface Identity {
  readonly secret: string;
  readonly recipient: string;
}

const IDENTITY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m;

/** The first identity in the text of an age key file. Throws `no_identity` when there is none. */
export async function readIdentity(text: string): Promise<Identity> {
  const secret = IDENTITY.exec(text.replaceAll("\r", ""))?.[0];
  if (secret === undefined) throw new Error("This is no opening key: a line that begins with AGE-SECRET-KEY-1 is missing.");
  return { secret, recipient: await identityToRecipient(secret) };
}

/** What the key file says, in the form of age's own `age-keygen`. */
export function identityFile(identity: Identity, name: string): string {
  return `# Milton Share, opening key of ${name}\n# public key: ${identity.recipient}\n${identity.secret}\n`;
}
