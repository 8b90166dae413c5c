/** The city's public messages as its residents' server passes them on (docs/protocol.md section 14), believed in nothing. */
import { askJson } from "../asking";
import { fromBase64, type Bytes } from "../../../request/src/encoding";

const PAGES_MAX = 100; // a city of 2,000 open requests of 64 KiB has fewer

export interface Papers {
  /** In b64, as the proofs of a request have it. */
  readonly rootPublicKey: string;
  /** Messages by their topics, without the agency. */
  readonly topics: ReadonlyMap<string, Bytes>;
}
interface FeedPage {
  readonly next: number;
  readonly more: boolean;
  readonly messages: readonly { readonly topic: string; readonly payload: string | null }[];
}

/** Read all of them; nothing in what is asked tells what is looked for. */
export async function readPapers(): Promise<Papers> {
  const city = await askJson<{ readonly root_public_key: string }>("/api/city");
  const topics = new Map<string, Bytes>();
  for (let [after, pages, more] = [0, 0, true]; more; pages += 1) {
    if (pages === PAGES_MAX) throw new Error("feed_too_long");
    const page = await askJson<FeedPage>(`/api/feed?after=${after}`);
    for (const { topic, payload } of page.messages) {
      const name = topic.split("/").slice(3).join("/");
      if (payload === null) topics.delete(name);
      else topics.set(name, fromBase64(payload));
    }
    [after, more] = [page.next, page.more];
  }
  return { rootPublicKey: city.root_public_key, topics };
}
