import { UsageError } from "../base/errors.ts";
import { realFolder } from "../base/folder.ts";
import { MAX_QUEUE } from "../base/limits.ts";
import type { Handler } from "../contract.ts";
import { checkProperties } from "../options/check_properties.ts";
import { checkPlaceholders } from "../process/check_placeholders.ts";
import { placeholdersOf } from "../process/placeholders.ts";
import { programPath } from "../process/program_path.ts";
import { expectPty } from "../process/pty/pty_words.ts";
import { Runner } from "../process/runner.ts";
import { needsPages } from "./console/read_page.ts";
import { expectCommand } from "./expect_command.ts";
import { kindOf } from "./kind.ts";
import { needsOfCommand, needsOfPty } from "./needs.ts";
import { plainWords } from "./plain_words.ts";
import { type ProcessOptions, processOptionsOf } from "./process_options.ts";
import { TERMINAL_OPTIONS } from "./terminal/options.ts";
import { ownTerminal } from "./terminal/own_terminal.ts";
import { terminalPage } from "./terminal/page.ts";
import type { TerminalParts } from "./terminal/parts.ts";
import { sharedTerminal } from "./terminal/shared_terminal.ts";

/** Options of {@linkcode terminal}: how its program is started and ended, and who may type. */
export interface TerminalOptions
  extends Omit<ProcessOptions, "framing" | "stderrRate" | "unsafe" | "placeholders"> {
  /** Whether clients may type; otherwise one that does is closed with 1008; default true. */
  readonly write?: boolean;
  /** Whether all clients are at one terminal, which is started with the first; default false. */
  readonly shared?: boolean;
  /** Milliseconds that a shared one lives on after its last client has left, or Infinity; default 0. */
  readonly linger?: number;
}

/** The kind of terminal that the page is, and most others are: what it has of the server's stands above that. */
const VARIABLES = { TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8" };

/**
 * Runs a command on a pseudo-terminal for every connection: its output is binary messages, or text for a client that
 * does not speak `stdws.terminal.v1`, and what the client sends is typed.
 *
 * @param command The program, by path or by PATH, and its arguments.
 * @throws {UsageError} If there is no such program, an option does not take its value, or this system has no
 * pseudo-terminals.
 *
 * @example
 * ```ts
 * import { serve, terminal } from "@stdws/stdws";
 *
 * const handler = terminal(["sh", "-c", "stty size"]);
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "*", handler }] });
 * const socket = new WebSocket(`${server.addresses[0]}?columns=100&rows=30`);
 * const size = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (size !== "30 100\r\n") throw new Error("not the size of the terminal");
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export function terminal(command: readonly string[], options: TerminalOptions = {}): Handler {
  return terminalOf(command, options, false);
}

/** `terminal` for the registry. */
export const terminalKind = kindOf({
  doc: "Runs a command on a terminal for every connection, with a page for browsers",
  argument: { name: "command", kind: "command", value: "COMMAND [args…]" },
  example: [
    "stdws --port=8080 --address=127.0.0.1 --route='/term=terminal bash'",
  ],
  options: TERMINAL_OPTIONS,
  runs: true,
  fills: true,
  // Any page that somebody looks at could give orders to a shell on the same machine.
  ownPages: true,
  make: ({ words, values, placeholders }) =>
    terminalOf(words, processOptionsOf(values), placeholders),
  needs(route, permissions) {
    needsOfCommand(route, permissions);
    needsOfPty("all", permissions);
    needsPages(permissions);
  },
});

function terminalOf(
  command: readonly string[],
  options: TerminalOptions,
  placeholders: boolean,
): Handler {
  expectCommand(command, "terminal()");
  checkProperties(terminalKind.options, options, " of terminal()");
  const { shared = false, linger = 0 } = options;
  if (linger > 0 && !shared) {
    throw new UsageError("linger cannot be used without shared=true: nobody could come back");
  }
  expectPty("terminal", "all");
  const [name = "", ...args] = command;
  if (placeholders && !shared) checkPlaceholders(command);
  const program = programPath(name, options);
  const parts: TerminalParts = {
    program,
    folder: options.cwd === undefined ? {} : { cwd: realFolder(options.cwd, "from the folder") },
    variables: VARIABLES,
    env: options.env ?? {},
    runner: new Runner(options),
    write: options.write ?? true,
    maxQueue: options.maxQueue ?? MAX_QUEUE,
    closeMs: options.closeMs ?? 0,
    orphans: options.orphans,
  };
  return {
    [Symbol.asyncDispose]: () => parts.runner[Symbol.asyncDispose](),
    ...(shared
      ? sharedTerminal({
        ...parts,
        args: placeholders ? plainWords(args, "a terminal with shared=true") : args,
        linger,
      })
      : ownTerminal({ ...parts, argsOf: placeholders ? placeholdersOf(args) : () => args })),
    label: `Serving using terminal      : ${[program, ...args].join(" ")}`,
    ownPages: terminalKind.ownPages ?? false,
    respond: (request, _, { log }) => terminalPage(request, log),
  };
}
