// What axe-core doesn't say of the page as it is shown: sideways scroll, targets under a finger's size (axe asks for 24 px),
// text that is faint where axe leaves it open, under what is stuck to an edge or above a picture, and buttons that don't say
// what happens.
(place) => {
  const whole = place ?? document.querySelector("milton-share-panel").shadowRoot;
  const root = whole.querySelector("dialog:modal") ?? whole; // what is behind a question can't be pressed
  const all = (selector) => [...root.querySelectorAll(selector)];
  const said = (element) => element.outerHTML.slice(0, 120);
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;

  // A target is its label's box, or what a finger hits 21 px above and below its middle.
  const hits = (element) => {
    element.scrollIntoView({ block: "center" });
    const { left, top, width, height } = element.getBoundingClientRect();
    return [-21, 21].every((off) => whole.elementFromPoint(left + width / 2, top + height / 2 + off) === element);
  };
  const big = (element) => (element.closest("label") ?? element).getBoundingClientRect().height >= 43.5 || hits(element);

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      layers.unshift(rgba(getComputedStyle(at).backgroundColor));
      if (layers[0][3] === 255) break;
    }
    return layers.reduce((under, layer) => under.map((value, band) => value + (layer[band] - value) * (layer[3] / 255)), [0, 0, 0]);
  };
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = (rgb) => 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
  const contrast = (element) => {
    const [brighter, darker] = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
    return (brighter + 0.05) / (darker + 0.05);
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const texts = all("*").filter((element) => seen(element) && hasText(element) && !element.closest("svg, .player, .bar"));

  // None of these says what happens; with a word of what it is about it may.
  const VAGUE = new Set(
    `
    ok okay yes no submit confirm continue cancel apply next close send decline ignore approve accept respond review
    undo revoke dismiss delete remove change edit more help save done stop show go click here
    aceptar sí no enviar confirmar continuar cancelar aplicar siguiente cerrar rechazar ignorar aprobar responder
    revisar deshacer revocar descartar eliminar borrar quitar cambiar editar más ayuda guardar listo detener mostrar
    ver aquí
    `.split(/\s+/),
  );
  const named = (element) => (element.ariaLabel ?? element.textContent).trim().toLowerCase();

  return {
    vague: all("button, a, summary").filter((element) => seen(element) && VAGUE.has(named(element))).map(said),
    wide: all(".scroll, dialog").filter((element) => element.scrollWidth > element.clientWidth).map(said),
    small: all("button, a, input, select, summary").filter((element) => seen(element) && !big(element)).map(said),
    faint: texts.filter((element) => contrast(element) < 4.5).map((element) => `${contrast(element).toFixed(2)} ${said(element)}`),
  };
};
