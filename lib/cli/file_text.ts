import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "npm:jsonc-parser@3.3.1";

// What a file can say is four deep; what is read here goes as deep as it does.
const DEEPEST = 64;

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
  readonly #root: Node | undefined;
  /** Where each line begins. */
  readonly #lines: readonly number[];
  /** The properties of objects by their keys. */
  readonly #properties = new WeakMap<Node, ReadonlyMap<unknown, Node>>();

  constructor(text: string) {
    // A byte order mark, which editors on Windows write.
    text = text.replace(/^\uFEFF/, "");
    this.#lines = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
    const tooDeep = findTooDeep(text);
    if (tooDeep !== undefined) {
      const message = `It is nested more than ${DEEPEST} deep`;
      this.mistakes = [{ message, offset: tooDeep }];
      return;
    }
    const errors: ParseError[] = [];
    this.#root = parseTree(text, errors, { allowTrailingComma: true });
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
    let [line, after] = [0, this.#lines.length];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if ((this.#lines[middle] ?? 0) <= offset) line = middle;
      else after = middle;
    }
    return { line: line + 1, column: offset - (this.#lines[line] ?? 0) + 1 };
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
      const property = node && this.#propertiesOf(node).get(name);
      node = typeof name === "number" ? node?.children?.[name] : property?.children?.[1];
      if (!node) break;
      const isLast = index === path.length - 1;
      found = isLast && key && property ? property.offset : node.offset;
    }
    return found;
  }

  #propertiesOf(node: Node): ReadonlyMap<unknown, Node> {
    let properties = this.#properties.get(node);
    if (!properties) {
      const children = node.type === "object" ? node.children ?? [] : [];
      properties = new Map(children.map((child) => [child.children?.[0]?.value, child]));
      this.#properties.set(node, properties);
    }
    return properties;
  }
}

/** The text of a path, as `routes["/top"].linger`. */
export function pathText(path: Path): string {
  return path.map((name, index) => {
    if (typeof name === "number") return `[${name}]`;
    if (index === 0) return name || '""';
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  }).join("");
}

/** Where a text is nested too deep for who goes through it, in characters; undefined where it is nowhere. */
function findTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === END) return undefined;
    if (OPENING.includes(kind) && ++depth > DEEPEST) return scanner.getTokenOffset();
    if (CLOSING.includes(kind)) depth--;
  }
}

// Of `SyntaxKind`, which is there only for a compiler that knows all files at once: braces, brackets and the end.
const OPENING = [1, 3];
const CLOSING = [2, 4];
const END = 17;

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
