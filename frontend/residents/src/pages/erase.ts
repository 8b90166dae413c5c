/** Erase the account: what the city signs about it can be saved, and the key is forgotten here. */
import { element, find } from "../../../officer/src/page";
import { fromBase64 } from "../../../request/src/encoding";
import { call, onPress } from "../api";
import { forget } from "../kept";

const FILE_NAME = "milton-erasure.json";

onPress(find<HTMLButtonElement>("#erase"), async () => {
  const { erasure } = await call<{ readonly erasure: string }>("DELETE", "/api/account");
  forget();
  const saved = element("a");
  saved.href = URL.createObjectURL(new Blob([fromBase64(erasure)], { type: "application/json" }));
  saved.download = FILE_NAME;
  find("#save").addEventListener("click", () => saved.click());
  [find("#before").hidden, find("#erased").hidden] = [true, false];
  find("#erased h1").focus();
});
