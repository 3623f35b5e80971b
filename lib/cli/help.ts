import { NAME } from "../base/version.ts";
import { FLAGS } from "../handlers/flags.ts";
import { KINDS } from "../options/kinds.ts";
import type { Option } from "../options/option.ts";
import { showDefault } from "../options/read_option.ts";
import { handlerLines } from "./handler_table.ts";

/** The short usage, for whoever made a mistake. */
export const USAGE = `Usage: ${NAME} [options] COMMAND [args…]
       ${NAME} [options] --route=R | --dir=DIR | --echo | --broadcast | --staticdir=DIR | --cgidir=DIR
       ${NAME} [options] --connect=URL
Try '${NAME} --help' for the options.
`;

/** The text of `--help`. */
export function help(): string {
  const lines = [
    `${NAME} puts a program behind a WebSocket: every connection runs COMMAND, the lines that it`,
    "writes are messages to the client, the client's messages are lines of its input.",
    "",
    `Usage: ${NAME} [options] COMMAND [args…]`,
    `       ${NAME} [options] --route=R | --dir=DIR | --echo | --broadcast | --staticdir=DIR | --cgidir=DIR`,
    `       ${NAME} [options] --connect=URL`,
    "",
    "Options are written --name=value, --name value, -name=value or -name value; they end at the",
    "first word that is none, or at --.",
  ];
  const width = Math.max(...FLAGS.map((flag) => synopsis(flag).length));
  for (const [group, flags] of Map.groupBy(FLAGS, (flag) => flag.group)) {
    lines.push("", `${group}:`);
    for (const flag of flags) {
      const given = showDefault(flag);
      const words = given === undefined ? flag.doc : `${flag.doc} [${given}]`;
      lines.push(`  ${synopsis(flag).padEnd(width)}  ${words}`);
    }
  }
  lines.push(
    "",
    "Handlers, as they stand in --route=PATTERN=HANDLER[?option=value&…][ COMMAND args…]:",
  );
  const handlers = handlerLines();
  const most = Math.max(...handlers.map(({ synopsis }) => synopsis.length));
  for (const { synopsis, doc } of handlers) lines.push(`  ${synopsis.padEnd(most)}  ${doc}`);
  lines.push(
    "",
    "Examples:",
    `  ${NAME} --port=8080 ./counter.sh        every connection runs counter.sh`,
    `  ${NAME} --port=8080 -- ls -l            -l belongs to ls`,
    `  ${NAME} --port=8080 --dir=programs      /greet runs programs/greet`,
    `  ${NAME} --port=8080 --broadcast         a chat room for every path`,
    `  ${NAME} --port=8080 --route='/chat/:room=broadcast' --route='/top=process top -b' --echo`,
    "",
  );
  return lines.join("\n");
}

/** The options as a table in Markdown, for the README. */
export function flagTable(): string {
  const rows = FLAGS.map((flag) => {
    const given = showDefault(flag);
    const cell = given === undefined ? "" : `\`${given}\``;
    return `| \`${synopsis(flag)}\` | ${cell} | ${flag.doc} |`;
  });
  return ["| option | default | meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function synopsis({ name, kind, value }: Option): string {
  if (value === undefined) return `--${name}`;
  return KINDS[kind].bare ? `--${name}[=${value}]` : `--${name}=${value}`;
}
