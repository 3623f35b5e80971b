import type { Option } from "../options/option.ts";
import { ROUTE_OPTIONS } from "../options/tables/route_options.ts";
import { routeOptionOf } from "../options/views.ts";
import { broadcastKind } from "./broadcast.ts";
import { cgiKind } from "./cgi/cgi.ts";
import { consoleKind } from "./console/console.ts";
import { directoryKind } from "./directory.ts";
import { echoKind } from "./echo.ts";
import type { Kind } from "./kind.ts";
import { moduleKind } from "./module.ts";
import { processKind } from "./process.ts";
import { replayKind } from "./replay/replay.ts";
import { sharedKind } from "./shared.ts";
import { staticKind } from "./static/static.ts";
import { tcpKind } from "./tcp.ts";
import { terminalKind } from "./terminal.ts";

/** All kinds of handlers by their names: a new one is added here and nowhere else. */
export const registry = {
  process: processKind,
  shared: sharedKind,
  terminal: terminalKind,
  broadcast: broadcastKind,
  echo: echoKind,
  module: moduleKind,
  tcp: tcpKind,
  directory: directoryKind,
  static: staticKind,
  cgi: cgiKind,
  console: consoleKind,
  replay: replayKind,
} as const satisfies Record<string, Kind>;

/** The name of a kind of handler. */
export type HandlerName = keyof typeof registry;

/** The names of all kinds. */
export const HANDLER_NAMES = Object.keys(registry) as readonly HandlerName[];

/** The kind of handler that has a name. */
export function kindNamed(name: HandlerName): Kind {
  return registry[name];
}

/** The options that a route of a kind may have. */
export function optionsOf(handler: HandlerName): readonly Option[] {
  return [...registry[handler].options, ...ROUTE_OPTIONS].map(routeOptionOf);
}
