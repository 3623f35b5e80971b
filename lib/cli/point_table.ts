import { POINTS } from "./points.ts";
import { tableRow } from "./table_row.ts";

/** The points that strangers can find open, as a table in Markdown, for the page of the gate. */
export function pointTable(): string {
  const rows = POINTS.map(({ open, closedBy }) => tableRow(coded(open), coded(closedBy)));
  return ["| `--check` says | closed by |", "| --- | --- |", ...rows, ""].join("\n");
}

/** The same with options as code. */
function coded(text: string): string {
  return text.replace(
    /--[a-z][\w-]*(?:=[\w:]+)?|=unix|\{[^}]*\}|unsafe=true/g,
    (code) => `\`${code}\``,
  );
}
