/** The scripts that run beside a page: no text becomes a script's address but these, letter by letter. */

interface TrustedScriptUrls {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const ADDRESSES = ["/workers/clips.js", "/workers/checker.js"] as const;
type Address = (typeof ADDRESSES)[number];

function only(url: string): string {
  if (!ADDRESSES.some((address) => address === url)) throw new TypeError("no worker of this page");
  return url;
}

const { trustedTypes } = window as unknown as { trustedTypes?: TrustedScriptUrls };
const policy = trustedTypes?.createPolicy("milton-worker", { createScriptURL: only }) ?? { createScriptURL: only };

/** The address of a worker, in the form that a page with Trusted Types takes. */
export function workerUrl(address: Address): string {
  return policy.createScriptURL(address);
}
