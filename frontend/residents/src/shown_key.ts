/** The account key on the page, as text and as a QR code that opens the sign-in page on another device. */
import { generate } from "lean-qr";
import { find } from "../../officer/src/page";
import { svgElement } from "../../officer/src/map/svg";
import { shownKey } from "./key";

const QUIET = 4; // modules of white around the code (ISO/IEC 18004)

/** Draw a text as a QR code. */
export function drawCode(svg: SVGSVGElement, text: string): void {
  const code = generate(text);
  const size = code.size + 2 * QUIET;
  let dark = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) dark += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  const [ground, modules] = [svgElement("path", "qr-ground"), svgElement("path", "qr-dark")];
  ground.setAttribute("d", `M0 0h${size}v${size}H0z`);
  modules.setAttribute("d", dark);
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.replaceChildren(ground, modules);
}

/** The part of an address behind # is never sent: a QR code read by a phone's camera tells no server the key. */
export function showKey(key: string): void {
  find("#key").textContent = shownKey(key);
  drawCode(find<SVGSVGElement>("#key-code"), `${location.origin}/sign-in#${shownKey(key)}`);
  find<HTMLButtonElement>("#print").addEventListener("click", () => print());
}
