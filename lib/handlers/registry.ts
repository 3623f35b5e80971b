import { broadcastKind } from "./broadcast.ts";
import { cgiKind } from "./cgi/cgi.ts";
import { consoleKind } from "./console/console.ts";
import { directoryKind } from "./directory.ts";
import { echoKind } from "./echo.ts";
import type { Kind } from "./kind.ts";
import { moduleKind } from "./module.ts";
import type { Option } from "./option.ts";
import { processKind } from "./process.ts";
import { sharedKind } from "./shared.ts";
import { staticKind } from "./static/static.ts";
import { tcpKind } from "./tcp.ts";

/** All kinds of handlers by their names: a new one is added here and nowhere else. */
export const registry = {
  process: processKind,
  shared: sharedKind,
  broadcast: broadcastKind,
  echo: echoKind,
  module: moduleKind,
  tcp: tcpKind,
  directory: directoryKind,
  static: staticKind,
  cgi: cgiKind,
  console: consoleKind,
} as const satisfies Record<string, Kind>;

/** The name of a kind of handler. */
export type HandlerName = keyof typeof registry;

/** The names of all kinds. */
export const HANDLER_NAMES = Object.keys(registry) as readonly HandlerName[];

/** The options that a route of any kind may have, in place of those of the server. */
export const ROUTE_OPTIONS = [
  {
    name: "origin",
    kind: "text",
    value: "LIST",
    commas: true,
    default: "that of --origin",
    doc: "Answer 403 unless Origin is one of these: [scheme://]host[:port], separated by commas",
  },
  {
    name: "subprotocol",
    kind: "list",
    value: "A,B",
    default: "those of --subprotocol",
    doc: "Agree to the first of these that the client offers",
  },
  {
    name: "maxframesize",
    kind: "number",
    value: "BYTES",
    default: "that of --maxframesize",
    doc: "Close with 1009 on a larger message; 0 means no limit",
  },
  {
    name: "pingms",
    kind: "number",
    value: "MS",
    most: 86_400_000,
    default: "that of --pingms",
    doc: "Ping at this interval, drop a client that is silent for twice that; 0 means never",
  },
] as const satisfies readonly Option[];
