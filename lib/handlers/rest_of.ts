import type { IncomingRequest } from "../base/request.ts";

/**
 * The end of a request's path that is looked for in a folder: of a route `/tools/*`, what follows `/tools`;
 * otherwise all of it.
 *
 * @param pattern Of the route.
 */
export function restOf(pattern: string, { path, params }: IncomingRequest): string {
  if (!pattern.endsWith("/*")) return path;
  let last = 0;
  while (`${last + 1}` in params) last++;
  return `/${params[last] ?? ""}`;
}
