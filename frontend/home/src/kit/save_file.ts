// Papers as a file of the browser's: they go nowhere else.

const KEPT_MS = 60_000; // a browser that asks where to save it reads it later

export function saveAsFile(papers: object, name: string): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(papers, null, 2)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
