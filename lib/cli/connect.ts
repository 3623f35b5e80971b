import { FLUSH_TIME } from "../base/limits.ts";
import { LineWriter } from "../base/line_writer.ts";
import { NAME } from "../base/version.ts";
import { oneLine } from "../base/one_line.ts";
import type { ConnectArguments } from "./args.ts";
import { clientOptionsOf } from "./connect/client_options.ts";
import type { Printer } from "./connect/printer.ts";
import type { Editor } from "./connect/terminal/editor.ts";
import { ownTerminal, type Terminal } from "./connect/terminal/terminal.ts";

/**
 * Joins the standard streams to a WebSocket server.
 *
 * @param signals At the first, the connection is closed with 1000; at the second, it is left as it is.
 * @returns The exit code: what the close means, 3 where there is no connection, 128 and the signal's number.
 * @throws {UsageError} If an option cannot be done.
 */
export async function connect(
  { url, options, texts }: ConnectArguments,
  signals: { next(): Promise<number> },
): Promise<number> {
  const clientOptions = clientOptionsOf(url, options, { texts });
  const signal = signals.next();
  // Loaded only here: a server has no use for it, and starts sooner without.
  const { Client } = await import("./connect/client.ts");
  const errors = new LineWriter(
    (bytes) => Deno.stderr.write(bytes),
    (count) => `${NAME}: … ${count} lines left out\n`,
  );
  const { binary, messages } = clientOptions;
  const terminal = binary || messages ? undefined : ownTerminal();
  const edit = terminal && await editing(terminal);
  let editor: Editor | undefined;
  const client = new Client(clientOptions, {
    input: Deno.stdin.readable,
    isTerminal: !messages && Deno.stdin.isTerminal(),
    isShown: Deno.stdout.isTerminal(),
    write: (bytes) => Deno.stdout.write(bytes),
    say(text) {
      // Some of it is the server's words, and standard error may be a terminal.
      const line = `${NAME}: ${oneLine(text)}`;
      if (editor && Deno.stderr.isTerminal()) editor.note(line);
      else errors.print(`${line}\n`);
    },
    ...(edit && { edit: (printer) => editor = edit(printer) }),
  });
  const over = client.run();
  const interrupted = signal.then(async (number) => {
    client.stop(128 + number);
    const again = signals.next();
    return await Promise.race([over, again.then((second) => 128 + second)]);
  });
  const code = await Promise.race([over, interrupted]);
  // It is not over where a second signal has come.
  editor?.close();
  await editor?.shown();
  await errors.flushed(FLUSH_TIME);
  return code;
}

async function editing(terminal: Terminal): Promise<(printer: Printer) => Editor> {
  // Loaded only where it is used.
  const { Editor } = await import("./connect/terminal/editor.ts");
  return (printer) => new Editor(Deno.stdin.readable, printer, terminal);
}
