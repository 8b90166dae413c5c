// Times, lengths and sizes for reading. Times are shown in the home's own zone, with UTC in `datetime` and `title`.

const CHANGE_NEAR_MS = 3 * 3_600_000;
const QUARTER_MS = 900_000;
const REMEMBERED_MOST = 5000;

export class Format {
  readonly #language: string;
  readonly #zone: string;
  readonly #hour12: boolean | undefined;
  readonly #made = new Map<string, Intl.DateTimeFormat>(); // to make one costs a hundred times what its use does
  readonly #changes = new Map<number, boolean>();

  constructor(language: string, zone: string, timeFormat?: string) {
    this.#language = language;
    this.#zone = zone;
    this.#hour12 = timeFormat === "12" ? true : timeFormat === "24" ? false : undefined;
  }

  #formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = `${language} ${JSON.stringify(options)}`;
    const found = this.#made.get(key) ?? new Intl.DateTimeFormat(language, options);
    this.#made.set(key, found);
    return found;
  }

  #format(time: string | Date, options: Intl.DateTimeFormatOptions): string {
    const hour12 = this.#hour12 === undefined ? {} : { hour12: this.#hour12 };
    const named: Intl.DateTimeFormatOptions = options.hour && this.#clocksChange(new Date(time)) ? { timeZoneName: "short" } : {};
    const zoned = { timeZone: this.#zone, ...(options.hour ? hour12 : {}), ...named, ...options };
    return together(this.#formatter(this.#language, zoned).format(new Date(time)));
  }

  /** Whether clocks are changed within hours: then an hour comes twice, and a time says which ("1:30 AM EDT"). */
  #clocksChange(time: Date): boolean {
    const quarter = Math.floor(time.getTime() / QUARTER_MS); // clocks are changed at none that is shorter
    const known = this.#changes.get(quarter);
    if (known !== undefined) return known;
    const offset = (ms: number) =>
      this.#formatter("en", { timeZone: this.#zone, timeZoneName: "longOffset" })
        .formatToParts(new Date(quarter * QUARTER_MS + ms))
        .find((part) => part.type === "timeZoneName")?.value;
    const found = offset(-CHANGE_NEAR_MS) !== offset(CHANGE_NEAR_MS);
    if (this.#changes.size >= REMEMBERED_MOST) this.#changes.clear();
    this.#changes.set(quarter, found);
    return found;
  }

  /** "Tue, Nov 10" */
  day(time: string | Date): string {
    return this.#format(time, { weekday: "short", month: "short", day: "numeric" });
  }

  /** "Nov 10, 2027" */
  dayYear(time: string | Date): string {
    return this.#format(time, { year: "numeric", month: "short", day: "numeric" });
  }

  /** "2:10 AM" */
  minute(time: string | Date): string {
    return this.#format(time, { hour: "numeric", minute: "2-digit" });
  }

  /** "9:00 PM" of "21:00", which a clock on the wall shows. */
  wall(time: string): string {
    const hour12 = this.#hour12 === undefined ? {} : { hour12: this.#hour12 };
    const shown: Intl.DateTimeFormatOptions = { timeZone: "UTC", hour: "numeric", minute: "2-digit", ...hour12 };
    return together(this.#formatter(this.#language, shown).format(new Date(`1970-01-01T${time}Z`)));
  }

  /** "3:00:00 AM" */
  second(time: string | Date): string {
    return this.#format(time, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  }

  dayMinute(time: string | Date): string {
    return `${this.day(time)}, ${this.minute(time)}`;
  }

  daySecond(time: string | Date): string {
    return `${this.day(time)}, ${this.second(time)}`;
  }

  /** "Tue, Nov 10, 2:10 AM – 3:40 AM", with the second day where it is another. */
  range(from: string | Date, until: string | Date): string {
    const end = this.day(from) === this.day(until) ? this.minute(until) : this.dayMinute(until);
    return `${this.dayMinute(from)} – ${end}`;
  }

  /** "3:00:00 AM – 3:12:00 AM" */
  seconds(from: string | Date, until: string | Date): string {
    return `${this.second(from)} – ${this.second(until)}`;
  }

  /** "2026-11-10 08:00:00.000 – 08:12:00.000 UTC" */
  utc(from: string | Date, until?: string | Date): string {
    const text = (time: string | Date) => new Date(time).toISOString().replace("T", " ").replace("Z", "");
    if (until === undefined) return `${text(from)} UTC`;
    return `${text(from)} – ${text(until).slice(11)} UTC`;
  }

  number(value: number, digits = 0): string {
    return new Intl.NumberFormat(this.#language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
  }

  /** "Eastern Time": what people call the zone of the home's clock. */
  zone(): string {
    const parts = this.#formatter(this.#language, { timeZone: this.#zone, timeZoneName: "longGeneric" }).formatToParts(new Date(0));
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? this.#zone;
  }

  /** "12 min 5 s"; no line ends between a number and its unit. */
  length(ms: number): string {
    const total = Math.max(0, Math.round(ms / 1000));
    const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
    const parts = [hours ? `${hours}\u00a0h` : "", minutes ? `${minutes}\u00a0min` : "", seconds || total === 0 ? `${seconds}\u00a0s` : ""];
    return parts.filter(Boolean).join(" ");
  }

  /** "3 d 4 h", for what is far away */
  away(ms: number): string {
    const hours = Math.max(0, Math.floor(ms / 3_600_000));
    if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
    return hours >= 1 ? `${hours} h` : `${Math.max(1, Math.floor(ms / 60_000))} min`;
  }

  /** "2 days 3 hours", "3 hours 12 minutes", "12 minutes": in words, for what is counted down. */
  countdown(ms: number): string {
    const minutes = Math.max(0, Math.floor(ms / 60_000));
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
    const say = (count: number, unit: "day" | "hour" | "minute") =>
      new Intl.NumberFormat(this.#language, { style: "unit", unit, unitDisplay: "long" }).format(count);
    if (days > 0) return hours > 0 ? `${say(days, "day")} ${say(hours, "hour")}` : say(days, "day");
    const rest = minutes % 60;
    if (hours > 0) return rest > 0 ? `${say(hours, "hour")} ${say(rest, "minute")}` : say(hours, "hour");
    return say(rest, "minute");
  }

  /** "182.4 MB" */
  size(bytes: number): string {
    if (bytes < 1_000_000) return `${this.number(bytes / 1000, 0)} kB`;
    return bytes < 1_000_000_000 ? `${this.number(bytes / 1_000_000, 1)} MB` : `${this.number(bytes / 1_000_000_000, 2)} GB`;
  }

  /** "9f3c71e0 … 5a0c44b2": enough to compare by eye; the whole is in the title and in the saved papers. */
  digest(sha256: string): string {
    return `${sha256.slice(0, 8)} … ${sha256.slice(-8)}`;
  }
}

/** "11:27 a. m." stays in one line: it would else end in "a." or begin with "m.". */
const together = (text: string): string => text.replace(/\s([ap]\.)\s(m\.)/g, "\u00a0$1\u00a0$2");

/** Words as a sentence: "11:27 a. m." is ended already. */
export const ended = (text: string): string => (text.endsWith(".") ? text : `${text}.`);

/** How long all the parts of a clip are together. */
export const shownMs = (ranges: readonly { from: string; until: string }[]): number =>
  ranges.reduce((sum, { from, until }) => sum + lengthMs(from, until), 0);

export const lengthMs = (from: string | Date, until: string | Date): number =>
  new Date(until).getTime() - new Date(from).getTime();
