/**
 * What shares that were opened in this browser are called, for lists: their camera and their time. It is kept in the
 * service worker's memory alone, as long as an opening key is, and reaches no server.
 */
import { askRunning } from "./clip_server";
import type { Manifest } from "./manifest";
import type { ShareName } from "./messages";
import { pageData } from "../page";

const { person } = pageData<{ person: string | null }>();

export async function keepName(shareId: string, { cameraLabel, ranges }: Manifest): Promise<void> {
  const name = { camera: cameraLabel, fromMs: ranges[0]!.from.getTime(), untilMs: ranges.at(-1)!.until.getTime() };
  await askRunning({ ask: "name", shareId, name, person });
}

/** Of a share that is not this person's to see any more. */
export async function forgetName(shareId: string): Promise<void> {
  await askRunning({ ask: "name", shareId, name: null, person });
}

/** By the shares' ids; none where no share was opened in this session. */
export async function keptNames(): Promise<ReadonlyMap<string, ShareName>> {
  return (await askRunning<ReadonlyMap<string, ShareName>>({ ask: "names", person })) ?? new Map();
}
