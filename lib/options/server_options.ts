import { ACCEPT_TIMEOUT, MAX_FRAME_SIZE } from "../base/limits.ts";
import { LEVELS } from "../base/log.ts";
import type { Option } from "./option.ts";

// More than a day in ms would not fit the timers.
const DAY = 86_400_000;

/** Options of what is served at every path, beside routes and COMMAND. */
const HANDLERS = [
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
const PAGES = [
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

/** Options of where the server listens over TCP, and by what. */
export const LISTENING = [
  {
    name: "port",
    kind: "number",
    value: "N",
    unset: "80, or 443 with --ssl",
    most: 65_535,
    group: "Listening",
    doc: "Port of every address; 0 takes a free one",
  },
  {
    name: "address",
    as: "addresses",
    kind: "texts",
    value: "HOST",
    repeat: true,
    group: "Listening",
    doc: "Address to listen on, IPv6 in brackets; repeatable; without it, all interfaces",
  },
  {
    name: "redirport",
    as: "redirectPort",
    kind: "number",
    value: "N",
    most: 65_535,
    group: "Listening",
    doc: "Redirect what comes to this port of every address to --port",
  },
  {
    name: "engine",
    kind: "choice",
    value: "E",
    default: "auto",
    choices: ["auto", "native", "node"],
    group: "Listening",
    doc:
      "node carries more messages and holds back who is too fast; native is plain Deno.serve; auto is node where Deno has it",
  },
] as const satisfies readonly Option[];

/** The Unix socket. */
const UNIX_SOCKET = [
  {
    name: "unixsocket",
    kind: "text",
    value: "PATH",
    group: "Listening",
    doc: "Unix socket to listen on; only there without --port, --address and --redirport",
  },
  {
    name: "unixsocket-mode",
    kind: "mode",
    value: "MODE",
    group: "Listening",
    doc: "Permissions of that socket in octal, such as 0660; without it, what the umask leaves",
  },
] as const satisfies readonly Option[];

const TLS = [
  { name: "ssl", kind: "boolean", default: false, group: "TLS", doc: "Serve wss:// and https://" },
  {
    name: "sslcert",
    kind: "text",
    value: "FILE",
    empty: true,
    group: "TLS",
    doc: "Certificate and what it is signed by, PEM; read again when it changes, and at SIGHUP",
  },
  {
    name: "sslkey",
    kind: "text",
    value: "FILE",
    empty: true,
    group: "TLS",
    doc: "Its private key, PEM",
  },
  {
    name: "sslca",
    kind: "text",
    value: "FILE",
    group: "TLS",
    doc: "Admit only clients with a certificate that one of these authorities has signed, PEM",
  },
] as const satisfies readonly Option[];

/** Other names of two framings, which websocketd has. */
const OLD_FRAMINGS = [
  {
    name: "binary",
    kind: "boolean",
    default: false,
    client: true,
    group: "Messages",
    standsFor: "framing",
    reload: "route",
    doc: "Binary messages: output as it comes, input as it is, no lines; with --connect, too",
  },
  {
    name: "passstderr",
    kind: "boolean",
    default: false,
    group: "Messages",
    standsFor: "framing",
    reload: "route",
    doc: `Send lines of stdout and stderr as {"stream":"stdout","data":"…"}`,
  },
] as const satisfies readonly Option[];

/** The options that a route of any kind may have, in place of those of the server. */
export const ROUTE_OPTIONS = [
  {
    name: "origin",
    as: "origins",
    kind: "origins",
    value: "LIST",
    group: "Access",
    doc:
      "Answer 403 to a WebSocket unless its Origin is one of these: [scheme://]host[:port], separated by commas",
    flag: { empty: true },
  },
  {
    name: "subprotocol",
    as: "subprotocols",
    kind: "tokens",
    value: "A,B",
    client: true,
    unset: "those of --subprotocol",
    group: "Access",
    doc: "Agree to the first of these that the client of a WebSocket offers",
    flag: {
      value: "NAME",
      repeat: true,
      doc:
        "Agree to the first of these that the client of a WebSocket offers; with --connect, offer it; repeatable",
    },
  },
  {
    name: "acceptms",
    as: "acceptMs",
    kind: "number",
    value: "MS",
    default: ACCEPT_TIMEOUT,
    most: DAY,
    group: "Access",
    doc:
      "Answer 504 where guards, or the handler of a WebSocket, take longer to decide about a request; 0 means no limit",
    flag: {},
  },
  {
    name: "maxframesize",
    as: "maxFrameSize",
    kind: "number",
    value: "BYTES",
    default: MAX_FRAME_SIZE,
    group: "Messages",
    doc: "Close a WebSocket with 1009 on a larger message; 0 means no limit",
    flag: {},
  },
  {
    name: "pingms",
    as: "pingMs",
    kind: "number",
    value: "MS",
    default: 0,
    most: DAY,
    group: "Messages",
    doc:
      "Ping a WebSocket at this interval, drop a client that is silent for twice that; 0 means never",
    flag: {},
  },
  {
    name: "lingerms",
    as: "lingerMs",
    kind: "number",
    value: "MS",
    default: 0,
    most: DAY,
    group: "Messages",
    doc:
      "Drop a client that takes nothing for so long of what waits for it while its connection is closing; 0 means never",
    flag: {},
  },
] as const satisfies readonly Option[];

const [ORIGIN, SUBPROTOCOL, ACCEPTMS, ...OF_MESSAGES] = ROUTE_OPTIONS;

const SAME_ORIGIN = {
  name: "sameorigin",
  as: "sameOrigin",
  kind: "boolean",
  default: false,
  group: "Access",
  doc: "Answer 403 to a WebSocket when its Origin's host and port are not those of Host",
} as const satisfies Option;

/** Options of which requests become connections, and of what these may send. */
export const REQUESTS = [...ROUTE_OPTIONS, SAME_ORIGIN] as const;

/** Whether names of clients are looked up. */
export const REVERSE_LOOKUP = {
  name: "reverselookup",
  as: "reverseLookup",
  kind: "boolean",
  default: false,
  group: "Access",
  doc: "Look up the client's name by DNS for REMOTE_HOST",
} as const satisfies Option;

const ANSWERS = [
  {
    name: "header",
    kind: "headers",
    value: "H",
    repeat: true,
    client: true,
    group: "Answers",
    doc: "Add the header “Name: value” to all answers, with --connect to the request; repeatable",
  },
  {
    name: "header-ws",
    kind: "headers",
    value: "H",
    repeat: true,
    group: "Answers",
    doc: "Add it only to the answers that open a WebSocket; repeatable",
  },
  {
    name: "header-http",
    kind: "headers",
    value: "H",
    repeat: true,
    group: "Answers",
    doc: "Add it only to all other answers; repeatable",
  },
] as const satisfies readonly Option[];

/** Options of what is logged. */
export const LOG = [
  {
    name: "loglevel",
    as: "level",
    kind: "choice",
    value: "L",
    default: "access",
    choices: LEVELS,
    group: "Log",
    doc: `How much is logged: ${LEVELS.join(", ")}, from most to least`,
  },
  {
    name: "log-format",
    as: "format",
    kind: "choice",
    value: "F",
    default: "text",
    choices: ["text", "json"],
    group: "Log",
    doc: "text as websocketd writes it, or json: one object a line",
  },
] as const satisfies readonly Option[];

const WORDS_ONLY = [
  {
    name: "config",
    kind: "text",
    value: "FILE",
    wordsOnly: true,
    group: "Configuration",
    doc: "Read options and routes from FILE (JSON with comments); SIGHUP reads its routes again",
  },
  {
    name: "check",
    kind: "boolean",
    wordsOnly: true,
    group: "Configuration",
    doc: "Print the routes and the permissions that they need, and exit",
  },
  {
    name: "connect",
    kind: "text",
    value: "URL",
    group: "Client",
    doc: "Be a client: send each line of the input to ws://… or wss://…, print what comes",
  },
  {
    name: "reconnect",
    kind: "boolean",
    default: false,
    group: "Client",
    doc: "Connect again when the connection breaks or cannot be made",
  },
  {
    name: "quietms",
    kind: "number",
    value: "MS",
    default: 1_000,
    most: 2 ** 31 - 1,
    group: "Client",
    doc: "Close when the input has ended and nothing has come for so long; 0 means at once",
  },
  {
    name: "ssl-insecure",
    kind: "boolean",
    default: false,
    group: "Client",
    doc: "Accept any certificate: for trying only, because anybody may listen then",
  },
  { name: "help", kind: "boolean", group: "Help", doc: "Print this and exit" },
  { name: "version", kind: "boolean", group: "Help", doc: "Print name and version and exit" },
  { name: "license", kind: "boolean", group: "Help", doc: "Print the licence and exit" },
] as const satisfies readonly Option[];

const [PORT, ADDRESS, REDIRPORT, ENGINE] = LISTENING;

/** The server's own options, in the order of the help; those of handlers that it has as well come behind. */
export const SERVER_OPTIONS = [
  ...HANDLERS,
  ...MODULES,
  ...PAGES,
  PORT,
  ADDRESS,
  ...UNIX_SOCKET,
  REDIRPORT,
  ENGINE,
  ...TLS,
  ...OLD_FRAMINGS,
  ...OF_MESSAGES,
  ORIGIN,
  SAME_ORIGIN,
  SUBPROTOCOL,
  ACCEPTMS,
  REVERSE_LOOKUP,
  ...ANSWERS,
  ...LOG,
  ...WORDS_ONLY,
] as const satisfies readonly Option[];
