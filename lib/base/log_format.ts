import { oneLine, UNPRINTABLE } from "./one_line.ts";

const ASSOCIATED = [
  "url",
  "id",
  "remote",
  "command",
  "cgiscript",
  "origin",
  "pid",
  "status",
  "route",
  "transport",
  "worker",
] as const;

/** Facts of the connection that a line is about. */
type Known = { readonly [name in typeof ASSOCIATED[number]]?: string };

/** One line of the log, before it has a form. */
export interface Entry {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: string;
  readonly category: string;
  readonly associated: Known;
  readonly message: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

/** websocketd's line: `DATE | LEVEL | CATEGORY | VALUES | MESSAGE`. */
export function formatText(entry: Entry): string {
  const level = entry.level.toUpperCase().padEnd(6);
  const category = entry.category.padEnd(10);
  const second = Math.floor(entry.time / 1000);
  if (second !== latest.second) latest = { ...latest, second, date: formatDate(entry.time) };
  const { associated } = entry;
  if (associated !== latest.associated) {
    latest = { ...latest, associated, values: oneLine(valuesOf(associated)) };
  }
  return `${latest.date} | ${level} | ${category} | ${latest.values} | ${oneLine(entry.message)}\n`;
}

/** Parts of the line before: many are of the same second, and two of the same connection. */
let latest = { second: NaN, date: "", associated: {} as Known, values: "" };

function valuesOf(associated: Known): string {
  return ASSOCIATED.filter((name) => associated[name] !== undefined)
    .map((name) => `${name}:'${associated[name]?.replace(/['\\]/g, "\\$&")}'`).join(" ");
}

/** One JSON object with the same fields. */
export function formatJson(entry: Entry): string {
  const { time, level, category, associated, message, facts } = entry;
  const json = JSON.stringify({
    time: new Date(time).toISOString(),
    level,
    category,
    ...associated,
    message,
    ...facts,
  });
  // JSON leaves these as they are.
  return json.replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  ) + "\n";
}

/** RFC 1123 with a numeric zone, in local time: `Fri, 19 Jan 2018 09:46:08 +0800`. */
export function formatDate(time: number): string {
  const offset = -new Date(time).getTimezoneOffset();
  // Shifted by the zone's offset, the UTC text shows local time.
  const local = new Date(time + offset * 60_000).toUTCString();
  const minutes = Math.abs(offset);
  const zone = String(Math.trunc(minutes / 60)).padStart(2, "0") +
    String(minutes % 60).padStart(2, "0");
  return local.replace("GMT", (offset < 0 ? "-" : "+") + zone);
}
