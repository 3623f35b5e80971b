import { oneLine } from "../base/one_line.ts";
import { acceptOf } from "../gate/route.ts";
import type { CheckedRoute } from "./check_routes.ts";
import { isLocal, type Point, POINTS, type RouteFacts, type ServerFacts } from "./points.ts";

// There may be thousands of routes, and a path may be long.
const PATHS = 5;
const PATH_LENGTH = 60;

/** A line for each point that a configuration leaves open in front of strangers, below a title. */
export function openPoints(server: ServerFacts, routes: readonly CheckedRoute[]): string[] {
  const facts = routes.map(({ config, handler }) => ({
    ...config,
    sockets: acceptOf(handler) !== undefined,
  }));
  const lines = POINTS.flatMap((point) => lineOf(point, server, facts));
  const where = isLocal(server.config)
    ? "Only this machine can connect. To strangers who come by a proxy, this is open:"
    : "To strangers, this is open:";
  return lines.length === 0 ? [`${where} nothing`] : [where, ...lines.map((line) => `  ${line}`)];
}

function lineOf(
  { open, closedBy, atServer, atRoute }: Point,
  server: ServerFacts,
  routes: readonly RouteFacts[],
): string[] {
  if (atServer?.(server)) return [`${open}: ${closedBy}`];
  const found = routes.map((route) => [route.path, atRoute?.(route, server)] as const);
  const paths = [...new Set(found.flatMap(([path, isOpen]) => isOpen ? [path] : []))];
  if (paths.length === 0) return [];
  // Where it is all that the point is about, its paths say nothing.
  const some = found.some(([, isOpen]) => isOpen === false);
  return [`${open}${some ? `, at ${listed(paths)}` : ""}: ${closedBy}`];
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, PATHS).map((path) => {
    const line = oneLine(path);
    return line.length > PATH_LENGTH ? `${line.slice(0, PATH_LENGTH)}…` : line;
  });
  const more = paths.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
