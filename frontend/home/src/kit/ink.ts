// Which of our own colors fit: by the ink that the theme gives, for a dark theme need not be Home Assistant's dark mode.

/** Whether what stands in it is written dark on light or light on dark; where that can't be read, as Home Assistant says. */
export function schemeOf(host: HTMLElement, written: Element, darkMode: boolean): "dark" | "light" {
  host.style.colorScheme = darkMode ? "dark" : "light"; // what the theme itself makes of both is read so
  return (isLight(getComputedStyle(written).color) ?? darkMode) ? "dark" : "light";
}

/** Whether a computed color is a light one; undefined where it is written otherwise than in red, green and blue. */
function isLight(color: string): boolean | undefined {
  const [red, green, blue] = /^rgba?\(/.test(color) ? (color.match(/[\d.]+/g) ?? []).map(Number) : [];
  return red === undefined || green === undefined || blue === undefined ? undefined : 0.2126 * red + 0.7152 * green + 0.0722 * blue > 127;
}
