/** Sends a sealed share by a ticket of one use (docs/protocol.md sections 10 and 14). A cut line goes on where it was cut. */
import { DetailedError, Upload } from "tus-js-client";
import { fromBase64 } from "../../../request/src/encoding";
import { askJson, JSON_BODY } from "../asking";
import { sealedBody, type KeptShare } from "./kept";
import { SHARE_KEY_HEADER, shareKeyHeader, shareKeys } from "./messages";

const PIECE_BYTES = 8 * 2 ** 20; // the hub takes 16 MiB at most
const RETRY_AFTER_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]; // after each, the page's button goes on
const UNAUTHORIZED = 401;
const TICKETS_MAX = 3;

type Told = (sentBytes: number, allBytes: number) => void;

/** The bearer by which the share was announced, and where its bodies go. */
async function announce(homeUrl: string, envelope: Uint8Array<ArrayBuffer>): Promise<{ readonly bearer: string; readonly uploads: Readonly<Record<string, string>> }> {
  const { ticket } = await askJson<{ readonly ticket: string }>("/api/tickets", { method: "POST", body: "{}", headers: JSON_BODY });
  const bearer = `Bearer ${ticket}`;
  const sent = { method: "POST", body: envelope, headers: { Authorization: bearer, ...JSON_BODY } };
  const { uploads } = await askJson<{ readonly uploads: Readonly<Record<string, string>> }>(`${homeUrl}/v1/shares`, sent);
  return { bearer, uploads };
}

const statusOf = (error: Error | DetailedError): number => ("originalResponse" in error ? (error.originalResponse?.getStatus() ?? 0) : 0);

function upload(body: Blob, uploadUrl: string, headers: Readonly<Record<string, string>>, told: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    new Upload(body, {
      uploadUrl,
      headers: { ...headers },
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_AFTER_MS,
      storeFingerprintForResuming: false,
      onProgress: told,
      onShouldRetry: (error) => ![UNAUTHORIZED, 404, 410, 413].includes(statusOf(error)),
      onSuccess: () => resolve(),
      onError: (error) => reject(statusOf(error) === UNAUTHORIZED ? new Error("ticket_unknown") : new Error("no_answer")),
    }).start();
  });
}

/** Send all of a share that the hub has not yet. Throws the rule by which it takes it no more, or `no_answer`. */
export async function send(homeUrl: string, share: KeptShare, told: Told): Promise<void> {
  const allBytes = share.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const key = shareKeyHeader(await shareKeys(share.key));
  for (let tickets = 1; ; tickets += 1) {
    const { bearer, uploads } = await announce(homeUrl, fromBase64(share.envelope));
    try {
      let before = 0;
      for (const { name, place, sizeBytes } of share.parts) {
        const headers = { Authorization: bearer, [SHARE_KEY_HEADER]: key };
        await upload(await sealedBody(place), `${homeUrl}${uploads[name]}`, headers, (bytes) => told(before + bytes, allBytes));
        before += sizeBytes;
      }
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== "ticket_unknown" || tickets === TICKETS_MAX) throw error;
    }
  }
}
