/** How long something stays open yet, said anew as it goes by. */
const SAY_EVERY_MS = 20_000;
const MINUTE_MS = 60_000;

/** "5 h 12 min left". */
export function leftWords(closesAt: Date, now: Date): string {
  const minutes = Math.floor((closesAt.getTime() - now.getTime()) / MINUTE_MS);
  if (minutes < 1) return minutes < 0 ? "its time is over" : "less than a minute left";
  const [hours, rest] = [Math.trunc(minutes / 60), minutes % 60];
  return `${[hours > 0 ? `${hours} h` : "", rest > 0 || hours === 0 ? `${rest} min` : ""].filter(Boolean).join(" ")} left`;
}

/** Say it wherever the page has a time that closes. */
export function sayTimeLeft(): void {
  for (const each of document.querySelectorAll<HTMLElement>("[data-left]")) {
    const words = leftWords(new Date(each.dataset["left"] as string), new Date());
    if (each.textContent !== words) each.textContent = words;
  }
}

/** Say it from now on. */
export function keepSayingTimeLeft(): void {
  sayTimeLeft();
  setInterval(sayTimeLeft, SAY_EVERY_MS);
}
