/** An import as it stands in a module. */
export interface Import {
  readonly specifier: string;
  /** From 1 on. */
  readonly line: number;
  /** From 1 on. */
  readonly column: number;
}

/**
 * Finds what a module imports, from its text. A comment or a text that looks like an import is taken for
 * one: this is to explain a failure, not to load anything.
 */
export function importsIn(text: string): Import[] {
  const found = text.matchAll(
    /(?:^|[;}\n])\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(?:(["'])([^"'\n]+)\1)/dg,
  );
  return Array.from(found, (match) => {
    const start = (match.indices?.[2]?.[0] ?? 1) - 1;
    const lines = text.slice(0, start).split("\n");
    const column = (lines.at(-1) ?? "").length + 1;
    return { specifier: match[2] ?? "", line: lines.length, column };
  });
}
