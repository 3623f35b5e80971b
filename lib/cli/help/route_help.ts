import { NAME } from "../../base/version.ts";
import { ROUTE_OPTIONS } from "../../options/tables/route_options.ts";
import { handlerLines } from "../handler_table.ts";
import { columns, paragraph, section } from "./layout.ts";
import { routeLines } from "./option_lines.ts";

/** The lines about routes. */
export function routeHelp(): string[] {
  return [
    `${NAME} --route='PATTERN=HANDLER[?option=value&…][ COMMAND args…]'`,
    ...paragraph(
      "A route puts a handler behind a path. It can be said several times; the first route that matches wins, of those whose handler does what is asked for. A COMMAND behind the options, --dir, --echo and --broadcast are what comes last.",
    ),
    ...section(
      "PATTERN",
      columns([
        ["/chat", "That path"],
        ["/chat/:room", "One name in the place of :room"],
        ["/n/:n([0-9]+)", "The same, of what the regular expression admits"],
        ["/logs/*", "All paths below /logs/"],
        ["*", "Every path"],
      ]),
    ),
    ...section(
      "COMMAND",
      columns([
        ["'…' \"…\" \\", "Hold words together, as in a shell; nothing is expanded"],
        [
          "{room:[a-z]+}",
          "What the client has in the place of :room, or of ?room=, all of it matched by [a-z]+; programs find it as STDWS_PARAM_ROOM, too",
        ],
        ["{{room}}", "{room} as it stands"],
      ]),
    ),
    ...section(
      "HANDLER",
      columns(handlerLines().map(({ synopsis, doc }) => [synopsis, doc])),
    ),
    ...section(
      "Options of every route, percent-encoded where they have a space, & or % in them",
      routeLines(ROUTE_OPTIONS),
    ),
    ...section("Example", [
      `  ${NAME} --port=8080 \\`,
      "    --route='/chat/:room=broadcast?history=50' \\",
      "    --route='/greet/:name=process?maxforks=10 echo Hello, {name:[A-Za-z]+}' \\",
      "    --echo",
    ]),
    ...paragraph(`The options of a handler: ${NAME} --help=HANDLER`),
  ];
}
