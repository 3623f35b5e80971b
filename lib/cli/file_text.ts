import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** Where something is, as a list of keys. */
export type Path = readonly (string | number)[];

/** Something wrong in a file. */
export interface Mistake {
  /** The mistake in words, without its place. */
  readonly message: string;
  /** Where it begins, in characters. */
  readonly offset: number;
}

/** JSON with comments and trailing commas, which knows where its values stand. */
export class FileText {
  readonly value: unknown;
  /** The first place that is no JSON, or else keys that stand there twice, of which one would be lost. */
  readonly mistakes: readonly Mistake[];
  readonly #text: string;
  readonly #root: Node | undefined;

  constructor(text: string) {
    // A byte order mark, which editors on Windows write.
    this.#text = text.replace(/^\uFEFF/, "");
    const errors: ParseError[] = [];
    this.#root = parseTree(this.#text, errors, { allowTrailingComma: true });
    // What follows the first one is mostly a consequence of it.
    this.mistakes = errors.length > 0
      ? errors.slice(0, 1).map(({ error, offset }) => {
        return { message: `It is no JSON: ${wordsOf(printParseErrorCode(error))}`, offset };
      })
      : this.#root
      ? findDuplicates(this.#root, (offset) => this.place(offset).line)
      : [];
    this.value = this.#root && valueOf(this.#root);
  }

  /** Line and column of a character, from 1. */
  place(offset: number): { readonly line: number; readonly column: number } {
    const lines = this.#text.slice(0, offset).split("\n");
    return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  }

  /**
   * Where a value begins; where there is none, what it would be in.
   *
   * @param key Whether its key is meant.
   */
  offsetOf(path: Path, key = false): number {
    let node = this.#root;
    let found = node?.offset ?? 0;
    for (const [index, name] of path.entries()) {
      const property = node?.children?.find((child) => child.children?.[0]?.value === name);
      node = typeof name === "number" ? node?.children?.[name] : property?.children?.[1];
      if (!node) break;
      const isLast = index === path.length - 1;
      found = isLast && key && property ? property.offset : node.offset;
    }
    return found;
  }
}

/** The text of a path, as `routes["/top"].linger`. */
export function pathText(path: Path): string {
  return path.map((name, index) => {
    if (typeof name === "number") return `[${name}]`;
    if (index === 0) return name;
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  }).join("");
}

function valueOf(node: Node): unknown {
  const { type, value, children = [] } = node;
  if (type === "array") return children.map(valueOf);
  if (type !== "object") return value;
  return Object.fromEntries(children.map(({ children: [key, found] = [] }) => {
    return [key?.value, found && valueOf(found)];
  }));
}

function findDuplicates(
  node: Node,
  lineOf: (offset: number) => number,
  path: Path = [],
): Mistake[] {
  const known = new Map<string, number>();
  return (node.children ?? []).flatMap((child, index) => {
    if (node.type !== "object") return findDuplicates(child, lineOf, [...path, index]);
    const [key, value] = child.children ?? [];
    const name = String(key?.value);
    const before = known.get(name);
    if (before === undefined) known.set(name, child.offset);
    const others = value ? findDuplicates(value, lineOf, [...path, name]) : [];
    if (before === undefined) return others;
    const place = pathText([...path, name]);
    const message = `${place} is there twice: first on line ${lineOf(before)}`;
    return [{ message, offset: child.offset }, ...others];
  });
}

/** `CommaExpected` as words. */
function wordsOf(code: string): string {
  return code.replace(/(?<=.)[A-Z]/g, " $&").toLowerCase();
}
