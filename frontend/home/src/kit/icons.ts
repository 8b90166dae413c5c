// Line icons, drawn for this project.
import { html, svg, type TemplateResult } from "lit";

const PATHS = {
  home: "M4 11l8-7 8 7v9H4zM10 20v-6h4v6",
  law: "M12 3l7 2.5v6c0 4.6-3 7.8-7 9.5-4-1.7-7-4.9-7-9.5v-6zM12 8.2l1.1 2.4 2.6.3-1.9 1.8.5 2.6-2.3-1.3-2.3 1.3.5-2.6-1.9-1.8 2.6-.3z",
  camera: "M3 8l13-3 1.5 6-13 3zM9 13.5V19H4M17 8l3-.7.8 3-3 .7",
  clock: "M3.5 12a8.5 8.5 0 1017 0 8.5 8.5 0 10-17 0M12 7v5l3.5 2",
  lock: "M7 10.5h10a2 2 0 012 2V18a2 2 0 01-2 2H7a2 2 0 01-2-2v-5.5a2 2 0 012-2M8 10.5V8a4 4 0 018 0v2.5M12 14.5v2",
  ok: "M5 12.5l4.5 4.5L19 7.5",
  no: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  warn: "M12 4l9 16H3zM12 10.5v4M12 17.2v.1",
  up: "M12 15V4M7.5 8.5L12 4l4.5 4.5M5 15v5h14v-5",
  down: "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 20h14",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9.2 12a2.8 2.8 0 105.6 0 2.8 2.8 0 10-5.6 0",
  undo: "M8 5L4 9l4 4M4 9h10a5.5 5.5 0 010 11H8",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9a4.5 4.5 0 010 6M18.5 6.5a8 8 0 010 11",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  seal: "M6 9.5a6 6 0 1012 0 6 6 0 10-12 0M8.5 14.5L7 21l5-2.5L17 21l-1.5-6.5M9.5 9.5l2 2 3.2-3.7",
  go: "M9 5.5l6.5 6.5L9 18.5",
  back: "M20 12H5M11 5l-7 7 7 7",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 104 0 2 2 0 10-4 0M7 17a2 2 0 104 0 2 2 0 10-4 0",
  inbox: "M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20",
  person: "M8.5 8a3.5 3.5 0 107 0 3.5 3.5 0 10-7 0M5 20c.6-4 3.4-6 7-6s6.4 2 7 6",
  plus: "M12 5v14M5 12h14",
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  mask: "M4 7V4h3M17 4h3v3M20 17v3h-3M7 20H4v-3M8 8h8v8H8z",
  shape: "M5 8l8-4 7 7-3 8-10-1z",
  bell: "M6 16.5V11a6 6 0 0112 0v5.5l1.5 1.5h-15zM10 20.5h4",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="i" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${PATHS[name]} />`}</svg>`;
}
