/** The button below a list that brings its next page. */
import { find, get, onClick } from "../page";
import type { Share, ShareList } from "./share_list";

/** `path` answers a page after `?after=` or `&after=`; `next` is where it begins, null at the end. */
export function olderShares(list: ShareList, path: string, next: string | null): void {
  const button = find<HTMLButtonElement>("#older-shares");
  let after = next;
  const say = (): void => {
    button.hidden = after === null;
    find("#older-left").hidden = after === null;
  };
  say();
  onClick(button, async () => {
    const page = await get<{ shares: Share[]; next: string | null }>(`${path}${path.includes("?") ? "&" : "?"}after=${after}`);
    list.put(page.shares);
    after = page.next;
    say();
  });
}
