import { UsageError } from "./base/errors.ts";
import type { RouteOptions } from "./gate/route.ts";
import { FLAGS, INHERITED, type Options } from "./handlers/flags.ts";
import type { RouteSaid } from "./handlers/kind.ts";
import { type HandlerName, kindNamed } from "./handlers/registry.ts";
import type { Option } from "./options/option.ts";
import { checkOption, showOption } from "./options/read_option.ts";
import { FRAMING_OF } from "./options/tables/message_options.ts";
import { ROUTE_OPTIONS } from "./options/tables/route_options.ts";
import { ValueError } from "./options/value_error.ts";
import { propertiesOf } from "./options/views.ts";
import { placed, type RouteSettings, type Said, type Settings } from "./settings.ts";

/** A route with all of its options. */
export interface RouteConfig extends RouteSaid {
  readonly handler: HandlerName;
  /** The options that it has in place of the server's own. */
  readonly options: Said<RouteOptions>;
  /** The route's place in a configuration file, `FILE:LINE:COLUMN`. */
  readonly place?: string;
}

/** All routes that were said, in the order in which they are asked. */
export interface RouteConfigs {
  /** The routes that were named. */
  readonly routes: readonly RouteConfig[];
  /** The route `*`, behind all others. */
  readonly otherwise: RouteConfig | undefined;
  /** The pages served over HTTP where no route is. */
  readonly pages: readonly RouteConfig[];
}

/**
 * Makes the routes of what was said: an option that a route does not say has the server's value.
 *
 * @throws {UsageError} If there is none, or one cannot have the server's value (exit code 1).
 */
export function routeConfigsOf(settings: Settings): RouteConfigs {
  const { options = {}, routes = [] } = settings;
  const inherited = inheritedOf({ ...options, ...framingOf(options) });
  const otherwise = otherwiseOf(settings);
  return {
    routes: routes.map((route) => routeOf(route, inherited, true)),
    otherwise: otherwise && routeOf(otherwise, inherited, false),
    pages: pagesOf(options).map((page) => routeOf(page, inherited, false)),
  };
}

/** The route of what is served where no other matches: what websocketd would serve. */
function otherwiseOf({ command = [], options = {}, routes }: Settings): RouteSettings | undefined {
  const chosen = FLAGS.flatMap((flag): [HandlerName, string, readonly string[]][] => {
    const value = options[flag.name as keyof Options];
    if (!flag.serves || !value) return [];
    const handler = flag.serves as HandlerName;
    if (value === true) return [[handler, `--${flag.name}`, []]];
    const word = showOption(flag, value);
    return [[handler, `--${flag.name}=${word}`, [word]]];
  });
  if (command.length > 0) {
    chosen.unshift(["process", `the command "${command.join(" ")}"`, command]);
  }
  const [first, second] = chosen;
  if (second) {
    throw new UsageError(`Only one of them can be served: ${chosen.map((c) => c[1]).join(", ")}`);
  }
  if (first) return { path: "*", handler: first[0], words: first[2], values: {} };
  const { staticdir, cgidir, handlers } = options;
  if (!staticdir && !cgidir && !routes?.length && handlers === undefined) {
    throw new UsageError(
      "There is nothing to serve: name a COMMAND, --route, --handlers, --dir, --echo, --broadcast, --staticdir or --cgidir",
    );
  }
  return undefined;
}

/** The routes of what websocketd would serve over HTTP. */
function pagesOf({ staticdir, cgidir, devconsole = false }: Options): RouteSettings[] {
  const pages: RouteSettings[] = [];
  if (devconsole !== false) {
    const path = devconsole === true ? "*" : literal(devconsole);
    pages.push({ path, handler: "console", words: [], values: {} });
  }
  if (cgidir) pages.push({ path: "*", handler: "cgi", words: [cgidir], values: {} });
  if (staticdir) pages.push({ path: "*", handler: "static", words: [staticdir], values: {} });
  return pages;
}

/** A pattern that matches a path as it stands. */
function literal(path: string): string {
  return path.replace(/[:*+?(){}\\]/g, "\\$&");
}

/** The values of options in routes that say nothing else. */
function inheritedOf(options: Options): Readonly<Record<string, unknown>> {
  const said: Readonly<Record<string, unknown>> = options;
  return Object.fromEntries(
    INHERITED.map(({ name, default: given }) => [name, said[name] ?? given]),
  );
}

function routeOf(
  { path, handler, words, values, place }: RouteSettings,
  inherited: Readonly<Record<string, unknown>>,
  placeholders: boolean,
): RouteConfig {
  const own = kindNamed(handler).options.flatMap((option) => {
    const { name } = option;
    const value = values[name] ?? inherited[name];
    if (value === undefined) return [];
    // What it says itself was checked where it was read.
    if (values[name] === undefined) checkInherited(option, value, { path, handler, place });
    return [[name, value] as const];
  });
  return {
    path,
    handler,
    words,
    placeholders,
    ...(place === undefined ? {} : { place }),
    values: Object.fromEntries(own),
    options: propertiesOf(ROUTE_OPTIONS, values),
  };
}

/**
 * Checks that a route takes what the server says of its option: `shared` has fewer framings.
 *
 * @throws {UsageError} If it does not (exit code 1).
 */
function checkInherited(
  option: Option,
  value: unknown,
  { path, handler, place }: Pick<RouteSettings, "path" | "handler"> & { place: string | undefined },
): void {
  try {
    checkOption(option, value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const { name } = option;
    const message =
      `Cannot serve the route ${path}: ${handler} does not take the server's ${name}=${error.text}; give the route its own ${name}, one of ${error.expected}`;
    throw placed(new UsageError(message), place);
  }
}

/** The framing, by whichever of its names it was said. */
function framingOf({ framing, binary, passstderr }: Options): Pick<Options, "framing"> {
  if (binary && passstderr) {
    throw new UsageError("--passstderr cannot be used with --binary: its messages are text");
  }
  const name = binary ? "binary" : passstderr ? "passstderr" : undefined;
  if (name === undefined) return {};
  const old = FRAMING_OF[name];
  if (framing === undefined || framing === old) return { framing: old };
  throw new UsageError(
    `--framing=${framing} cannot be used with --${name}: that is --framing=${old}`,
  );
}
