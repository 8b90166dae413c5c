/** What was checked, in Spanish: a sentence for each line, by its name, and the words of its buttons. The values behind a line stay as they are. */
import type { ButtonWords } from "../../officer/src/share/provenance/lines";

const BY_NAME: Record<string, string> = {
  "Not verified yet": "Todavía no está comprobado: se está leyendo entero. Hasta entonces nada dice que sea lo que aprobó el propietario.",
  "The bytes are those that the owner approved": "Los datos son los que aprobó el propietario.",
  "You see the home’s transcode": "Usted ve una copia convertida en la casa; la prueba es el vídeo.",
  "Flagged by the owner": "El propietario dijo que se ve a un menor o algo íntimo.",
  "Answers this request": "Responde a esta solicitud, y se selló para quienes ella nombra.",
  "Manifest signed by the share’s own key": "Lo que la casa dice del vídeo está firmado con la clave propia de este envío.",
  "The home’s signature is not checked here": "La firma de la casa no se comprueba aquí.",
  Range: "De cuándo a cuándo es el vídeo, en su hora y en UTC.",
  Clock: "Cuánto se apartaba el reloj de la cámara, y con qué margen se sabe.",
  "Nothing vouches for the times": "Nada garantiza estas horas: pueden estar mal por una hora o más.",
  "No gap": "No falta nada en medio.",
  "One gap": "En medio hay un hueco: entonces no se grabó nada.",
  "One part of the picture is hidden": "El propietario ocultó una parte de la imagen.",
  "One recorded file at home": "En casa hay una grabación de la que se cortó; su huella permite reconocerla.",
  "A test card of an exercise": "Es una tarjeta de prueba de un simulacro: no contiene nada grabado.",
  "Made by": "Los programas con los que se hizo, según la casa.",
  "Nothing before the recorder is proven": "Nada está probado de antes de la grabadora: la cámara no firma sus imágenes.",
  "Originals not kept": "El propietario no guarda las grabaciones originales.",
  "Originals kept by the owner": "El propietario guarda las grabaciones originales.",
  "What else is in the file is not known": "No se sabe qué más hay en el archivo.",
  "More is in the file than a home puts there": "En el archivo hay más de lo que pone una casa.",
  Stripped: "No hay en él lugares, números de serie, nombres ni fechas.",
  "A check failed": "Una comprobación falló, así que el vídeo no se muestra.",
  "The camera": "La cámara no firma sus imágenes. Su nombre y su lugar son palabra del propietario.",
  "The clock": "Lo midió la casa, y nadie más.",
  "The cut": "Que el corte es fiel solo puede compararlo un perito con los originales.",
  "What is hidden": "Lo oculto no está en el archivo; los originales lo tienen.",
  "The originals": "Que se guarden es promesa del propietario.",
  "Which home it is": "El propietario no dio ningún nombre.",
  "Who asked": "Esta página recibe la solicitud sin sus firmas.",
  "The home’s software": "Sus nombres y versiones son palabra de la casa.",
  "This page": "Sus programas vinieron del servidor. Guardados, el vídeo y lo que se dice de él se comprueban sin ella.",
};
const BY_FORM: readonly (readonly [RegExp, string])[] = [
  [/^Range (\d+) of (\d+)$/, "Parte $1 de $2: de cuándo a cuándo, en su hora y en UTC."],
  [/^(\d+) gaps$/, "En medio hay $1 huecos: entonces no se grabó nada."],
  [/^(\d+) parts of the picture are hidden$/, "El propietario ocultó $1 partes de la imagen."],
  [/^(\d+) frames re-encoded at home$/, "$1 imágenes se codificaron de nuevo en la casa."],
  [/^(\d+) frames copied as recorded$/, "$1 imágenes se copiaron tal como se grabaron."],
  [/^(\d+) recorded files at home$/, "En casa hay $1 grabaciones de las que se cortó; sus huellas permiten reconocerlas."],
];

/** Words in Spanish, told as that to who reads them aloud. */
export function spanish(text: string): HTMLSpanElement {
  return Object.assign(document.createElement("span"), { lang: "es", textContent: text });
}

/** One piece: a button sets what is beside each other in it apart. */
const both = (english: string, other: string) => (): readonly Node[] => {
  const piece = document.createElement("span");
  piece.append(`${english} · `, spanish(other));
  return [piece];
};

export const IN_BOTH: ButtonWords = { details: both("Details", "Detalles"), copy: both("Copy", "Copiar"), copied: both("Copied", "Copiado") };

/** "mar, 1 dic 2026, 18:59 EST": until when a link opens. */
export function dateInSpanish(time: Date, timeZone: string): string {
  const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  const clock = { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" } as const;
  return new Intl.DateTimeFormat("es-US", { timeZone, ...day, ...clock }).format(time);
}

/** A line's sentence; null of one that has none. */
export function inSpanish(name: string): string | null {
  const form = BY_FORM.find(([each]) => each.test(name));
  return BY_NAME[name] ?? (form === undefined ? null : name.replace(...form));
}

/** Say each line of a list in Spanish, too. */
export function addSpanish(list: HTMLElement): void {
  for (const words of list.querySelectorAll<HTMLElement>("li b")) {
    const said = inSpanish(words.textContent ?? "");
    if (said === null) continue;
    words.nextElementSibling?.after(spanish(said));
  }
}
