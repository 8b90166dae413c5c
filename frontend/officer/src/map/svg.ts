/** Elements of a drawing. */
const SVG = "http://www.w3.org/2000/svg";

export function svgElement<K extends keyof SVGElementTagNameMap>(name: K, className = ""): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  if (className !== "") made.setAttribute("class", className);
  return made;
}
