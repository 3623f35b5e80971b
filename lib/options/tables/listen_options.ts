import { MAX_WORKERS } from "../../base/limits.ts";
import type { Option } from "../option.ts";

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
export const UNIX_SOCKET = [
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
    doc: "Permissions of the Unix socket in octal, such as 0660; without it, what the umask leaves",
  },
  {
    name: "unixsocket-owner",
    kind: "owner",
    value: "USER:GROUP",
    group: "Listening",
    doc:
      "Give the Unix socket to USER, USER:GROUP or :GROUP, names or numbers, before anybody can connect",
  },
] as const satisfies readonly Option[];

export const TLS = [
  { name: "ssl", kind: "boolean", default: false, group: "TLS", doc: "Serve wss:// and https://" },
  {
    name: "sslcert",
    kind: "texts",
    value: "FILE",
    repeat: true,
    empty: true,
    group: "TLS",
    doc:
      "Certificate and what it is signed by, PEM; read again when it changes, and at SIGHUP; repeatable, for clients that ask for another one's name (SNI)",
  },
  {
    name: "sslkey",
    kind: "texts",
    value: "FILE",
    repeat: true,
    empty: true,
    group: "TLS",
    doc: "Private key of the certificate, PEM; repeatable, in the order of the certificates",
  },
  {
    name: "sslca",
    kind: "text",
    value: "FILE",
    group: "TLS",
    doc: "Admit only clients with a certificate that one of these authorities has signed, PEM",
  },
] as const satisfies readonly Option[];

/** Options of how long the server runs, and how it ends. */
export const LIFETIME = [
  {
    name: "workers",
    kind: "count",
    value: "N",
    most: MAX_WORKERS,
    default: 1,
    group: "Lifetime",
    doc:
      "Processes that share the ports, each with connections of its own; auto is one for each processor that it may use; Linux alone, and with -A",
  },
  {
    name: "drain",
    as: "drainMs",
    kind: "seconds",
    value: "SECONDS",
    default: 0,
    group: "Lifetime",
    doc:
      "At SIGTERM, take no new connections, and give those that there are so long to end; a second signal ends it at once",
  },
  {
    name: "shutdown-code",
    as: "shutdownCode",
    kind: "choice",
    value: "CODE",
    default: "1001",
    choices: ["1001", "1012"],
    group: "Lifetime",
    doc: "Close connections with it when the server ends: 1001 is going away, 1012 a restart",
  },
  {
    name: "once",
    kind: "boolean",
    default: false,
    group: "Lifetime",
    doc:
      "Serve one connection, refuse others with 503 meanwhile, and exit with the status of its program",
  },
  {
    name: "exit-idle",
    as: "exitIdleMs",
    kind: "seconds",
    value: "SECONDS",
    unset: "never",
    group: "Lifetime",
    doc: "Exit with 0 when there has been no connection and no request for so long",
  },
] as const satisfies readonly Option[];
