import type { Option } from "../option.ts";

/** Options of what is served at every path, beside routes and COMMAND. */
export const HANDLERS = [
  {
    name: "dir",
    kind: "text",
    value: "DIR",
    empty: true,
    group: "Handler",
    serves: "directory",
    reload: "route",
    doc: "Run the program that the path names below DIR, in place of COMMAND",
  },
  {
    name: "echo",
    kind: "boolean",
    group: "Handler",
    serves: "echo",
    reload: "route",
    doc: "Send every message back, in place of COMMAND",
  },
  {
    name: "broadcast",
    kind: "boolean",
    group: "Handler",
    serves: "broadcast",
    reload: "route",
    doc: "Send every message to all connections of its path, in place of COMMAND",
  },
  {
    name: "route",
    kind: "routes",
    value: "R",
    repeat: true,
    group: "Handler",
    reload: "route",
    doc:
      "PATTERN=HANDLER[?option=value&…][ COMMAND args…], as '/chat/:room=broadcast?history=50'; repeatable, the first that matches wins",
  },
] as const satisfies readonly Option[];

/** The modules of a folder. */
export const MODULES = [
  {
    name: "handlers",
    as: "handlersDir",
    kind: "text",
    value: "DIR",
    group: "Handler",
    reload: "route",
    doc: "Serve every module in DIR at the path of its name: echo.ts at /echo",
  },
  {
    name: "watch",
    kind: "boolean",
    default: false,
    group: "Handler",
    doc: "Load modules again when they change",
  },
] as const satisfies readonly Option[];

/** Options of what is served over HTTP where no route is. */
export const PAGES = [
  {
    name: "staticdir",
    kind: "text",
    value: "DIR",
    empty: true,
    group: "Pages",
    reload: "route",
    doc: "Serve the files below DIR over HTTP",
  },
  {
    name: "cgidir",
    kind: "text",
    value: "DIR",
    empty: true,
    group: "Pages",
    reload: "route",
    doc: "Run the CGI scripts below DIR over HTTP",
  },
  {
    name: "devconsole",
    kind: "switch",
    value: "PATH",
    default: false,
    group: "Pages",
    reload: "route",
    doc: "A page for trying the endpoint, at every path or only at PATH",
  },
] as const satisfies readonly Option[];
