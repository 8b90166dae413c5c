/** Addresses of scripts that run beside a page, for pages with Trusted Types: no text becomes one but those named, letter by letter. */

interface TrustedScriptUrls {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** What makes a worker's address of one of these. A page calls it once: its policy allows one maker. */
export function workerUrls<Address extends string>(addresses: readonly Address[]): (address: Address) => string {
  const only = (url: string): string => {
    if (!addresses.some((address) => address === url)) throw new TypeError("no worker of this page");
    return url;
  };
  const { trustedTypes } = window as unknown as { trustedTypes?: TrustedScriptUrls };
  const policy = trustedTypes?.createPolicy("milton-worker", { createScriptURL: only }) ?? { createScriptURL: only };
  return (address) => policy.createScriptURL(address);
}
