import { UsageError } from "../base/errors.ts";
import { shown } from "../base/shown.ts";
import { expectRecordFolder } from "../connection/record/expect_record_folder.ts";
import { checkProperties } from "../options/check_properties.ts";
import { FORWARDING } from "../options/tables/proxy_options.ts";
import { REQUESTS } from "../options/tables/route_options.ts";
import { flagOf } from "../options/views.ts";
import { parsePattern, type Route, type RouteOptions } from "./route.ts";

// As the server has them: a list of none is one that nobody is on.
const OPTIONS = REQUESTS.filter(({ name }) => name !== "auth").map(flagOf);

/**
 * Checks routes, of which a program may never have looked at the types.
 *
 * @throws {UsageError} If one of them cannot work.
 */
export function expectRoutes(routes: readonly Route[]): void {
  if (!Array.isArray(routes)) {
    throw new UsageError(`Invalid value ${shown(routes)} for routes: expected a list of routes`);
  }
  for (const [index, route] of routes.entries()) expectRoute(route, `routes[${index}]`);
}

function expectRoute(route: Readonly<Record<keyof Route, unknown>> | undefined, where: string) {
  const { path, handler } = route ?? {};
  // Before any other character than these a path has its `/`, so that it would never match.
  if (typeof path !== "string" || !/^[/*{(]/.test(path)) {
    throw new UsageError(
      `Invalid path ${shown(path)} of ${where}: expected a pattern that begins with /, or *`,
    );
  }
  parsePattern(path, where);
  const methods = ["accept", "open", "respond"];
  if (!methods.some((name) => hasMethod(handler, name))) {
    throw new UsageError(
      `Invalid handler ${
        shown(handler)
      } of ${where}, ${path}: expected an object with a method accept, open or respond`,
    );
  }
  expectRouteOptions(route as Route, ` of ${where}, ${path}`);
}

/**
 * Checks the options that a route has of its own, or the server for all of them.
 *
 * @param of Words of the message behind an option's name that say whose it is.
 * @throws {UsageError} If one of them cannot work.
 */
export function expectRouteOptions(options: RouteOptions, of = ""): void {
  checkProperties(OPTIONS, options, of);
  expectCheckers("guards", options.guards, of);
  expectCheckers("auth", options.auth, of);
  expectRecordFolder(options.record);
}

function expectCheckers(name: string, value: unknown, of: string): void {
  if (value === undefined) return;
  // Not as they are: `every` passes over holes.
  if (Array.isArray(value) && Array.from(value).every((item) => hasMethod(item, "check"))) return;
  throw new UsageError(
    `Invalid value ${
      shown(value)
    } for ${name}${of}: expected a list of objects with a method check`,
  );
}

/**
 * Checks the options of who is in front of the server.
 *
 * @throws {UsageError} If one of them cannot work.
 */
export function expectProxyOptions(options: object): void {
  checkProperties(FORWARDING, options, "");
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === "function";
}
