/** The page's side of the worker that reads and seals: one order at a time, and how far it is. */
import { workerUrls } from "../../../officer/src/worker_urls";
import type { Recording } from "./recording";
import type { Order, Said, SealedBody, SealOrder } from "./sealing";

const ADDRESS = "/requests/sealer.js";
const workerUrl = workerUrls([ADDRESS]);

function order<T>(given: Order, done: (said: Said) => T | undefined): Promise<T> {
  const worker = new Worker(workerUrl(ADDRESS));
  return new Promise<T>((resolve, reject) => {
    worker.onerror = () => reject(new Error("sealer_failed"));
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.said === "refused") reject(new Error(data.rule));
      const found = done(data);
      if (found !== undefined) resolve(found);
    };
    worker.postMessage(given);
  }).finally(() => worker.terminate());
}

/** What is in a file. Throws the rule by which it can't be sent. */
export const readFile = (file: File): Promise<Recording> => order({ act: "read", file }, (said) => (said.said === "read" ? said.recording : undefined));

/** Seal into the browser's own storage; tells how many plain bytes are done. */
export const seal = (wanted: Omit<SealOrder, "act">, told: (doneBytes: number) => void = () => undefined): Promise<SealedBody> =>
  order({ act: "seal", ...wanted }, (said) => {
    if (said.said === "sealing") told(said.doneBytes);
    return said.said === "sealed" ? said.body : undefined;
  });
