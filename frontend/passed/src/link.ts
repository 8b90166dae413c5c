/** A link: its id, which the hub knows by its digest, and the age identity that opens what it leads to. */

export interface Link {
  readonly id: string;
  readonly secret: string;
}

const FRAGMENT = /^#([0-9a-f]{32})[.](AGE-SECRET-KEY-1[0-9A-Z]{58})$/;

/** What is in an address's fragment, which no server sees; null where it is no whole link. */
export function readLink(fragment: string): Link | null {
  const [, id, secret] = FRAGMENT.exec(fragment) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** The address of a link; `home` is the residents' address of the hub. */
export function linkAddress(home: string, { id, secret }: Link): string {
  return `${home.replace(/\/$/, "")}/passed/#${id}.${secret}`;
}
