import { isObject } from "../base/is_object.ts";
import { HIDDEN } from "../base/query_token.ts";
import { withoutSecrets } from "../options/without_secrets.ts";
import type { Path } from "./file_text.ts";

/** The option whose values are secrets, whatever they look like. */
const VARIABLES = "env";

/**
 * A value of a configuration file as a message may have it, which others read: of what may be a secret, its name alone.
 *
 * @param path Its place in the file.
 */
export function shownJson(value: unknown, path: Path): string {
  return JSON.stringify(shownPart(value, path.includes(VARIABLES)));
}

function shownPart(value: unknown, isSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => shownPart(item, isSecret));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        return [name, shownPart(inner, isSecret || name === VARIABLES)];
      }),
    );
  }
  if (!isSecret) return typeof value === "string" ? withoutSecrets(value) : value;
  // Whoever writes it as a route does has the name in it.
  const [name = ""] = /^[^=]*=/.exec(String(value)) ?? [];
  return name + HIDDEN;
}
