import { MAX_FORKS, MAX_FRAME_SIZE, MAX_QUEUE } from "../base/limits.ts";
import { LEVELS } from "../base/log.ts";
import { defaultPassEnv } from "../process/environment.ts";
import { ENGINES } from "../server/engine.ts";

// More than a day in ms would not fit the timers.
const DAY = 86_400_000;

/** One option of the command line. */
export interface Flag {
  readonly name: string;
  /** What its value is; a `list` adds up when it is repeated, a `switch` is on, off, or on at a path. */
  readonly kind: "boolean" | "number" | "text" | "list" | "switch";
  /** How its value is called in the help. */
  readonly value?: string;
  readonly default?: string;
  /** What a text is one of. */
  readonly choices?: readonly string[];
  /** The least that a number may be. */
  readonly least?: number;
  /** The most that a number may be. */
  readonly most?: number;
  /** Whether a text is a list, divided by commas. */
  readonly commas?: boolean;
  readonly group:
    | "Handler"
    | "Pages"
    | "Listening"
    | "TLS"
    | "Messages"
    | "Process"
    | "Access"
    | "Answers"
    | "Log"
    | "Configuration"
    | "Client"
    | "Help";
  readonly doc: string;
}

/** All options: the parser, `--help` and the table of the README are made from this. */
export const FLAGS = [
  {
    name: "dir",
    kind: "text",
    value: "DIR",
    group: "Handler",
    doc: "Run the program that the path names below DIR, in place of COMMAND",
  },
  {
    name: "echo",
    kind: "boolean",
    group: "Handler",
    doc: "Send every message back, in place of COMMAND",
  },
  {
    name: "broadcast",
    kind: "boolean",
    group: "Handler",
    doc: "Send every message to all connections of its path, in place of COMMAND",
  },
  {
    name: "route",
    kind: "list",
    value: "R",
    group: "Handler",
    doc:
      "PATTERN=HANDLER[?option=value&…][ COMMAND args…], as '/chat/:room=broadcast?history=50'; repeatable, the first that matches wins",
  },
  {
    name: "handlers",
    kind: "text",
    value: "DIR",
    group: "Handler",
    doc: "Serve every module in DIR at the path of its name: echo.ts at /echo",
  },
  {
    name: "watch",
    kind: "boolean",
    default: "false",
    group: "Handler",
    doc: "Load modules again when they change",
  },
  {
    name: "staticdir",
    kind: "text",
    value: "DIR",
    group: "Pages",
    doc: "Serve the files below DIR over HTTP",
  },
  {
    name: "cgidir",
    kind: "text",
    value: "DIR",
    group: "Pages",
    doc: "Run the CGI scripts below DIR over HTTP",
  },
  {
    name: "devconsole",
    kind: "switch",
    value: "PATH",
    default: "false",
    group: "Pages",
    doc: "A page for trying the endpoint, at every path or only at PATH",
  },
  {
    name: "port",
    kind: "number",
    value: "N",
    default: "80, or 443 with --ssl",
    least: 0,
    most: 65_535,
    group: "Listening",
    doc: "Port of every address; 0 takes a free one",
  },
  {
    name: "address",
    kind: "list",
    value: "HOST",
    group: "Listening",
    doc: "Address to listen on, IPv6 in brackets; repeatable; without it, all interfaces",
  },
  {
    name: "unixsocket",
    kind: "text",
    value: "PATH",
    group: "Listening",
    doc: "Unix socket to listen on; only there without --port, --address and --redirport",
  },
  {
    name: "unixsocket-mode",
    kind: "text",
    value: "MODE",
    group: "Listening",
    doc: "Permissions of that socket in octal, such as 0660; without it, what the umask leaves",
  },
  {
    name: "redirport",
    kind: "number",
    value: "N",
    least: 0,
    most: 65_535,
    group: "Listening",
    doc: "Redirect what comes to this port of every address to --port",
  },
  {
    name: "engine",
    kind: "text",
    value: "E",
    default: "native, or node with --ssl",
    choices: ENGINES,
    group: "Listening",
    doc:
      "native answers sooner; node carries more messages, and cuts off clients that are too slow",
  },
  {
    name: "ssl",
    kind: "boolean",
    default: "false",
    group: "TLS",
    doc: "Serve wss:// and https://",
  },
  {
    name: "sslcert",
    kind: "text",
    value: "FILE",
    group: "TLS",
    doc: "Certificate and what it is signed by, PEM; read again when it changes, and at SIGHUP",
  },
  { name: "sslkey", kind: "text", value: "FILE", group: "TLS", doc: "Its private key, PEM" },
  {
    name: "sslca",
    kind: "text",
    value: "FILE",
    group: "TLS",
    doc: "Admit only clients with a certificate that one of these authorities has signed, PEM",
  },
  {
    name: "binary",
    kind: "boolean",
    default: "false",
    group: "Messages",
    doc: "Binary messages: output as it comes, input as it is, no lines; with --connect, too",
  },
  {
    name: "passstderr",
    kind: "boolean",
    default: "false",
    group: "Messages",
    doc: `Send lines of stdout and stderr as {"stream":"stdout","data":"…"}`,
  },
  {
    name: "maxframesize",
    kind: "number",
    value: "BYTES",
    default: String(MAX_FRAME_SIZE),
    least: 0,
    group: "Messages",
    doc: "Close with 1009 on a larger message; 0 means no limit",
  },
  {
    name: "pingms",
    kind: "number",
    value: "MS",
    default: "0",
    least: 0,
    most: DAY,
    group: "Messages",
    doc: "Ping at this interval, drop a client that is silent for twice that; 0 means never",
  },
  {
    name: "passenv",
    kind: "text",
    value: "A,B",
    default: defaultPassEnv(Deno.build.os).join(","),
    commas: true,
    group: "Process",
    doc: "Variables of the server that a process inherits",
  },
  {
    name: "maxforks",
    kind: "number",
    value: "N",
    default: String(MAX_FORKS),
    group: "Process",
    doc: "Processes at once, beyond that HTTP 429; 0 or less means no limit",
  },
  {
    name: "maxqueue",
    kind: "number",
    value: "BYTES",
    default: String(MAX_QUEUE),
    least: 1,
    group: "Process",
    doc: "Input that may wait for a process that does not read, beyond that close with 1013",
  },
  {
    name: "closems",
    kind: "number",
    value: "MS",
    default: "0",
    least: 0,
    most: DAY,
    group: "Process",
    doc: "Added to each wait between closing a process's input, SIGINT, SIGTERM and SIGKILL",
  },
  {
    name: "origin",
    kind: "text",
    value: "LIST",
    commas: true,
    group: "Access",
    doc: "Answer 403 unless Origin is one of these: [scheme://]host[:port], separated by commas",
  },
  {
    name: "sameorigin",
    kind: "boolean",
    default: "false",
    group: "Access",
    doc: "Answer 403 when Origin's host and port are not those of Host",
  },
  {
    name: "subprotocol",
    kind: "list",
    value: "NAME",
    group: "Access",
    doc: "Agree to the first of these that the client offers; with --connect, offer it; repeatable",
  },
  {
    name: "reverselookup",
    kind: "boolean",
    default: "false",
    group: "Access",
    doc: "Look up the client's name by DNS for REMOTE_HOST",
  },
  {
    name: "header",
    kind: "list",
    value: "H",
    group: "Answers",
    doc: "Add the header “Name: value” to all answers, with --connect to the request; repeatable",
  },
  {
    name: "header-ws",
    kind: "list",
    value: "H",
    group: "Answers",
    doc: "Add it only to the answers that open a WebSocket; repeatable",
  },
  {
    name: "header-http",
    kind: "list",
    value: "H",
    group: "Answers",
    doc: "Add it only to all other answers; repeatable",
  },
  {
    name: "loglevel",
    kind: "text",
    value: "L",
    default: "access",
    choices: LEVELS,
    group: "Log",
    doc: `How much is logged: ${LEVELS.join(", ")}, from most to least`,
  },
  {
    name: "log-format",
    kind: "text",
    value: "F",
    default: "text",
    choices: ["text", "json"],
    group: "Log",
    doc: "text as websocketd writes it, or json: one object a line",
  },
  {
    name: "config",
    kind: "text",
    value: "FILE",
    group: "Configuration",
    doc: "Read options and routes from FILE (JSON with comments); SIGHUP reads its routes again",
  },
  {
    name: "check",
    kind: "boolean",
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
    default: "false",
    group: "Client",
    doc: "Connect again when the connection breaks or cannot be made",
  },
  {
    name: "quietms",
    kind: "number",
    value: "MS",
    default: "1000",
    group: "Client",
    doc: "Close when the input has ended and nothing has come for so long; 0 means at once",
  },
  {
    name: "ssl-insecure",
    kind: "boolean",
    default: "false",
    group: "Client",
    doc: "Accept any certificate: for trying only, because anybody may listen then",
  },
  { name: "help", kind: "boolean", group: "Help", doc: "Print this and exit" },
  { name: "version", kind: "boolean", group: "Help", doc: "Print name and version and exit" },
  { name: "license", kind: "boolean", group: "Help", doc: "Print the licence and exit" },
] as const satisfies readonly Flag[];

type Kinds = {
  boolean: boolean;
  number: number;
  text: string;
  list: readonly string[];
  switch: boolean | string;
};

/** What was set on the command line, by the options' names. */
export type Options = { readonly [F in typeof FLAGS[number] as F["name"]]?: Kinds[F["kind"]] };
