import { formatFigure } from "./format_figure.ts";
import type { Row } from "./report.ts";

/**
 * Lays the result out for a terminal: the medians, the ratios of medians, and the goal beside them.
 *
 * @param rows The lines of the result.
 * @param servers The names of the servers in the order of the columns.
 * @returns The lines of the table; a figure that there is not is a dash.
 */
export function table(rows: readonly Row[], servers: readonly string[]): readonly string[] {
  const others = servers.includes("stdws") ? servers.filter((name) => name !== "stdws") : [];
  const head = ["", ...servers, ...others.map((name) => `stdws/${name}`), "goal"];
  const body = rows.map(({ metric, unit, medians, ratios, goal }) => [
    `${metric} (${unit})`,
    ...servers.map((name) => cell(medians[name])),
    ...others.map((name) => ratios[name]?.toFixed(2) ?? "–"),
    goal ? `${goal.relation === ">=" ? "≥" : "≤"} ${goal.ratio}` : "",
  ]);
  const lines = [head, ...body];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => width(line, column))));
  return lines.map((line) =>
    line.map((text, column) =>
      column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  );
}

function width(line: readonly string[], column: number): number {
  return line[column]?.length ?? 0;
}

function cell(value: number | undefined): string {
  return value === undefined ? "–" : formatFigure(value);
}
