import type { IncomingRequest } from "../base/request.ts";
import { resolveDots } from "../base/resolve_dots.ts";

/** The path of a request in two parts, without dot segments. */
export interface SplitPath {
  /** The part that leads to the folder; empty where that is at `/`. */
  readonly mount: string;
  /** The part that is looked for in the folder. */
  readonly rest: string;
}

/**
 * Splits a request's path: of a route `/tools/*`, what follows `/tools` is looked for in the folder, otherwise all of
 * it.
 *
 * @returns undefined where the path leaves the folder on its way.
 */
export function splitPath({ path, route, params }: IncomingRequest): SplitPath | undefined {
  const resolved = resolveDots(path);
  if (resolved === undefined) return undefined;
  if (!route.endsWith("/*")) return { mount: "", rest: resolved };
  let last = 0;
  while (`${last + 1}` in params) last++;
  // What was matched is not decoded wholly: a slash may have been encoded.
  const rest = resolveDots(`/${params[last] ?? ""}`);
  if (rest === undefined) return undefined;
  return { mount: resolved.slice(0, resolved.length - rest.length), rest };
}
