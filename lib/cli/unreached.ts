import { covers } from "../gate/covers.ts";
import { acceptOf } from "../gate/route.ts";
import type { CheckedRoute } from "./check_routes.ts";

/** A line for each route that no WebSocket reaches, because one before it takes all that it would get. */
export function unreached(routes: readonly CheckedRoute[]): string[] {
  const before = new Map<string, string>();
  // They are few; of the others there can be thousands.
  const wide: (readonly [pattern: string, path: string])[] = [];
  const lines: string[] = [];
  for (const { config: { path }, handler } of routes) {
    if (!acceptOf(handler)) continue;
    // Whatever its parameters are called.
    const pattern = path.replace(/:\w+/g, ":name");
    const first = before.get(pattern) ?? wide.find(([other]) => covers(other, pattern))?.[1];
    if (first === undefined) {
      before.set(pattern, path);
      if (path.endsWith("*")) wide.push([pattern, path]);
    } else if (!handler.respond) {
      lines.push(
        `The route ${path} is never reached: ${first} before it takes all of its WebSockets`,
      );
    }
  }
  return lines;
}
