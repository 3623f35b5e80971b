import type { Option } from "../option.ts";

export const WORDS_ONLY = [
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
    doc: "Print the routes, the permissions that they need, and what strangers find open, and exit",
  },
  {
    name: "connect",
    kind: "text",
    value: "URL",
    group: "Client",
    doc: "Be a client: send each line of the input to ws://… or wss://…, print what comes",
  },
  {
    name: "send",
    kind: "texts",
    value: "MESSAGE",
    repeat: true,
    group: "Client",
    doc: "Send this message in place of the input, and close as at its end; repeatable",
  },
  {
    name: "reconnect",
    kind: "boolean",
    default: false,
    group: "Client",
    doc:
      "Connect again where it cannot, and after every end but 1000, also that of a program that " +
      "has failed; and go on with its session where the route has resume",
  },
  {
    name: "quietms",
    kind: "number",
    value: "MS",
    unit: "ms",
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
  {
    name: "help",
    kind: "topic",
    value: "TOPIC",
    group: "Help",
    doc:
      "Print this, or more about a handler, an option, route, connect, variables or all, and exit",
  },
  { name: "version", kind: "boolean", group: "Help", doc: "Print name and version and exit" },
  { name: "license", kind: "boolean", group: "Help", doc: "Print the licence and exit" },
] as const satisfies readonly Option[];
