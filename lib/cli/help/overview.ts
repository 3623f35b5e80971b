import { NAME } from "../../base/version.ts";
import { FLAGS } from "../../handlers/flags.ts";
import { handlerLines } from "../handler_table.ts";
import { SYNOPSIS } from "../usage.ts";
import { columns, paragraph, section, wrap } from "./layout.ts";
import { flagLines } from "./option_lines.ts";

/** Exit codes of a server, and their meanings. */
const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "It was asked to end, or for --help, --version, --license or --check"],
  ["1", "The configuration cannot work; a command that is not there, for example"],
  ["2", "An option does not exist, or a value does not parse"],
  ["3", "It cannot listen"],
  ["4", "A console at every path beside --staticdir or --cgidir"],
  ["128 + N", "A second signal N has ended it at once"],
];

/** The lines of `--help`. */
export function overview(): string[] {
  return [
    ...wrap(
      `${NAME} puts a program behind a WebSocket: every connection runs COMMAND, the lines that it writes are messages to the client, the client's messages are lines of its input.`,
    ),
    "",
    ...SYNOPSIS.trimEnd().split("\n"),
    ...paragraph(
      "Options are written --name=value, --name value, -name=value or -name value; they end at the first word that is none, or at --.",
    ),
    ...section("Examples", [
      `  ${NAME} --port=8080 ./counter.sh      every connection runs counter.sh`,
      `  ${NAME} --port=8080 -- ls -l          -l belongs to ls`,
      `  ${NAME} --port=8080 --dir=programs    /greet runs programs/greet`,
      `  ${NAME} --port=8080 --broadcast       a chat room for every path`,
      `  ${NAME} --port=8080 --route='/chat/:room=broadcast' --route='/up=process uptime'`,
      `  ${NAME} --connect=localhost:8080      a client of any of them`,
    ]),
    ...Array.from(
      Map.groupBy(FLAGS, ({ group = "" }) => group),
      ([group, flags]) => section(group, flagLines(flags)),
    ).flat(),
    ...section(
      "Handlers of --route=PATTERN=HANDLER[?option=value&…][ COMMAND args…]",
      columns(handlerLines().map(({ synopsis, doc }) => [synopsis, doc])),
    ),
    ...section("Exit codes of a server", columns(EXIT_CODES)),
    ...section(
      "Variables",
      columns([
        ["STDWS_PORT=8080", "As --port=8080, where it is not said; so for most options"],
        ["STDWS_CONFIG=FILE", "As --config=FILE"],
        ["NO_COLOR=1", "No colours at a terminal"],
      ]),
    ),
    ...section("More", columns(MORE)),
  ];
}

const MORE: readonly (readonly [topic: string, about: string])[] = [
  ["--help=HANDLER", "A handler, with its options and an example"],
  ["--help=OPTION", "An option"],
  ["--help=route", "Routes: patterns, options, words of commands"],
  ["--help=connect", "The client: addresses, short forms, keys, exit codes"],
  ["--help=variables", "What the environment can say in place of options"],
  ["--help=all", "All of it"],
];
