/** A sheet that is printed to be handed out: it has one button. */
import { find } from "../page";

find("#print").addEventListener("click", () => print());
