// What a dashboard keeps of the card, its form in the visual editor, and the few words that are needed before the rest.

export interface CardConfig {
  type: string;
  name?: string;
  hide_when_quiet?: boolean;
  without_details?: boolean;
}

const TYPES: Record<string, string> = { name: "string", hide_when_quiet: "boolean", without_details: "boolean" };

const en = {
  card: "Milton Share",
  description: "Requests by the police that wait for your answer. Only the people who may share see anything on it.",
  name: "Name",
  hide_when_quiet: "Hide it while nothing waits",
  without_details: "Without details",
  without_details_note: "For a screen that others see too: that something waits, and nothing of what, where or which camera.",
  wrong: "Milton Share card: “{field}” must be {type}.",
  not_a_card: "Milton Share card: its configuration is missing.",
  string: "text",
  boolean: "true or false",
  outdated: "This page is older than your Home Assistant. Load it again.",
};
type Words = typeof en;
const es: Words = {
  card: "Milton Share",
  description: "Solicitudes de la policía que esperan su respuesta. Solo las personas que pueden compartir ven algo en ella.",
  name: "Nombre",
  hide_when_quiet: "Ocultarla mientras no haya nada pendiente",
  without_details: "Sin detalles",
  without_details_note: "Para una pantalla que ven otras personas: que hay algo pendiente, y nada de qué, dónde o qué cámara.",
  wrong: "Tarjeta de Milton Share: «{field}» debe ser {type}.",
  not_a_card: "Tarjeta de Milton Share: falta su configuración.",
  string: "texto",
  boolean: "true o false",
  outdated: "Esta página es más antigua que su Home Assistant. Cárguela de nuevo.",
};

/** In the language that Home Assistant's page is in. */
export const early = (): Words => (document.documentElement.lang.startsWith("es") ? es : en);

/** Throw what is wrong with a configuration, in a sentence. */
export function check(config: unknown): asserts config is CardConfig {
  if (typeof config !== "object" || config === null) throw new Error(early().not_a_card);
  for (const [field, type] of Object.entries(TYPES)) {
    const value = (config as Record<string, unknown>)[field];
    if (value !== undefined && typeof value !== type) {
      throw new Error(early().wrong.replace("{field}", field).replace("{type}", early()[type as "string" | "boolean"]));
    }
  }
}

type Field = "name" | "hide_when_quiet" | "without_details";
const SELECTORS: Record<string, object> = { string: { text: {} }, boolean: { boolean: {} } };

/** The form of the visual editor, as Home Assistant's `ha-form` takes it. */
export const form = () => ({
  schema: Object.entries(TYPES).map(([name, type]) => ({ name, selector: SELECTORS[type] })),
  computeLabel: ({ name }: { name: Field }) => early()[name],
  computeHelper: ({ name }: { name: Field }) => (name === "without_details" ? early().without_details_note : undefined),
  assertConfig: check,
});
