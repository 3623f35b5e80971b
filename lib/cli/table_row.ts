/** A row of a table in Markdown. */
export function tableRow(...cells: readonly string[]): string {
  // A bar would begin another cell, also in code.
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
