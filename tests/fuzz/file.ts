import { assert } from "@std/assert";
import { parseConfigFile } from "../../lib/cli/file.ts";
import { MistakesError } from "../../lib/cli/mistakes_error.ts";
import { LAYERED } from "../../lib/handlers/flags.ts";
import { HANDLER_NAMES, optionsOf } from "../../lib/handlers/registry.ts";
import { mutateText } from "../support/mutate.ts";
import { numbers, oneOf, type Random } from "../support/numbers.ts";

const NAMES = [
  ...LAYERED.map(({ name }) => name),
  ...HANDLER_NAMES.flatMap((name) => optionsOf(name).map((option) => option.name)),
  ...["command", "routes", "handler", "$schema", "", "__proto__", "constructor", "é", "a b"],
];

const PATTERNS = ["/", "/a", "/a/:b", "/a/*", "*", "/:a/:a", "/%", "a", "/a?b", "/__proto__", ""];

const TEXTS = [
  ...HANDLER_NAMES,
  ...["process cat", "shared?framing=events cat", "process?env=A=b cat {x}", "tcp 127.0.0.1:1"],
  ...["/a=echo", "/a=broadcast?history=3", "=", "/=", "?", "?a", "'", '"a', "\\", "a b 'c d'", ""],
  ...["1s", "600", "A: b", "https://a.example:1", "text", "debug", "é", "\u2028", "\0", "\ud800"],
];

const PARTS = ["{", "}", "[", "]", ",", ":", '"', "//", "/*", "*/", "\\u", "1e999", "null", "\n"];

/**
 * Reads a configuration file that somebody wrote at random, mostly broken.
 *
 * @throws {Error} If it is neither settings nor mistakes with a place.
 */
export function fuzzFile(seed: number): void {
  const random = numbers(seed);
  const text = random(4) === 0 ? object(random, 0) : mutateText(object(random, 0), random, PARTS);
  const lines = text.split("\n");
  try {
    parseConfigFile(text, "file");
  } catch (error) {
    assert(
      error instanceof MistakesError,
      `${text}: ${error instanceof Error ? error.stack : error}`,
    );
    assert(error.mistakes.length > 0, `${text}: no mistake`);
    for (const mistake of error.mistakes) {
      const [, line, column] = /^file:(\d+):(\d+): \S/.exec(mistake) ?? [];
      const { length } = lines[Number(line) - 1] ?? "";
      assert(Number(column) >= 1 && Number(column) <= length + 1, `${text}: no place: ${mistake}`);
    }
  }
}

function object(random: Random, depth: number): string {
  const fields = Array.from({ length: random(6) }, () => {
    const name = oneOf(random, NAMES);
    const value = name === "routes" && random(4) ? routes(random, depth) : json(random, depth + 1);
    return `${JSON.stringify(name)}: ${value}`;
  });
  const gap = oneOf(random, [" ", "\n", " // why\n", "/**/", "\r\n", "\t"]);
  return `{${gap}${fields.join(`,${gap}`)}${oneOf(random, ["", ","])}${gap}}`;
}

function routes(random: Random, depth: number): string {
  const fields = Array.from({ length: random(4) }, () => {
    const handler = `"handler": ${JSON.stringify(oneOf(random, HANDLER_NAMES))}, `;
    const route = random(2)
      ? JSON.stringify(oneOf(random, TEXTS))
      : object(random, depth + 1).replace("{", `{${handler}`);
    return `${JSON.stringify(oneOf(random, PATTERNS))}: ${route}`;
  });
  return `{${fields.join(", ")}}`;
}

function json(random: Random, depth: number): string {
  const kind = random(depth < 6 ? 9 : 7);
  if (kind === 7) return object(random, depth);
  if (kind === 8) {
    return `[${Array.from({ length: random(4) }, () => json(random, depth + 1)).join(", ")}]`;
  }
  if (kind < 3) return JSON.stringify(oneOf(random, TEXTS));
  if (kind > 4) return oneOf(random, ["true", "false", "null"]);
  return oneOf(random, ["0", "1", "-1", "8080", "65536", "1.5", "1e21", "-0", "1e999"]);
}
