import type * as z from "npm:zod@4.6.7";
import { isObject } from "../base/is_object.ts";
import { LAYERED } from "../handlers/flags.ts";
import { HANDLER_NAMES, type HandlerName, kindNamed, optionsOf } from "../handlers/registry.ts";
import { closest } from "./closest.ts";
import { framingNamed } from "./framing_named.ts";
import { type FileText, type Mistake, type Path, pathText } from "./file_text.ts";
import { shownJson } from "./shown_json.ts";

type Issue = z.core.$ZodIssue;

/** Says in words what a schema has against a file. */
export function mistakesOf(issues: readonly Issue[], file: FileText): Mistake[] {
  return issues.flatMap((issue) => mistakesOfIssue(issue, [], file));
}

function mistakesOfIssue(issue: Issue, above: Path, file: FileText): Mistake[] {
  const path = [...above, ...issue.path as (string | number)[]];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, path, file));
  }
  const value = valueAt(file.value, path);
  if (issue.code === "invalid_key") {
    const [{ message } = issue] = issue.issues;
    const place = pathText(path.slice(0, -1));
    return [{
      message: `Invalid pattern ${JSON.stringify(path.at(-1))} in ${place}: expected ${message}`,
      offset: file.offsetOf(path, true),
    }];
  }
  if (issue.code === "invalid_union") {
    // An object is meant to be the alternative that is one, which knows what is wrong inside of it.
    const inner = issue.errors.find((issues) => issues.some((found) => found.path.length > 0));
    if (inner && isObject(value)) {
      return inner.flatMap((found) => mistakesOfIssue(found, path, file));
    }
  }
  const offset = file.offsetOf(path);
  if (value === undefined) {
    const [name, place] = [path.at(-1), pathText(path.slice(0, -1))];
    return [{ message: `There is no ${name} in ${place}: expected ${issue.message}`, offset }];
  }
  const place = path.length > 0 ? ` for ${pathText(path)}` : "";
  const hint = typeof value === "string" ? closest(value, valuesAt(path, file)) : "";
  return [{
    message: `Invalid value ${shownJson(value, path)}${place}${hint}: expected ${issue.message}`,
    offset,
  }];
}

/** The values that there are for a place, where they can be counted. */
function valuesAt(path: Path, file: FileText): readonly string[] {
  const [name, above] = [path.at(-1), path.slice(0, -1)];
  const { handler } = (valueAt(file.value, above) ?? {}) as { handler?: HandlerName };
  if (name === "handler" && above.length > 0) return HANDLER_NAMES;
  const options = above.length === 0 ? LAYERED : handler ? optionsOf(handler) : [];
  return options.find((option) => option.name === name)?.choices ?? [];
}

function unknownKey(key: string, path: Path, file: FileText): Mistake {
  const handler = (valueAt(file.value, path) as { handler?: HandlerName }).handler;
  const known = path.length > 0 && handler ? keysOf(handler) : topKeys();
  const place = path.length > 0 ? ` of ${pathText(path)}` : "";
  const allowed = path.length > 0 && handler ? `${handler} takes` : "a file takes";
  return {
    // Only of those that are told: it takes its time.
    get message() {
      const framing = path.length > 0 ? framingNamed(key, known) : undefined;
      const hint = framing ? ` (did you mean "framing": "${framing}"?)` : closest(key, known);
      return `Unknown option "${key}"${place}${hint}: ${allowed} ${known.join(", ")}`;
    },
    offset: file.offsetOf([...path, key], true),
  };
}

function keysOf(handler: HandlerName): string[] {
  const { argument } = kindNamed(handler);
  const names = optionsOf(handler).map(({ name }) => name).sort();
  return [...(argument ? [argument.name] : []), ...names];
}

function topKeys(): string[] {
  return [...LAYERED.map(({ name }) => name), "command", "routes"].sort();
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, name) => {
    return typeof found === "object" && found !== null
      ? (found as Record<string, unknown>)[name]
      : undefined;
  }, value);
}
