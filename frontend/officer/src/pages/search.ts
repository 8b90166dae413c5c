/** Search: its box by a key, and the searches that a person keeps. */
import { shortcut } from "../keys";
import { find, letGo, onClick, pageData, post, sentence, typed } from "../page";

const data = pageData<{ query: string; kind: string | null; narrowed: string }>();
const filterId = crypto.randomUUID().replaceAll("-", ""); // of this page: pressed twice, it is kept once

shortcut("/", "To the search box", () => find("#q").focus());
find("#keep-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const query = typed({ value: data.query });
  const name = typed(find<HTMLInputElement>("#keep-name")) || query;
  try {
    await post("/api/filters", { filter_id: filterId, name, query, kind: data.kind, narrowed: data.narrowed });
    location.reload();
  } catch (error) {
    find("#problem").textContent = sentence(error);
  }
});
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-forget]")) {
  onClick(button, async () => {
    await letGo("/api/filters/end", { filter_id: button.dataset["forget"] });
    location.reload();
  });
}
