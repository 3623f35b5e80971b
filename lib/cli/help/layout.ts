/** Columns that a terminal has at least. */
const WIDTH = 80;

const INDENT = 2;
const GAP = 2;
// Beyond that, the right column begins below the left one.
const WIDEST = 24;

/** Breaks a text between words into lines that are no longer than that, except for longer words. */
export function wrap(text: string, width: number = WIDTH): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Lines of two columns, of which the right one is broken. */
export function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const lefts = rows.map(([left]) => left.length).filter((length) => length <= WIDEST);
  const start = INDENT + Math.max(0, ...lefts) + GAP;
  const indent = " ".repeat(start);
  return rows.flatMap(([left, right]) => {
    const lines = wrap(right, WIDTH - start).map((line) => indent + line);
    const head = " ".repeat(INDENT) + left;
    if (head.length + GAP > start) return [head, ...lines];
    const [first = "", ...rest] = lines;
    return [head.padEnd(start) + first.slice(start), ...rest];
  });
}

/** A part of a help: a heading, and lines below it. */
export function section(heading: string, lines: readonly string[]): string[] {
  return ["", `${heading}:`, ...lines];
}

/** A paragraph, with an empty line before it. */
export function paragraph(text: string): string[] {
  return ["", ...wrap(text)];
}
