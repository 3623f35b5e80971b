import { messageOf, UsageError } from "../base/errors.ts";

/** A parameter of a client in a word of a command. */
export interface Placeholder {
  readonly name: string;
  /** The fence that the whole value has to match; undefined where it may be anything. */
  readonly fence?: Fence;
}

/** A pattern that all of a value has to match. */
export interface Fence {
  /** The pattern as it was written. */
  readonly pattern: string;
  readonly whole: RegExp;
}

// `{{…}}`, which is `{…}` as it stands, `{name}`, and the beginning of `{name:pattern}`.
const BRACES = /\{\{([^{}]*)\}\}|\{([A-Za-z_$][\w$]*)([}:])/g;

/**
 * Reads a word of a command: texts, and what stands for parameters between them.
 *
 * @throws {UsageError} If the pattern of a placeholder is none.
 */
export function parseWord(word: string): readonly (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let text = "";
  let at = 0;
  for (;;) {
    BRACES.lastIndex = at;
    const match = BRACES.exec(word);
    const [found = "", literal, name, next] = match ?? [];
    text += word.slice(at, match?.index);
    if (!match) break;
    at = match.index + found.length;
    const end = next === ":" ? endOfPattern(word, at) : at;
    if (name === undefined) text += `{${literal}}`;
    else if (end === undefined) text += found;
    else {
      parts.push(text, next === ":" ? fenced(name, word.slice(at, end - 1)) : { name });
      text = "";
      at = end;
    }
  }
  return [...parts, text].filter((part) => part !== "");
}

/** Where a pattern and its brace end: braces in it are balanced, escaped, or in a class. */
function endOfPattern(word: string, start: number): number | undefined {
  let depth = 1;
  let inClass = false;
  for (let at = start; at < word.length; at++) {
    const char = word[at];
    if (char === "\\") at++;
    else if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return at + 1;
  }
  return undefined;
}

function fenced(name: string, pattern: string): Placeholder {
  const invalid = (why: string) => {
    return new UsageError(
      `Invalid placeholder "{${name}:${pattern}}": ${why} (braces that are no placeholder: {{…}})`,
    );
  };
  if (pattern === "") throw invalid("there is no pattern");
  try {
    // By itself first, because a parenthesis of it must not end the one around it.
    new RegExp(pattern, "u");
    return { name, fence: { pattern, whole: new RegExp(`^(?:${pattern})$`, "u") } };
  } catch (error) {
    throw invalid(messageOf(error));
  }
}
