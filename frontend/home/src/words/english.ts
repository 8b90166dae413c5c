// All of the page's English, as a script of its own: who reads another language loads none of it.
import { card } from "./card_en";
import { en } from "./en";
import { rules } from "./rules_en";

export const english = { name: "en", sentences: { ...en, ...card }, rules };
