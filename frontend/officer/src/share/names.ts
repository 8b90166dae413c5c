/**
 * Names of shares opened in this browser, for lists: camera and time. Kept only in the service worker's memory, as
 * long as the decryption key is; no server gets them.
 */
import { askRunning } from "./clip/server";
import type { Manifest } from "./manifest/manifest";
import type { ShareName } from "./clip/messages";
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
