// All of the page's Spanish, as a script of its own: who reads another language loads none of it.
import { card } from "./card_es";
import { es } from "./es";
import { rules } from "./rules_es";

export const spanish = { name: "es", sentences: { ...es, ...card }, rules };
