/** A share's short name, the same as on the hub; people who can't see the share learn no more of its id. */
const NAMED_BY_CHARS = 8;

export const shortName = (shareId: string): string => shareId.slice(0, NAMED_BY_CHARS);

/** "Share 1a2b3c4d". */
export const shareName = (shareId: string): string => `Share ${shortName(shareId)}`;
