// All of the page's Spanish, as a script of its own: who reads English loads none of it.
import { card } from "./card_es";
import { es } from "./es";
import { rules } from "./rules_es";

export const spanish = { sentences: { ...es, ...card }, rules };
