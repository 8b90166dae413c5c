/** What went wrong with a key, for a person: browsers say it each in words of their own, and some by a name alone. */
const WORDS: Readonly<Record<string, string>> = {
  NotAllowedError: "No key answered: it was cancelled or took too long, or this device has no key for this page. Press once more.",
  InvalidStateError: "This key is registered here already. Use another one.",
  SecurityError: "This browser uses no passkeys on this address.",
  NotSupportedError: "This key can’t be used here: it lacks what the page asks for. Use another one.",
};

/** `ask` for a key; throws words for a person. */
export async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (typeof PublicKeyCredential === "undefined") throw new Error("This browser has no passkeys here. Use a newer one, or let it have them.");
  const credential = await ask().catch((error: unknown) => {
    const words = error instanceof DOMException ? WORDS[error.name] : undefined;
    throw words === undefined ? error : new Error(words);
  });
  if (credential === null) throw new Error(WORDS["NotAllowedError"]);
  return credential as PublicKeyCredential;
}
