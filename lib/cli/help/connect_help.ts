import { NAME } from "../../base/version.ts";
import { FLAGS } from "../../handlers/flags.ts";
import { shortLines } from "../short_table.ts";
import { columns, paragraph, section } from "./layout.ts";
import { flagLines } from "./option_lines.ts";

/** The lines about the client. */
export function connectHelp(): string[] {
  const flags = FLAGS.filter(({ client, group }) => client && group !== "Help");
  return [
    `${NAME} --connect=URL [options]`,
    ...paragraph(
      "Sends each line of the input as a message, and prints each message that comes as a line. When the input has ended and nothing comes any more, it closes.",
    ),
    ...section(
      "URL",
      columns([
        ["ws://HOST[:PORT]/PATH", "or http://…"],
        ["wss://HOST[:PORT]/PATH", "or https://…"],
        ["HOST[:PORT]/PATH", "ws://, or wss:// at port 443"],
        [":PORT/PATH", "The same on this machine"],
        ["ws+unix:SOCKET[:PATH]", "A Unix socket"],
      ]),
    ),
    ...section("Options", flagLines(flags)),
    ...section("Short forms", columns(shortLines().map(({ short, long }) => [short, long]))),
    ...section(
      "Keys at a terminal",
      columns([
        ["Enter", "Sends the line"],
        ["Up, Down", "Earlier lines"],
        ["Ctrl-A, -E, -W, -U, -K", "As in a shell: begin, end, remove a word, before, behind"],
        ["Ctrl-D", "In an empty line, ends the input"],
        ["Ctrl-C", "Closes at once"],
      ]),
    ),
    ...section(
      "Exit codes",
      columns([
        ["0", "The server closed with 1000 or without a code, or the client was done"],
        ["1 to 255", `4001 to 4255: the exit status of a program behind ${NAME}`],
        ["1", "Any other code, or no close frame; or an option that cannot work"],
        ["2", "An option does not exist, or a value does not parse"],
        ["3", "There was no connection"],
        ["130, 143", "SIGINT, SIGTERM"],
      ]),
    ),
    ...section("Examples", [
      `  ${NAME} -c localhost:8080/chat -H 'Cookie: session=42'`,
      `  echo hello | ${NAME} -c localhost:8080`,
      `  ${NAME} -c localhost:8080 -x hello`,
    ]),
  ];
}
