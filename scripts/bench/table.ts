import { formatFigure } from "./format_figure.ts";
import type { Goal } from "./item.ts";
import { pairsOf, type Row } from "./report.ts";

/**
 * Lays the result out for a terminal: the medians, the ratios of medians, and the goal beside them.
 *
 * @param rows The lines of the result.
 * @param servers The names of the servers in the order of the columns.
 * @returns The lines of the table; a figure that there is not is a dash.
 */
export function table(rows: readonly Row[], servers: readonly string[]): readonly string[] {
  const pairs = pairsOf(servers).map((pair) => pair.join("/"));
  const head = ["", ...servers, ...pairs, "goal"];
  const body = rows.map(({ metric, unit, medians, ratios, goals }) => [
    `${metric} (${unit})`,
    ...servers.map((name) => cell(medians[name])),
    ...pairs.map((pair) => ratios[pair]?.toFixed(2) ?? "–"),
    goals.map(describe).join(", "),
  ]);
  const lines = [head, ...body];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => width(line, column))));
  return lines.map((line) =>
    line.map((text, column) =>
      column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  );
}

function describe({ relation, ratio, to }: Goal): string {
  return `${relation === ">=" ? "≥" : "≤"} ${ratio} ${to}`;
}

function width(line: readonly string[], column: number): number {
  return line[column]?.length ?? 0;
}

function cell(value: number | undefined): string {
  return value === undefined ? "–" : formatFigure(value);
}
